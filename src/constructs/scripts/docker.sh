#!/usr/bin/env bash
# Calls Docker for the tasks of `npx projen`; where it is missing or does not answer, says what to do.
#
#   docker.sh in IMAGE [COMMAND…]   runs a command, or a shell, in the image, with this checkout at /workspace
#   docker.sh …                     hands everything else to docker
#
# The original is in src/constructs/scripts of mlc-llm-pipeline, which copies it into scripts/ as it is. Do not edit the copy.
set -euo pipefail

advise() {
  printf 'docker.sh: %s\n' "$1" >&2
  exit 1
}
command -v docker >/dev/null || advise 'Docker is not installed: see https://docs.docker.com/engine/install/'
docker info >/dev/null 2>&1 ||
  advise 'Docker does not answer: start its daemon (or Docker Desktop), and see that you may use it: docker info'
if [[ ${1-} != in ]]; then exec docker "$@"; fi
shift

# The image's entrypoint runs the command as the owner of this folder. Variables are passed by name, so that their values
# do not appear in a command line.
options=(--rm --volume "$PWD:/workspace" --env-file "${BASH_SOURCE[0]%.sh}.env")
if [[ -t 0 && -t 1 ]]; then options+=(--interactive --tty); fi
# A source tree of the caller is mounted where the container finds it.
if [[ -n ${SOURCE_DIR-} ]]; then
  # Docker would make a folder that is not there, as root.
  [[ -d $SOURCE_DIR ]] || advise "SOURCE_DIR: $SOURCE_DIR is not a folder"
  options+=(--volume "$(realpath -- "$SOURCE_DIR"):/source:ro" --env SOURCE_DIR=/source)
fi
# In a job of GitHub Actions, what the program says there reaches the run's page from the container too.
if [[ ${GITHUB_ACTIONS-} == true ]]; then
  options+=(--env GITHUB_ACTIONS --env CI)
  for name in GITHUB_OUTPUT GITHUB_STEP_SUMMARY; do
    if [[ -n ${!name-} ]]; then options+=(--volume "${!name}:/run/actions/$name" --env "$name=/run/actions/$name"); fi
  done
fi
# More options of Docker's, with blanks between, such as `--gpus all`.
read -r -a more <<<"${DOCKER_OPTIONS-}"
exec docker run "${options[@]}" "${more[@]}" "$@"
