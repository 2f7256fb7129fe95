# Cache, provenance and sbom need a builder of another kind and are left out; what was asked for is written down, one
# line for each push. E2E_BUILD_CONTEXTS holds more arguments for buildx, one a line. E2E_REGISTRY is the registry that
# stands for any but a local one: NAME/PATH:TAG is pushed there as PATH:TAG.
set -euo pipefail

fail() {
  echo "::error::$*"
  exit 1
}

# An input with one value a line; tags may also be separated by commas.
lines() {
  printf '%s\n' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d'
}

name='' by_digest=false
if [[ -n $OUTPUTS ]]; then
  [[ $OUTPUTS == *type=image* ]] || fail "No stand-in for outputs: $OUTPUTS"
  [[ ,$OUTPUTS, != *,push=true,* ]] || PUSH=true
  if [[ ,$OUTPUTS, == *,push-by-digest=true,* ]]; then
    name=$(sed -n 's/.*\bname=\([^,]*\).*/\1/p' <<<"$OUTPUTS") by_digest=true
    [[ -n $name ]] || fail 'outputs: push-by-digest needs a name'
  fi
fi
mapfile -t tags < <(lines "${TAGS//,/$'\n'}")
[[ $by_digest != true ]] || tags=("$name:pushed-by-digest")
[[ $PUSH != true || ${#tags[@]} -gt 0 ]] || fail 'tag is needed when pushing to registry'

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
argv=(--builder default --network host --progress plain --load --provenance=false --iidfile "$folder/id")
[[ -z $DOCKERFILE ]] || argv+=(--file "$DOCKERFILE")
[[ -z $TARGET ]] || argv+=(--target "$TARGET")
for tag in "${tags[@]}"; do argv+=(--tag "$tag"); done
while IFS= read -r value; do argv+=(--build-arg "$value"); done < <(lines "$BUILD_ARGS")
while IFS= read -r value; do argv+=(--label "$value"); done < <(lines "$LABELS")
while IFS= read -r value; do argv+=("$value"); done < <(lines "${E2E_BUILD_CONTEXTS:-}")
docker buildx build "${argv[@]}" "$CONTEXT"
echo "$DOCKERFILE cache-from=$CACHE_FROM" >>"$E2E_STORAGE/runs/$GITHUB_RUN_ID/builds"
id=$(<"$folder/id")

digest=''
if [[ $PUSH == true ]]; then
  for tag in "${tags[@]}"; do
    stand_in=$tag
    if [[ $tag != localhost:* ]]; then
      stand_in=${E2E_REGISTRY:?no registry stands for the one that $tag names}/${tag#*/}
      docker tag "$tag" "$stand_in"
    fi
    docker push --quiet "$stand_in"
    digest=$(docker image inspect --format '{{join .RepoDigests "\n"}}' "$stand_in" |
      sed -n "s|^${stand_in%:*}@||p" | head -n 1)
    docker image rm --no-prune "$stand_in" >/dev/null
    echo "$tag $digest provenance=$PROVENANCE sbom=$SBOM" >>"$E2E_STORAGE/runs/$GITHUB_RUN_ID/pushes"
  done
fi
{
  printf 'digest=%s\nimageid=%s\n' "$digest" "$id"
  printf 'metadata={"containerimage.digest":"%s","image.name":"%s"}\n' "$digest" "$(IFS=,; echo "${tags[*]}")"
} >>"$GITHUB_OUTPUT"
