#!/usr/bin/env bash
#
# Builds the wheels of mlc-llm twice, in different folders, each from nothing, and compares them byte by byte.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/reproduce.ts). Do not edit it here:
# change the declaration and run `npx projen`.

set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/reproduce.sh [--help]

Builds the wheels of mlc-llm twice, in different folders, each from nothing, and compares them byte
by byte.

Inputs, as environment variables (mlc-llm):
  SOURCE_DIR         Build this tree instead of the pinned source. It is copied first and stays as
                     it is.
                     Default: the pinned source is fetched
  WHEEL_VERSION      The wheels' version, PEP 440, with or without a leading v.
                     Default: a development version that names the source's commit
  BUILD_DIR          The folder for everything in between: source, logs, compiler cache. It can be
                     deleted at any time.
                     Default: build in the checkout
  JOBS               How many compilers run at once.
                     Default: the number of processors
  AUDITWHEEL_PLAT    The platform tag that the wheels are repaired for. The base image sets it;
                     elsewhere, name one that your glibc allows.
                     Default: the declared one: manylinux_2_28_x86_64
  SOURCE_DATE_EPOCH  The time that the files in the wheels carry, in seconds since 1970, so that two
                     builds give the same bytes.
                     Default: 315532800: 1980-01-01, the zip format's first day
  TOOLCHAIN_IMAGE    The image that this runs in, by digest, for the build record.
                     Default: none
END
}

case ${1-} in
  '') ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    printf "reproduce.sh: unknown argument '%s'; it takes its inputs as environment variables, see --help\n" "$1" >&2
    exit 2
    ;;
esac

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

case $(uname -s)-$(uname -m) in
  Linux-x86_64) PLATFORM=linux-x86_64 ;;
  *)
    printf 'reproduce.sh: nothing is declared for %s; the declared Linux platforms are: linux-x86_64\n' "$(uname -s)-$(uname -m)" >&2
    exit 1
    ;;
esac

# What the caller may set; see --help.
absolute() {
  case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac
}
SOURCE_DIR=$(absolute "${SOURCE_DIR-}")
WHEEL_VERSION=${WHEEL_VERSION-}
BUILD_DIR=$(absolute "${BUILD_DIR:-$ROOT/build}")
JOBS=${JOBS:-$(nproc)}
if [[ ! $JOBS =~ ^[1-9][0-9]*$ ]]; then
  printf "reproduce.sh: JOBS: '%s' must be a whole number above 0\n" "$JOBS" >&2
  exit 2
fi
AUDITWHEEL_PLAT=${AUDITWHEEL_PLAT-}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
if [[ ! $SOURCE_DATE_EPOCH =~ ^[1-9][0-9]*$ ]]; then
  printf "reproduce.sh: SOURCE_DATE_EPOCH: '%s' must be a whole number above 0\n" "$SOURCE_DATE_EPOCH" >&2
  exit 2
fi
TOOLCHAIN_IMAGE=${TOOLCHAIN_IMAGE-}

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
LOG_FILE="$BUILD_DIR/logs/reproduce.log"
STEPS_FILE="$BUILD_DIR/logs/reproduce-steps.tsv"
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
  printf '::error title=reproduce.sh::%s\n' "${message//$'\n'/%0A}"
}

# Whatever ends the script early is named: the step, the command and the log.
on_exit() {
  local status=$?
  trap - EXIT
  if ((status != 0)) && [[ -z $EXPLAINED ]]; then
    [[ ${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\n'
    printf '\nreproduce.sh: step "%s" failed with exit status %s\n' "$STEP" "$status" >&2
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

empty_folder() {
  rm -rf -- "$1"
  mkdir -p -- "$1"
}

trap on_exit EXIT

step '1. Make room'
empty_folder "$BUILD_DIR/reproduce/$PLATFORM"

step '2. Build the wheels, first'
# Also where a cache is shared, everything is compiled: what it holds may be of another folder.
run env SCCACHE_RECACHE=1 "BUILD_DIR=$BUILD_DIR/reproduce/$PLATFORM/first/build" \
  "SCCACHE_DIR=$BUILD_DIR/reproduce/$PLATFORM/first/cache" \
  "WHEEL_CACHE_DIR=$BUILD_DIR/reproduce/$PLATFORM/first/wheel-cache" \
  "OUTPUT_DIR=$BUILD_DIR/reproduce/$PLATFORM/first/wheels" bash "$ROOT/scripts/build.sh"

step '3. Build the wheels, second time'
# Also where a cache is shared, everything is compiled: what it holds may be of another folder.
run env SCCACHE_RECACHE=1 "BUILD_DIR=$BUILD_DIR/reproduce/$PLATFORM/second-time/build" \
  "SCCACHE_DIR=$BUILD_DIR/reproduce/$PLATFORM/second-time/cache" \
  "WHEEL_CACHE_DIR=$BUILD_DIR/reproduce/$PLATFORM/second-time/wheel-cache" \
  "OUTPUT_DIR=$BUILD_DIR/reproduce/$PLATFORM/second-time/wheels" bash "$ROOT/scripts/build.sh"

step '4. Compare them'
run python "$ROOT/scripts/wheeltool.py" compare "$BUILD_DIR/reproduce/$PLATFORM/first/wheels" \
  "$BUILD_DIR/reproduce/$PLATFORM/second-time/wheels"

finish_step
