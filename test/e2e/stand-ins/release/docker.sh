#!/usr/bin/env bash
# Stands for scripts/docker.sh, with an image in which nothing is: what its commands would leave behind comes from built.py.
set -euo pipefail
[[ $1 == in && $3 == bash ]] || exit 64
docker image inspect "$2" >/dev/null
dist=dist/linux-x86_64
case $4 in
  scripts/build.sh)
    [[ ! -e build/sccache ]] || echo "found a compiler cache: $(<build/sccache/object)"
    "$E2E_PYTHON" "$E2E_BUILT" wheels scripts "$dist" "${WHEEL_VERSION:-0.0.0.dev0}" linux-x86_64
    mkdir -p build/sccache build/wheel-cache
    echo compiled | tee build/sccache/object >build/wheel-cache/wheel
    echo kept-wheels=true >>"$GITHUB_OUTPUT"
    ;;
  scripts/test.sh)
    # Somebody's test could do this: what is released is what was built, all the same.
    [[ -z ${E2E_TEST_CHANGES:-} ]] || echo more >>"$dist/SHA256SUMS"
    [[ -z ${E2E_TEST_FAILS:-} ]] || exit 1
    "$E2E_PYTHON" "$E2E_BUILT" report scripts "$dist" build/test-report/linux-x86_64.json linux-x86_64
    ;;
  *) exit 64 ;;
esac
