# Subjects as actions/attest takes them: files by pattern, a list of checksums, or a name with its digest. What it would
# sign goes into a folder: `subjects` as sha256sum writes it, `predicate`, and `sbom.json` where there is one.
set -euo pipefail
storage=$E2E_STORAGE
[[ -d $storage ]] || storage=/var/run/docker.sock
# What a container's user writes, the user who started the engine must be able to remove.
umask 0

fail() {
  echo "::error::$*"
  exit 1
}

# GitHub attests in public repositories, and in others if their plan allows it.
if [[ ${E2E_VISIBILITY:-public} != public && -z ${E2E_ENTERPRISE:-} ]]; then
  fail "Failed to persist attestation: Feature not available for the ${GITHUB_REPOSITORY%/*} organization. To enable" \
    'this feature, please upgrade the billing plan, or make this repository public.'
fi
for right in id-token:write attestations:write; do
  [[ " ${E2E_PERMISSIONS-$right} " == *" $right "* ]] || fail "The job must have the permission ${right/:/: }"
done

given=0
for way in "$PATHS" "$CHECKSUMS" "$DIGEST"; do [[ -z $way ]] || given=$((given + 1)); done
((given == 1)) || fail 'One of subject-path, subject-digest, or subject-checksums must be provided, and only one'

subjects=$(
  if [[ -n $PATHS ]]; then
    shopt -s globstar nullglob
    IFS=$'\n,'
    # Unquoted: the action's patterns are the shell's.
    for pattern in $PATHS; do
      pattern=${pattern#"${pattern%%[![:space:]]*}"}
      for match in $pattern; do
        [[ ! -f $match ]] || (cd "$(dirname "$match")" && sha256sum "$(basename "$match")")
      done
    done
  elif [[ -n $CHECKSUMS ]]; then
    if [[ -f $CHECKSUMS ]]; then cat "$CHECKSUMS"; else printf '%s\n' "$CHECKSUMS"; fi
  else
    [[ -n $NAME ]] || exit 0
    printf '%s  %s\n' "${DIGEST#sha256:}" "$NAME"
  fi | sed 's/^\([0-9a-f]*\) [ *]/\1  /' | sort -u
)
[[ -n $subjects ]] || fail "Could not find subject at path $PATHS"
while IFS= read -r line; do
  [[ $line =~ ^[0-9a-f]{64}\ \ .+ ]] || fail "Not the line of a subject: $line"
done <<<"$subjects"
[[ $PUSH != true || ($NAME == */* && -n $DIGEST) ]] || fail 'push-to-registry needs an image and its digest'

attestations=$storage/runs/$GITHUB_RUN_ID/attestations
number=1
while ! mkdir "$attestations/$number" 2>/dev/null; do number=$((number + 1)); done
printf '%s\n' "$subjects" >"$attestations/$number/subjects"
type=${PREDICATE_TYPE:-https://slsa.dev/provenance/v1}
if [[ -n $SBOM ]]; then
  [[ -f $SBOM ]] || fail "SBOM file not found: $SBOM"
  grep -q -e '"spdxVersion"' -e '"bomFormat"' "$SBOM" || fail 'Unsupported SBOM format: neither SPDX nor CycloneDX'
  cat "$SBOM" >"$attestations/$number/sbom.json"
  type=$(grep -q '"spdxVersion"' "$SBOM" && echo https://spdx.dev/Document || echo https://cyclonedx.org/bom)
fi
printf '%s\n' "$type" >"$attestations/$number/predicate"
bundle=${RUNNER_TEMP:-/tmp}/attestation-$number.json
printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}\n' >"$bundle"
printf 'bundle-path=%s\nattestation-id=%s\nattestation-url=%s\n' "$bundle" "$number" \
  "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/attestations/$number" >>"$GITHUB_OUTPUT"
echo "Attested as $type:"
printf '%s\n' "$subjects"
