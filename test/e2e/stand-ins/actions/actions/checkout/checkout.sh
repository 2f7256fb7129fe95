# What actions/checkout does: only the commit, unless a depth is given, and no tag but the one that was pushed.
set -euo pipefail
storage=$E2E_STORAGE
if [[ ! -d $storage ]]; then
  storage=/var/run/docker.sock
  # In a container of GitHub's, whoever runs there has a home to write to. Every job begins with this action.
  mkdir -p "$RUNNER_TEMP/home"
  echo "HOME=$RUNNER_TEMP/home" >>"$GITHUB_ENV"
fi

fail() {
  echo "::error::$*"
  exit 1
}

[[ $REPOSITORY == "$GITHUB_REPOSITORY" ]] || fail "No stand-in for a checkout of another repository, $REPOSITORY"
[[ $SUBMODULES == false ]] || fail 'No stand-in for a checkout with submodules'
command -v git >/dev/null || fail 'The stand-in for actions/checkout needs git where the job runs'

# In a container the storage belongs to another user, which git refuses; the file is for this script only.
export GIT_CONFIG_GLOBAL=$storage/gitconfig
origin=file://$storage/origin.git
ref=$GITHUB_REF commit=$GITHUB_SHA
if [[ $REF =~ ^[0-9a-f]{40}$ ]]; then
  ref='' commit=$REF
elif [[ -n $REF && $REF != "$GITHUB_REF" && $REF != "$GITHUB_REF_NAME" ]]; then
  commit=''
  for ref in "refs/heads/$REF" "refs/tags/$REF" "$REF"; do
    commit=$(git ls-remote "$origin" "$ref" | cut -f 1)
    [[ -z $commit ]] || break
  done
  [[ -n $commit ]] || fail "A branch or tag with the name '$REF' could not be found"
fi

git init --quiet "$FOLDER"
cd "$FOLDER"
git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" 2>/dev/null || true
refspecs=()
case $ref in
  refs/tags/*) refspecs+=("+$commit:$ref") ;;
  refs/heads/*) refspecs+=("+$commit:refs/remotes/origin/${ref#refs/heads/}") ;;
  refs/pull/*) refspecs+=("+$commit:refs/remotes/${ref#refs/}") ;;
  *) refspecs+=("$commit") ;;
esac
options=(--quiet --no-tags)
if [[ $DEPTH == 0 ]]; then
  refspecs+=('+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*')
else
  options+=("--depth=$DEPTH")
  [[ $TAGS != true ]] || refspecs+=('+refs/tags/*:refs/tags/*')
fi
git fetch "${options[@]}" "$origin" "${refspecs[@]}"
case $ref in
  refs/heads/*) git checkout --quiet --force -B "${ref#refs/heads/}" "$commit" ;;
  *) git checkout --quiet --force --detach "$commit" ;;
esac
echo "Checked out ${ref:+$ref at }$commit"
printf 'ref=%s\ncommit=%s\n' "$ref" "$commit" >>"$GITHUB_OUTPUT"
