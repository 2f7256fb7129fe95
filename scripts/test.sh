#!/usr/bin/env bash
#
# Installs the wheels of mlc-llm (apache-tvm-ffi, tvm, mlc-llm) into a fresh environment and tests them there.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/test.ts). Do not edit it here:
# change the declaration and run `npx projen`.

set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/test.sh [--help]

Installs the wheels of mlc-llm (apache-tvm-ffi, tvm, mlc-llm) into a fresh environment and tests
them there.

Inputs, as environment variables (mlc-llm):
  OUTPUT_DIR     The folder of the finished wheels, their SHA256SUMS and build-record.json.
                 Default: dist/<platform> in the checkout
  BUILD_DIR      The folder for everything in between: source, logs, compiler cache. It can be
                 deleted at any time.
                 Default: build in the checkout
  WHEEL_VERSION  The wheels' version, PEP 440, with or without a leading v.
                 Default: a development version that names the source's commit
END
}

case ${1-} in
  '') ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    printf "test.sh: unknown argument '%s'; it takes its inputs as environment variables, see --help\n" "$1" >&2
    exit 2
    ;;
esac

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

case $(uname -s)-$(uname -m) in
  Linux-x86_64) PLATFORM=linux-x86_64 ;;
  *)
    printf 'test.sh: nothing is declared for %s; the declared Linux platforms are: linux-x86_64\n' "$(uname -s)-$(uname -m)" >&2
    exit 1
    ;;
esac

# What the caller may set; see --help.
absolute() {
  case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac
}
OUTPUT_DIR=$(absolute "${OUTPUT_DIR:-$ROOT/dist/$PLATFORM}")
BUILD_DIR=$(absolute "${BUILD_DIR:-$ROOT/build}")
WHEEL_VERSION=${WHEEL_VERSION-}

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
LOG_FILE="$BUILD_DIR/logs/test.log"
STEPS_FILE="$BUILD_DIR/logs/test-steps.tsv"
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
  printf '::error title=test.sh::%s\n' "${message//$'\n'/%0A}"
}

# Ends the script with a message that says what to do.
fail() {
  EXPLAINED=yes
  log "test.sh: $STEP: $*" >&2
  annotate "$STEP: $*"
  exit 1
}

# Whatever ends the script early is named: the step, the command and the log.
on_exit() {
  local status=$?
  trap - EXIT
  if ((status != 0)) && [[ -z $EXPLAINED ]]; then
    [[ ${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\n'
    printf '\ntest.sh: step "%s" failed with exit status %s\n' "$STEP" "$status" >&2
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

# Runs a command that reaches over a network, up to so many times.
retry() {
  local attempts=$1 attempt status
  shift
  COMMAND=$(quoted "$@")
  for ((attempt = 1; ; attempt++)); do
    log "+ $COMMAND"
    "$@" 2>&1 | tee -a "$LOG_FILE" && return 0
    status=$?
    if ((attempt == attempts)); then return "$status"; fi
    log "attempt $attempt of $attempts failed with exit status $status; trying again in $((attempt * 5)) s"
    sleep "$((attempt * 5))"
  done
}

# Keeps in a variable what a command prints.
capture() {
  local variable=$1 value
  shift
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  value=$("$@" 2> >(tee -a "$LOG_FILE" >&2))
  printf -v "$variable" '%s' "$value"
  log "$variable=$value"
}

need() { command -v "$1" >/dev/null || fail "$1 is not on the PATH. $2"; }

trap on_exit EXIT

step '1. Check the wheels against their record'
need python 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.'
run python "$ROOT/scripts/wheeltool.py" verify-sums "$OUTPUT_DIR"
capture PLATFORM_TAG python "$ROOT/scripts/buildtool.py" platform-tag "--platform=$PLATFORM"
run python "$ROOT/scripts/wheeltool.py" inspect "$OUTPUT_DIR" \
  "--platform=$PLATFORM" \
  "--platform-tag=$PLATFORM_TAG" \
  "--version=$WHEEL_VERSION"

step '2. Make a fresh environment'
run python -m venv --clear "$BUILD_DIR/test-environment"
capture TEST_PYTHON python "$ROOT/scripts/buildtool.py" python-of "$BUILD_DIR/test-environment"

step '3. Install the test requirements'
retry 4 "$TEST_PYTHON" -m pip \
  --disable-pip-version-check \
  install \
  --quiet \
  --no-deps \
  --only-binary=:all: \
  "--requirement=$ROOT/scripts/test-requirements.txt"

step '4. Install the wheels'
run "$TEST_PYTHON" -m pip \
  --disable-pip-version-check \
  install \
  --quiet \
  --no-deps \
  --no-index \
  --only-binary=:all: \
  "--find-links=$OUTPUT_DIR" \
  apache-tvm-ffi tvm mlc-llm

step '5. Check what is installed'
run python "$ROOT/scripts/checks.py" \
  "--python=$TEST_PYTHON" \
  "--wheels=$OUTPUT_DIR" \
  "--report=$BUILD_DIR/test-report/$PLATFORM.json"

finish_step
