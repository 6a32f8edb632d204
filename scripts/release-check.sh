#!/usr/bin/env bash
# Whether what is committed can be released: builds it twice and compares the bytes, checks the metadata and the wheel,
# and runs the main job from the wheel alone, in a virtual environment that has nothing else. What it built is in dist/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version="$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' registry_tool/__init__.py)"
commit="$(git rev-parse HEAD)"
SOURCE_DATE_EPOCH="$(git show --no-patch --format=%ct "$commit")"
export SOURCE_DATE_EPOCH
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

step() {
    printf '\n== %s\n' "$1"
}

step "the commit is $version as it is to be released"
[[ -z "$(git status --porcelain)" ]] || fail "the working tree has changes: commit them, because only commits are built"
grep -Eq "^## ${version//./\\.} - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md || fail "CHANGELOG.md has no dated section for $version"

# From two copies of the commit, in folders of different names: nothing of the working tree, nothing of the path.
build() {
    mkdir -p "$scratch/$1"
    git archive "$commit" | tar -x -C "$scratch/$1"
    (cd "$scratch/$1" && umask "$2" && "$hatchling" build -d "$scratch/dist-$1" > /dev/null)
}

step "two builds are the same, byte for byte"
hatchling="$PWD/.venv/bin/hatchling"
build one 022
sleep 1 # a build that takes the time of day differs by now
build another-one 077
(cd "$scratch/dist-one" && sha256sum -- *) > "$scratch/sums"
cat "$scratch/sums"
(cd "$scratch/dist-another-one" && sha256sum --quiet --check "$scratch/sums") || fail "the two builds differ"

step "the metadata can be shown by an index"
.venv/bin/twine check --strict "$scratch"/dist-one/*

step "the wheel holds what it should"
.venv/bin/check-wheel-contents "$scratch"/dist-one/*.whl

step "the wheel alone does the main job"
python3=".venv/bin/python"
"$python3" -m venv "$scratch/bare"
"$scratch/bare/bin/python" -m pip install --quiet --disable-pip-version-check "$scratch"/dist-one/*.whl
[[ "$("$scratch/bare/bin/registry" --version)" == "registry $version" ]] || fail "the wheel is of another version"
PATH="$scratch/bare/bin:$PATH" bash scripts/demo.sh

rm -rf dist
cp -R "$scratch/dist-one" dist
printf '\n%s\n' "$version of $commit can be released; dist/ holds what to publish"
