#!/usr/bin/env bash
# Whether our own workflows are safe (zizmor) and sound (actionlint). The lock has zizmor; actionlint comes from where you
# get it, because its package on PyPI downloads a program when it is installed. A tool that is missing is said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check() {
    local tool=$1
    if command -v "$tool" > /dev/null; then
        "$@"
    else
        echo "note: $tool is not on PATH, so it did not check .github/workflows" >&2
    fi
}

check zizmor --offline --no-progress --quiet --persona=pedantic .github
check actionlint
