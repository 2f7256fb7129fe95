#!/usr/bin/env bash
# Finds Python and runs @PROGRAM@; --help lists the options.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/constructs/scripts/wrapper.sh). Do not edit it here.
set -euo pipefail
unset -v BASH_ENV CDPATH

command='@COMMAND@'
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd -P)
probe='import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 12))'

candidates=(python python3)
if [[ -n ${PYTHON-} ]]; then candidates=("$PYTHON"); fi

found=''
for python in "${candidates[@]}"; do
  # -E: variables such as PYTHONHOME are meant for the caller's own Python.
  if version=$("$python" -E -c "$probe" 2>/dev/null); then
    exec "$python" -E "$root/@PROGRAM@" "$command" "$@"
  fi
  found+=", $python is ${version:-missing}"
done

advice='use the toolchain image (npx projen image:shell), or activate the Conda environment of docker/environment.yml'
printf '%s.sh: Python 3.12 or newer is needed%s: %s\n' "$command" "$found" "$advice" >&2
exit 1
