#!/usr/bin/env bash
# The CI table without AWS: records drive a stand-in harness through a local engine. Everything happens in a scratch folder.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
scratch="$(mktemp -d)"
# moto's server in the place of DynamoDB. It prints its address, and ends with its standard input, which is ours.
coproc engine { exec python "$here/tests/ci/moto_server.py"; }
trap 'kill "$engine_pid"; rm -rf "$scratch"' EXIT
engine_pid=$engine_PID
read -r AWS_ENDPOINT_URL_DYNAMODB <&"${engine[0]}"
export AWS_ENDPOINT_URL_DYNAMODB

# A home of its own, and keys that open nothing: nothing of yours is read or written.
export HOME="$scratch/home" REGISTRY_PATH="$scratch/registry"
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
unset XDG_CONFIG_HOME XDG_DATA_HOME AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN CI_TABLE_NAME
mkdir "$HOME"
git config --global user.name "Ada Lovelace"
git config --global user.email ada@example.org
git config --global init.defaultBranch main
cp -R "$here/examples/." "$scratch"

say() {
    printf '\n# %s\n' "$*"
}

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

quietly() {
    printf '\n$ %s\n' "$*"
    "$@" >/dev/null
}

# What exits with 1 or 4 on purpose: a gate, or a status that finds differences.
gate() {
    run "$@" || printf '(exit %s)\n' "$?"
}

upgrade() {
    sed -i.before "s/^export IC_GPU_COUNT=.*/export IC_GPU_COUNT=$1/" "$scratch/example-transformers-vllm/do/config"
}

harness=(python ci-harness/harness.py mlcc-ci-table)
vllm=ec3f1a0072d1b3d4

cd "$scratch"
run registry init registry
run registry table create

say "Registrations go to the table at once, and the harness tests them."
run example-transformers-vllm/do/register --ci --notes "First deployment"
quietly example-http-flask/do/register --ci
run "${harness[@]}"
run registry ci report

say "An upgrade is committed. The sync has what changed tested again, and nothing else."
upgrade 2
run example-transformers-vllm/do/register --notes "Two GPUs"
gate registry sync status
run registry sync plan
run registry sync apply
run registry sync apply
run "${harness[@]}" "$vllm=fail-deploy_test"
gate registry ci report --fail-on regression

say "While the harness tests the repair, the next one is merged: the result comes too late and is dropped."
upgrade 4
quietly example-transformers-vllm/do/register --notes "Four GPUs"
run registry sync apply
"${harness[@]}" --take >taken
upgrade 8
quietly example-transformers-vllm/do/register --notes "Eight GPUs"
run registry sync apply
read -r _ digest <taken
run "${harness[@]}" --finish "$vllm" "$digest" pass
run registry list --ci
run "${harness[@]}"
run registry ci report --fail-on regression,stale
