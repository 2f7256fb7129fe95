# What actions/download-artifact does: one artifact by name into the path itself; all, or those that a pattern matches,
# into a folder each, unless they are merged.
set -euo pipefail
storage=$E2E_STORAGE
[[ -d $storage ]] || storage=/var/run/docker.sock
artifacts=$storage/runs/$GITHUB_RUN_ID/artifacts

fail() {
  echo "::error::$*"
  exit 1
}

[[ -z $IDS ]] || fail 'No stand-in for a download by artifact-ids'
FOLDER=${FOLDER:-.}
mkdir -p "$FOLDER"
if [[ -n $NAME ]]; then
  [[ -d $artifacts/$NAME ]] || fail "Unable to download artifact(s): Artifact not found for name: $NAME"
  cp -r "$artifacts/$NAME/." "$FOLDER"
  echo "Downloaded $NAME"
else
  shopt -s extglob nullglob
  count=0
  for artifact in "$artifacts"/*; do
    name=${artifact##*/}
    # shellcheck disable=SC2053 # a pattern
    [[ $name == ${PATTERN:-*} ]] || continue
    target=$FOLDER/$name
    [[ $MERGE != true ]] || target=$FOLDER
    mkdir -p "$target"
    cp -r "$artifact/." "$target"
    echo "Downloaded $name"
    count=$((count + 1))
  done
  echo "Total of $count artifact(s) downloaded"
fi
echo "download-path=$(cd "$FOLDER" && pwd)" >>"$GITHUB_OUTPUT"
