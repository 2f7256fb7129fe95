#!/usr/bin/env bash
# A newcomer's first wheel: the example package, built and tested by its synthesized scripts, without Docker.
# Needs Linux, Python 3.12 or newer with venv, a C++ compiler and git; the rest comes from the Python package index.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../build/examples/tvm-ffi"

advise() {
  printf 'demo: %s\n' "$1" >&2
  exit 1
}

[[ $(uname -s) == Linux ]] || advise 'this runs on Linux; elsewhere, use Docker: npx projen image && npx projen image:shell'
python=${PYTHON:-python3}
command -v "$python" >/dev/null || advise "$python is missing: install Python 3.12 or newer, or set PYTHON to one"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' ||
  advise "Python 3.12 or newer is needed; $python is $("$python" --version): install it, and set PYTHON to it"
command -v c++ >/dev/null || advise 'a C++ compiler is missing: install g++ or clang'
command -v git >/dev/null || advise 'git is missing: install it'

echo '==> Install the build tools into build/tools'
"$python" -m venv build/tools || advise "Python's venv module is missing: install python3-venv"
# shellcheck source=/dev/null
source build/tools/bin/activate
python -m pip install --quiet --disable-pip-version-check --requirement scripts/build-requirements.txt
python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement docker/requirements.txt

# The wheel is for this machine's C library and newer ones; the toolchain image builds for glibc 2.28.
AUDITWHEEL_PLAT=$(python -c 'import platform; print("manylinux_" + platform.libc_ver()[1].replace(".", "_") + "_" + platform.machine())')
export AUDITWHEEL_PLAT
unset PYTHON # the environment's own, from here on

bash scripts/build.sh
bash scripts/test.sh

echo
echo 'Your first wheel, tested:'
ls -l dist/*/*.whl
