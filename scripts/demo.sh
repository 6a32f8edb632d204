#!/usr/bin/env bash
# The main job on a real project: register it, register it again, read it back. Everything happens in a scratch folder.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# A home of its own: nothing of yours is read or written.
export HOME="$scratch/home" REGISTRY_PATH="$scratch/registry"
unset XDG_CONFIG_HOME XDG_DATA_HOME
mkdir "$HOME"
git config --global user.name "Ada Lovelace"
git config --global user.email ada@example.org
git config --global init.defaultBranch main
cp -R "$here/examples/example-transformers-vllm" "$scratch/project"

run() {
    local word line=""
    for word; do
        [[ $word == *" "* ]] && word="\"$word\""
        line+=" $word"
    done
    printf '\n$%s\n' "$line"
    "$@"
}

cd "$scratch"
run registry init registry
run project/do/register --notes "Initial deployment, inference validated"
sed -i.before 's/^export IC_GPU_COUNT=.*/export IC_GPU_COUNT=2/' project/do/config
run project/do/register --notes "Two GPUs: p95 latency halved"
run registry list
run registry show example-transformers-vllm
run registry log example-transformers-vllm --changes
run git -C registry log --format='%h %an: %s' -- registry-data
