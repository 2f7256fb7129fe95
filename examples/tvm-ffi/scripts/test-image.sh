#!/usr/bin/env bash
#
# Tries the toolchain image of tvm-ffi-wheels: its tools, its user, its environment, and a checkout of another owner.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/test-image.ts). Do not edit it here:
# change the declaration and run `npx projen`.

set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/test-image.sh [--help]

Tries the toolchain image of tvm-ffi-wheels: its tools, its user, its environment, and a checkout of
another owner.

Inputs, as environment variables (tvm-ffi-wheels):
  IMAGE      The image to try, by tag or digest.
             Default: ghcr.io/mlc-llm-pipeline/tvm-ffi-wheels:latest
  BUILD_DIR  The folder for everything in between: source, logs, compiler cache. It can be deleted
             at any time.
             Default: build in the checkout
END
}

case ${1-} in
  '') ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    printf "test-image.sh: unknown argument '%s'; it takes its inputs as environment variables, see --help\n" "$1" >&2
    exit 2
    ;;
esac

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

case $(uname -s)-$(uname -m) in
  Linux-x86_64) PLATFORM=linux-x86_64 ;;
  *)
    printf 'test-image.sh: nothing is declared for %s; the declared Linux platforms are: linux-x86_64\n' "$(uname -s)-$(uname -m)" >&2
    exit 1
    ;;
esac

# What the caller may set; see --help.
absolute() {
  case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac
}
IMAGE=${IMAGE:-ghcr.io/mlc-llm-pipeline/tvm-ffi-wheels:latest}
BUILD_DIR=$(absolute "${BUILD_DIR:-$ROOT/build}")

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
LOG_FILE="$BUILD_DIR/logs/test-image.log"
STEPS_FILE="$BUILD_DIR/logs/test-image-steps.tsv"
mkdir -p -- "$BUILD_DIR/logs"
: >"$LOG_FILE"
: >"$STEPS_FILE"
STEP='' STEP_STARTED=0 COMMAND='' EXPLAINED=''

log() { printf '%s\n' "$*" | tee -a "$LOG_FILE"; }

# The arguments as one line that can be pasted into a shell.
quoted() {
  local line
  printf -v line ' %q' "$@"
  printf '%s' "${line:1}"
}

# Shows an error on the pull request, where there is one.
annotate() {
  [[ ${GITHUB_ACTIONS:-} == true ]] || return 0
  local message=${1//'%'/%25}
  message=${message//$'\r'/%0D}
  printf '::error title=test-image.sh::%s\n' "${message//$'\n'/%0A}"
}

# Ends the script with a message that says what to do.
fail() {
  EXPLAINED=yes
  log "test-image.sh: $STEP: $*" >&2
  annotate "$STEP: $*"
  exit 1
}

# Whatever ends the script early is named: the step, the command and the log.
on_exit() {
  local status=$?
  trap - EXIT
  if ((status != 0)) && [[ -z $EXPLAINED ]]; then
    [[ ${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\n'
    printf '\ntest-image.sh: step "%s" failed with exit status %s\n' "$STEP" "$status" >&2
    printf '  command: %s\n  log:     %s\n' "$COMMAND" "$LOG_FILE" >&2
    annotate "step \"$STEP\" failed with exit status $status: $COMMAND"
  fi
  exit "$status"
}

finish_step() {
  [[ -n $STEP ]] || return 0
  printf '%s\t%s\n' "$STEP" "$((SECONDS - STEP_STARTED))" >>"$STEPS_FILE"
  STEP=''
  [[ ${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\n'
}

step() {
  finish_step
  STEP=$1 STEP_STARTED=$SECONDS COMMAND=''
  if [[ ${GITHUB_ACTIONS:-} == true ]]; then printf '::group::%s\n' "$STEP"; fi
  log "==> $STEP"
}

run() {
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  "$@" 2>&1 | tee -a "$LOG_FILE"
}

need() { command -v "$1" >/dev/null || fail "$1 is not on the PATH. $2"; }

trap on_exit EXIT

step '1. Find Docker'
need docker 'Install it: https://docs.docker.com/engine/install/'
run docker version

step '2. Check the tools and their versions'
run docker run \
  --rm \
  "--volume=$ROOT:/workspace:ro" \
  --user=12345:12345 \
  "$IMAGE" python scripts/buildtool.py tools \
  "--platform=$PLATFORM" \
  --output=/tmp/tools.tsv

step '3. See that it does not run as root'
run docker run --rm "$IMAGE" bash -c 'echo "runs as uid $(id -u)"; test "$(id -u)" -ne 0'

step '4. Find the environment in every kind of shell'
run docker run --rm "$IMAGE" python --version
run docker run --rm "$IMAGE" bash -lc 'python --version'
run docker run --rm --entrypoint=sh "$IMAGE" -c 'python --version'

step '5. Read a checkout of another owner, and write to a home folder'
run docker run \
  --rm \
  "--volume=$ROOT:/workspace:ro" \
  --user=12345:12345 \
  "$IMAGE" bash -c 'test -r scripts/buildtool.py && touch ~/file && git init --quiet ~/repository'

finish_step
