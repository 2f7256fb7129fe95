# What actions/cache/restore does: the key itself, or the newest entry that begins with one of the restore keys, of
# those that were saved for the same paths. `cache-hit` is empty where nothing was found.
set -euo pipefail
storage=$E2E_STORAGE
[[ -d $storage ]] || storage=/var/run/docker.sock

# The name of a key's archive, without the part for the paths.
encode() {
  local name=${1//%/%25}
  printf '%s' "${name//\//%2F}"
}

paths=$(printf '%s\n' "$PATHS" | sha256sum)
suffix=@${paths:0:16}.tar
echo "cache-primary-key=$KEY" >>"$GITHUB_OUTPUT"
found='' hit=false
if [[ -e $storage/cache/$(encode "$KEY")$suffix ]]; then
  found=$storage/cache/$(encode "$KEY")$suffix hit=true
else
  shopt -s nullglob
  while IFS= read -r prefix && [[ -z $found ]]; do
    [[ -n $prefix ]] || continue
    for entry in "$storage/cache/$(encode "$prefix")"*"$suffix"; do
      [[ -z $found || $entry -nt $found ]] && found=$entry
    done
  done <<<"$KEY"$'\n'"$RESTORE_KEYS"
fi
if [[ -z $found ]]; then
  echo "Cache not found for input keys: $KEY, ${RESTORE_KEYS//$'\n'/, }"
  [[ $MUST_HIT != true ]] || { echo "::error::Failed to restore cache entry: $KEY"; exit 1; }
  exit 0
fi
matched=${found##*/} matched=${matched%"$suffix"} matched=${matched//%2F/\/} matched=${matched//%25/%}
[[ $LOOKUP == true ]] || tar --extract --absolute-names --file "$found"
echo "Cache restored from key: $matched"
printf 'cache-hit=%s\ncache-matched-key=%s\n' "$hit" "$matched" >>"$GITHUB_OUTPUT"
