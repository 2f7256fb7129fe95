# What actions/cache/save does: it warns, and does not fail, where there is nothing to save or the key is taken.
set -euo pipefail
storage=$E2E_STORAGE
[[ -d $storage ]] || storage=/var/run/docker.sock
# What a container's user writes, the user who started the engine must be able to remove.
umask 0

# The name of a key's archive, without the part for the paths.
encode() {
  local name=${1//%/%25}
  printf '%s' "${name//\//%2F}"
}

paths=$(printf '%s\n' "$PATHS" | sha256sum)
archive=$storage/cache/$(encode "$KEY")@${paths:0:16}.tar
if [[ -e $archive ]]; then
  echo "::warning::Failed to save: Unable to reserve cache with key $KEY, another job may be creating this cache."
  exit 0
fi
shopt -s globstar nullglob
found=()
IFS=$'\n'
# Unquoted: the action's patterns are the shell's.
for path in $PATHS; do
  for match in $path; do [[ ! -e $match ]] || found+=("$match"); done
done
if ((${#found[@]} == 0)); then
  echo '::warning::Path Validation Error: Path(s) specified in the action for caching do(es) not exist.'
  exit 0
fi
tar --create --absolute-names --file "$archive.part" "${found[@]}"
mv "$archive.part" "$archive"
echo "Cache saved with key: $KEY"
