#!/usr/bin/env bash
# A shell in a home of its own, with the examples: every session of the documentation works in it as it is written, and
# touches nothing of yours. All of it is removed when you leave. `make playground` has put this clone's `registry` on PATH.
set -euo pipefail

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=$(git config --get user.name) || name="Ada Lovelace"
email=$(git config --get user.email) || email=ada@example.org
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

cp -R "$clone/examples" "$home"
unset REGISTRY_PATH XDG_CONFIG_HOME XDG_DATA_HOME
export HOME=$home
git config --global user.name "$name"
git config --global user.email "$email"
git config --global init.defaultBranch main
cd "$home"
echo "This is $home, a home of its own, with a copy of examples/. Each page begins in a new one. Leave it with: exit" >&2
PS1='\w $ ' bash --norc || true
