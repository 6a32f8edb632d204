#!/usr/bin/env bash
# What is really running, without AWS: a project of the real generator is deployed by its own do/deploy, with the real AWS
# CLI, to a stand-in for SageMaker; then the world changes, and the registry finds it. All of it in a scratch folder.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if [[ ! -e "$here/tests/live/generator/node_modules/.installed" || ! -e "$here/build/awscli/.installed" ]]; then
    echo "error: this demo runs the real generator and the AWS CLI, and they could not be installed: see above" >&2
    echo "hint: install npm, then: make demo-live" >&2
    exit 1
fi
scratch="$(mktemp -d)"
# The stand-in checks every call against AWS's own model. It prints its address, and ends with its standard input: ours.
coproc cloud { cd "$here" && exec python -m tests.live.cloud; }
trap 'kill "$cloud_pid"; rm -rf "$scratch"' EXIT
cloud_pid=$cloud_PID
read -r AWS_ENDPOINT_URL_SAGEMAKER <&"${cloud[0]}"
export AWS_ENDPOINT_URL_SAGEMAKER AWS_ENDPOINT_URL_STS="$AWS_ENDPOINT_URL_SAGEMAKER"

# A home of its own, and keys that open nothing: nothing of yours is read or written.
export HOME="$scratch/home" REGISTRY_PATH="$scratch/registry" PATH="$here/tests/live/generator/bin:$PATH" AWS_PAGER=
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
unset XDG_CONFIG_HOME XDG_DATA_HOME AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
mkdir "$HOME"
git config --global user.name "Ada Lovelace"
git config --global user.email ada@example.org
git config --global init.defaultBranch main

say() {
    printf '\n# %s\n' "$*"
}

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

quietly() {
    printf '\n$ %s\n' "$*"
    "$@" >"$scratch/log" 2>&1 </dev/null || { cat "$scratch/log"; exit 1; }
}

# What exits with 4 on purpose: the world is not as registered.
gate() {
    run "$@" || printf '(exit %s)\n' "$?"
}

cd "$scratch"
run registry init registry

say "A project of the generator, deployed by its own scripts and registered."
quietly node "$here/tests/live/generator/node_modules/@aws/ml-container-creator/bin/cli.js" --skip-prompts --force \
    --project-name chat --project-dir "$scratch/chat" --deployment-config transformers-vllm \
    --model-name Qwen/Qwen3-4B --instance-type ml.g5.xlarge --ic-env VLLM_MAX_MODEL_LEN=4096
cat >>chat/do/config <<'CONFIG'
export DEPLOYMENT_TARGET="realtime-inference"
export INSTANCE_TYPE="ml.g5.xlarge"
export ENDPOINT_NAME="chat"
export ROLE_ARN="arn:aws:iam::123456789012:role/sagemaker"
export ECR_REPOSITORY_NAME="ml-container-creator"
CONFIG
cd chat
quietly ./do/deploy
run registry register --notes "First deployment"
gate registry live status --exit-code

say "Someone deploys again with --force: a second endpoint runs, nothing is on it, and no record says so."
quietly ./do/deploy --force
gate registry live status --exit-code

say "Someone gives the component another number of GPUs in the console."
component=$(aws sagemaker list-inference-components --query 'InferenceComponents[0].InferenceComponentName' --output text)
quietly aws sagemaker update-inference-component --inference-component-name "$component" \
    --specification '{"ComputeResourceRequirements": {"NumberOfAcceleratorDevicesRequired": 4, "MinMemoryRequiredInMb": 1024}}'
gate registry live status --exit-code
run registry live show chat

say "Someone deletes it. What is left over runs on."
quietly aws sagemaker delete-inference-component --inference-component-name "$component"
gate registry live status --exit-code
