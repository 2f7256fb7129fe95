#!/usr/bin/env bash
#
# Builds the wheels of mlc-llm (apache-tvm-ffi, tvm, mlc-llm) from source, repairs, inspects and records them.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/build.ts). Do not edit it here:
# change the declaration and run `npx projen`.

set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/build.sh [--help]

Builds the wheels of mlc-llm (apache-tvm-ffi, tvm, mlc-llm) from source, repairs, inspects and
records them.

Inputs, as environment variables (mlc-llm):
  SOURCE_DIR         Build this tree instead of the pinned source. It is copied first and stays as
                     it is.
                     Default: the pinned source is fetched
  WHEEL_VERSION      The wheels' version, PEP 440, with or without a leading v.
                     Default: a development version that names the source's commit
  OUTPUT_DIR         The folder of the finished wheels, their SHA256SUMS and build-record.json.
                     Default: dist/<platform> in the checkout
  BUILD_DIR          The folder for everything in between: source, logs, compiler cache. It can be
                     deleted at any time.
                     Default: build in the checkout
  JOBS               How many compilers run at once.
                     Default: the number of processors
  AUDITWHEEL_PLAT    The platform tag that the wheels are repaired for. The base image sets it;
                     elsewhere, name one that your glibc allows.
                     Default: the declared one: manylinux_2_28_x86_64
  SCCACHE_DIR        The compiler cache's folder. sccache's other variables (SCCACHE_BUCKET,
                     SCCACHE_REDIS_ENDPOINT …) work as well.
                     Default: <BUILD_DIR>/sccache
  WHEEL_CACHE_DIR    The folder of wheels that are taken again while nothing that they are made of
                     has changed (tvm).
                     Default: <BUILD_DIR>/wheel-cache
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
    printf "build.sh: unknown argument '%s'; it takes its inputs as environment variables, see --help\n" "$1" >&2
    exit 2
    ;;
esac

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

case $(uname -s)-$(uname -m) in
  Linux-x86_64) PLATFORM=linux-x86_64 ;;
  *)
    printf 'build.sh: nothing is declared for %s; the declared Linux platforms are: linux-x86_64\n' "$(uname -s)-$(uname -m)" >&2
    exit 1
    ;;
esac

# What the caller may set; see --help.
absolute() {
  case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac
}
SOURCE_DIR=$(absolute "${SOURCE_DIR-}")
WHEEL_VERSION=${WHEEL_VERSION-}
OUTPUT_DIR=$(absolute "${OUTPUT_DIR:-$ROOT/dist/$PLATFORM}")
BUILD_DIR=$(absolute "${BUILD_DIR:-$ROOT/build}")
JOBS=${JOBS:-$(nproc)}
if [[ ! $JOBS =~ ^[1-9][0-9]*$ ]]; then
  printf "build.sh: JOBS: '%s' must be a whole number above 0\n" "$JOBS" >&2
  exit 2
fi
AUDITWHEEL_PLAT=${AUDITWHEEL_PLAT-}
SCCACHE_DIR=$(absolute "${SCCACHE_DIR:-$BUILD_DIR/sccache}")
WHEEL_CACHE_DIR=$(absolute "${WHEEL_CACHE_DIR:-$BUILD_DIR/wheel-cache}")
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
if [[ ! $SOURCE_DATE_EPOCH =~ ^[1-9][0-9]*$ ]]; then
  printf "build.sh: SOURCE_DATE_EPOCH: '%s' must be a whole number above 0\n" "$SOURCE_DATE_EPOCH" >&2
  exit 2
fi
TOOLCHAIN_IMAGE=${TOOLCHAIN_IMAGE-}

# How this script reports: every step is named, every command is printed and logged, and whatever fails says where.
LOG_FILE="$BUILD_DIR/logs/build.log"
STEPS_FILE="$BUILD_DIR/logs/build-steps.tsv"
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
  printf '::error title=build.sh::%s\n' "${message//$'\n'/%0A}"
}

# Ends the script with a message that says what to do.
fail() {
  EXPLAINED=yes
  log "build.sh: $STEP: $*" >&2
  annotate "$STEP: $*"
  exit 1
}

# Whatever ends the script early is named: the step, the command and the log.
on_exit() {
  local status=$?
  trap - EXIT
  if ((status != 0)) && [[ -z $EXPLAINED ]]; then
    [[ ${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\n'
    printf '\nbuild.sh: step "%s" failed with exit status %s\n' "$STEP" "$status" >&2
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

# Runs a command whose failure does not matter.
attempt() {
  log "+ $(quoted "$@") || true"
  "$@" >>"$LOG_FILE" 2>&1 || true
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

# Fails with an advice unless a command prints what is expected.
expect() {
  local expected=$1 advice=$2 actual
  shift 2
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  actual=$("$@" 2> >(tee -a "$LOG_FILE" >&2))
  [[ $actual == "$expected" ]] || fail "expected '$expected', got '$actual' from: $COMMAND. $advice"
}

need() { command -v "$1" >/dev/null || fail "$1 is not on the PATH. $2"; }

empty_folder() {
  rm -rf -- "$1"
  mkdir -p -- "$1"
}

copy_tree() {
  [[ -d $1 ]] || fail "$1 is not a folder"
  [[ $2/ != "$1"/* ]] || fail "$2 lies inside $1, which would be copied into itself: set BUILD_DIR to another place"
  mkdir -p -- "$2"
  run cp -a -- "$1/." "$2"
}

trap on_exit EXIT

step '1. Check the tools'
need python 'Use the toolchain image, or activate the Conda environment of docker/environment.yml.'
empty_folder "$BUILD_DIR/records"
run python "$ROOT/scripts/buildtool.py" tools "--platform=$PLATFORM" "--output=$BUILD_DIR/records/tools.tsv"
capture PLATFORM_TAG python "$ROOT/scripts/buildtool.py" platform-tag "--platform=$PLATFORM"

step '2. Fetch the source'
empty_folder "$BUILD_DIR/source"
if [[ -n $SOURCE_DIR ]]; then
  copy_tree "$SOURCE_DIR" "$BUILD_DIR/source"
else
  run git -C "$BUILD_DIR/source" init --quiet
  run git -C "$BUILD_DIR/source" config core.longpaths true
  run git -C "$BUILD_DIR/source" remote add origin https://github.com/mlc-ai/mlc-llm
  retry 4 git -C "$BUILD_DIR/source" fetch --quiet --depth=1 origin bb586e51eb20cba2e82216b75d22d8dd6657cce1
  run git -C "$BUILD_DIR/source" checkout --quiet --detach FETCH_HEAD
  expect bb586e51eb20cba2e82216b75d22d8dd6657cce1 \
    'The repository answered with another commit than the pinned one.' git -C "$BUILD_DIR/source" rev-parse HEAD
  retry 4 git -C "$BUILD_DIR/source" submodule --quiet update --init --depth=1 -- 3rdparty/tvm
  retry 4 git -C "$BUILD_DIR/source/3rdparty/tvm" submodule --quiet update --init --depth=1 -- 3rdparty/tvm-ffi
  retry 4 git -C "$BUILD_DIR/source/3rdparty/tvm/3rdparty/tvm-ffi" submodule \
    --quiet \
    update \
    --init \
    --depth=1 \
    -- 3rdparty/dlpack
  retry 4 git -C "$BUILD_DIR/source/3rdparty/tvm/3rdparty/tvm-ffi" submodule \
    --quiet \
    update \
    --init \
    --depth=1 \
    -- 3rdparty/libbacktrace
  retry 4 git -C "$BUILD_DIR/source" submodule --quiet update --init --depth=1 -- 3rdparty/tokenizers-cpp
  retry 4 git -C "$BUILD_DIR/source/3rdparty/tokenizers-cpp" submodule \
    --quiet \
    update \
    --init \
    --depth=1 \
    -- msgpack
  retry 4 git -C "$BUILD_DIR/source/3rdparty/tokenizers-cpp" submodule \
    --quiet \
    update \
    --init \
    --depth=1 \
    -- sentencepiece
  retry 4 git -C "$BUILD_DIR/source" submodule --quiet update --init --depth=1 -- 3rdparty/xgrammar
  retry 4 git -C "$BUILD_DIR/source" submodule --quiet update --init --depth=1 -- 3rdparty/stb
fi

step '3. Add the files that the source lacks'
copy_tree "$ROOT/scripts/overlay" "$BUILD_DIR/source"

step '4. Set the version'
capture COMMIT python "$ROOT/scripts/buildtool.py" commit "--source-dir=$SOURCE_DIR"
capture VERSION python "$ROOT/scripts/buildtool.py" version "--version=$WHEEL_VERSION" "--commit=$COMMIT"

step '5. Prepare the environment'
empty_folder "$BUILD_DIR/cmake"
empty_folder "$BUILD_DIR/raw"
empty_folder "$BUILD_DIR/amended"
empty_folder "$BUILD_DIR/repaired"
empty_folder "$BUILD_DIR/finished"
export SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH"
export CMAKE_GENERATOR=Ninja
export CMAKE_BUILD_PARALLEL_LEVEL="$JOBS"
export CARGO_BUILD_JOBS="$JOBS"
# A source that is no repository must not be taken for a part of the checkout around it.
export GIT_CEILING_DIRECTORIES="$BUILD_DIR"
if command -v sccache >/dev/null; then
  export SCCACHE_DIR="$SCCACHE_DIR"
  export CMAKE_C_COMPILER_LAUNCHER=sccache
  export CMAKE_CXX_COMPILER_LAUNCHER=sccache
  export RUSTC_WRAPPER=sccache
  # A server of its own: one that another build started, here or in a container, may not see these files.
  capture CACHE_PORT python "$ROOT/scripts/buildtool.py" cache-port
  export SCCACHE_SERVER_PORT="$CACHE_PORT"
fi

step '6. Keep build paths out of the libraries'
# Crates are compiled where cargo keeps them, and bring C code of their own.
capture CARGO_FOLDER python "$ROOT/scripts/buildtool.py" cargo-home
capture RUST_FLAGS python "$ROOT/scripts/buildtool.py" rust-flags \
  "--map=$BUILD_DIR/source=/src" \
  "--map=$BUILD_DIR=/build" \
  "--map=$CARGO_FOLDER=/cargo"
export CARGO_ENCODED_RUSTFLAGS="$RUST_FLAGS"
export CFLAGS="-ffile-prefix-map=$BUILD_DIR/source=/src -ffile-prefix-map=$BUILD_DIR=/build -ffile-prefix-map=$CARGO_FOLDER=/cargo"
export CXXFLAGS="-ffile-prefix-map=$BUILD_DIR/source=/src -ffile-prefix-map=$BUILD_DIR=/build -ffile-prefix-map=$CARGO_FOLDER=/cargo"

step '7. Build the wheel of apache-tvm-ffi'
export SETUPTOOLS_SCM_PRETEND_VERSION=0.1.11
run python -m pip wheel \
  --no-deps \
  --no-build-isolation \
  --check-build-dependencies \
  --no-cache-dir \
  "--wheel-dir=$BUILD_DIR/raw/apache-tvm-ffi" \
  "--config-settings=build-dir=$BUILD_DIR/cmake/apache-tvm-ffi" \
  --config-settings=cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON \
  "$BUILD_DIR/source/3rdparty/tvm/3rdparty/tvm-ffi"

step '8. Set the metadata of apache-tvm-ffi'
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/raw/apache-tvm-ffi" \
  --distribution=apache-tvm-ffi \
  "--commit=$COMMIT" \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/amended/apache-tvm-ffi" \
  "--changes=$BUILD_DIR/records/changes.json"
capture WHEEL python "$ROOT/scripts/buildtool.py" only "$BUILD_DIR/amended/apache-tvm-ffi" '*.whl'

step '9. Repair the wheel of apache-tvm-ffi'
run auditwheel repair "--plat=$PLATFORM_TAG" "--wheel-dir=$BUILD_DIR/repaired/apache-tvm-ffi" "$WHEEL"
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/repaired/apache-tvm-ffi" \
  --distribution=apache-tvm-ffi \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/finished" \
  "--changes=$BUILD_DIR/records/changes.json"

step '10. Build the wheel of tvm'
run python "$ROOT/scripts/wheelcache.py" take "$WHEEL_CACHE_DIR" \
  --distribution=tvm \
  "--identity=$BUILD_DIR/records/tvm-identity.json" \
  "--source=$BUILD_DIR/source" \
  "--platform=$PLATFORM" \
  "--tools=$BUILD_DIR/records/tools.tsv" \
  "--output-dir=$BUILD_DIR/raw/tvm" \
  "--changes=$BUILD_DIR/records/changes.json"
if ! [[ -e "$BUILD_DIR/raw/tvm" ]]; then
  run python -m pip wheel \
    --no-deps \
    --no-build-isolation \
    --check-build-dependencies \
    --no-cache-dir \
    "--wheel-dir=$BUILD_DIR/raw/tvm" \
    "--config-settings=build-dir=$BUILD_DIR/cmake/tvm" \
    --config-settings=cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON \
    --config-settings=cmake.define.USE_VULKAN=ON \
    --config-settings=cmake.define.USE_RPC=ON \
    --config-settings=cmake.define.HIDE_PRIVATE_SYMBOLS=ON \
    --config-settings=cmake.define.USE_GTEST=OFF \
    --config-settings=cmake.define.USE_CCACHE=OFF \
    --config-settings=cmake.define.USE_ALTERNATIVE_LINKER=OFF \
    '--config-settings=cmake.define.USE_LLVM=llvm-config --ignore-libllvm --link-static' \
    "$BUILD_DIR/source/3rdparty/tvm"
  run python "$ROOT/scripts/wheelcache.py" keep "$WHEEL_CACHE_DIR" \
    --distribution=tvm \
    "--identity=$BUILD_DIR/records/tvm-identity.json" \
    "--wheel-dir=$BUILD_DIR/raw/tvm"
fi

step '11. Set the metadata of tvm'
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/raw/tvm" \
  --distribution=tvm \
  "--version=$VERSION" \
  "--commit=$COMMIT" \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/amended/tvm" \
  "--changes=$BUILD_DIR/records/changes.json"
capture WHEEL python "$ROOT/scripts/buildtool.py" only "$BUILD_DIR/amended/tvm" '*.whl'

step '12. Repair the wheel of tvm'
run auditwheel repair \
  "--plat=$PLATFORM_TAG" \
  --exclude=libtvm_ffi.so \
  --exclude=libvulkan.so.1 \
  "--wheel-dir=$BUILD_DIR/repaired/tvm" \
  "$WHEEL"
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/repaired/tvm" \
  --distribution=tvm \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/finished" \
  "--changes=$BUILD_DIR/records/changes.json"

step '13. Build the wheel of mlc-llm'
run python -m pip wheel \
  --no-deps \
  --no-build-isolation \
  --check-build-dependencies \
  --no-cache-dir \
  "--wheel-dir=$BUILD_DIR/raw/mlc-llm" \
  "--config-settings=build-dir=$BUILD_DIR/cmake/mlc-llm" \
  '--config-settings=wheel.exclude=mlc_llm/lib/**;mlc_llm/bin/**;mlc_llm/cpp/**;mlc_llm/web/**;mlc_llm/*.lib' \
  --config-settings=cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON \
  --config-settings=cmake.define.USE_VULKAN=OFF \
  --config-settings=cmake.define.CMAKE_POLICY_VERSION_MINIMUM=3.5 \
  --config-settings=cmake.define.CMAKE_INSTALL_DATADIR=/usr/share \
  "$BUILD_DIR/source"

step '14. Ship the code of mlc-llm once'
run python "$ROOT/scripts/aliastool.py" "$BUILD_DIR/raw/mlc-llm" \
  --distribution=mlc-llm \
  "--work-dir=$BUILD_DIR/aliases/mlc-llm" \
  "--changes=$BUILD_DIR/records/changes.json"

step '15. Set the metadata of mlc-llm'
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/raw/mlc-llm" \
  --distribution=mlc-llm \
  "--version=$VERSION" \
  "--commit=$COMMIT" \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/amended/mlc-llm" \
  "--changes=$BUILD_DIR/records/changes.json"
capture WHEEL python "$ROOT/scripts/buildtool.py" only "$BUILD_DIR/amended/mlc-llm" '*.whl'

step '16. Repair the wheel of mlc-llm'
run auditwheel repair \
  "--plat=$PLATFORM_TAG" \
  --exclude=libtvm_ffi.so \
  --exclude=libtvm_runtime.so \
  "--wheel-dir=$BUILD_DIR/repaired/mlc-llm" \
  "$WHEEL"
run python "$ROOT/scripts/wheeltool.py" amend "$BUILD_DIR/repaired/mlc-llm" \
  --distribution=mlc-llm \
  "--siblings=$BUILD_DIR/finished" \
  "--output-dir=$BUILD_DIR/finished" \
  "--changes=$BUILD_DIR/records/changes.json"

step '17. Inspect the wheels'
run python "$ROOT/scripts/wheeltool.py" inspect "$BUILD_DIR/finished" \
  "--platform=$PLATFORM" \
  "--platform-tag=$PLATFORM_TAG" \
  "--version=$VERSION" \
  "--build-path=$BUILD_DIR" \
  "--build-path=$CARGO_FOLDER"

step '18. Record the build'
if command -v sccache >/dev/null; then
  run python "$ROOT/scripts/buildtool.py" cache-stats "--output=$BUILD_DIR/records/compiler-cache.json"
  attempt sccache --stop-server
fi
run python "$ROOT/scripts/wheeltool.py" record "$BUILD_DIR/finished" \
  "--platform=$PLATFORM" \
  "--commit=$COMMIT" \
  "--tree=$BUILD_DIR/source" \
  "--source-dir=$SOURCE_DIR" \
  "--image=$TOOLCHAIN_IMAGE" \
  "--tools=$BUILD_DIR/records/tools.tsv" \
  "--steps=$BUILD_DIR/logs/build-steps.tsv" \
  "--changes=$BUILD_DIR/records/changes.json" \
  "--cache-stats=$BUILD_DIR/records/compiler-cache.json"
run python "$ROOT/scripts/buildtool.py" deliver "$BUILD_DIR/finished" "$OUTPUT_DIR"
log "The wheels are in $OUTPUT_DIR"

finish_step
