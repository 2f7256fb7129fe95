# What actions/upload-artifact does: paths and patterns, one a line, `!` excludes; the artifact's root is the folder
# that all of them have in common; modes are lost.
set -euo pipefail
storage=$E2E_STORAGE
[[ -d $storage ]] || storage=/var/run/docker.sock
# What a container's user writes, the user who started the engine must be able to remove.
umask 0

fail() {
  echo "::error::$*"
  exit 1
}

# The deepest folder that holds both.
common() {
  local one=$1 other=$2
  while [[ $other/ != "$one"/* ]]; do one=${one%/*}; done
  echo "$one"
}

[[ -n $NAME && $NAME != *[\":\<\>\|*?\\/]* ]] || fail "The artifact name is not valid: $NAME"
shopt -s globstar nullglob
[[ $HIDDEN != true ]] || shopt -s dotglob
roots=() files=() excluded=()
IFS=$'\n'
for line in $PATHS; do
  line=${line#"${line%%[![:space:]]*}"} line=${line%"${line##*[![:space:]]}"}
  [[ -n $line && $line != '#'* ]] || continue
  into=files
  [[ $line != '!'* ]] || into=excluded line=${line#!}
  [[ $line == /* ]] || line=$PWD/${line#./}
  line=${line%/}
  matches=()
  # Unquoted: the action's patterns are the shell's.
  for match in $line; do
    if [[ -d $match ]]; then
      while IFS= read -r file; do matches+=("$file"); done < <(find "$match" -type f | sort)
    elif [[ -e $match ]]; then
      matches+=("$match")
    fi
  done
  if [[ $into == excluded ]]; then
    excluded+=("${matches[@]}")
    continue
  fi
  # Hidden files stay behind, where no folder above the pattern is hidden.
  for file in "${matches[@]}"; do
    if [[ $HIDDEN == true || ${file#"$PWD"} != */.* ]]; then files+=("$file"); fi
  done
  # A path that is a file, or up to its first wildcard.
  root=$line
  while [[ $root == *[*?[]* ]]; do root=${root%/*}; done
  roots+=("$root")
done

chosen=()
for file in "${files[@]}"; do
  for other in "${excluded[@]}"; do [[ $file != "$other" ]] || continue 2; done
  chosen+=("$file")
done
if ((${#chosen[@]} == 0)); then
  message="No files were found with the provided path: $PATHS. No artifacts will be uploaded."
  [[ $NOTHING != error ]] || fail "$message"
  [[ $NOTHING == ignore ]] || echo "::warning::$message"
  exit 0
fi
root=${roots[0]}
for other in "${roots[@]}"; do root=$(common "$root" "$other"); done
[[ ! -f $root ]] || root=${root%/*}

target=$storage/runs/$GITHUB_RUN_ID/artifacts/$NAME
if [[ -e $target ]]; then
  [[ $OVERWRITE == true ]] || fail "an artifact with this name already exists on the workflow run: $NAME"
  rm -r "$target"
fi
mkdir "$target"
for file in "${chosen[@]}"; do
  relative=${file#"$root"/}
  [[ $relative != */* ]] || mkdir -p "$target/${relative%/*}"
  cat "$file" >"$target/$relative"
done
digest=$(cd "$target" && find . -type f | sort | xargs -d '\n' sha256sum | sha256sum)
id=$(find "$target/.." -mindepth 1 -maxdepth 1 | wc -l)
printf 'artifact-id=%s\nartifact-digest=%s\n' "$id" "${digest%% *}" >>"$GITHUB_OUTPUT"
echo "Uploaded ${#chosen[@]} files as $NAME"
