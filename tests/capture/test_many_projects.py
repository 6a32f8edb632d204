"""Every architecture on every target, as the generator writes its projects: what each sets is recorded, and no more.

The projects are of our own making; their do/config has the sections of a generated one, with the variables that
`--model-env`, `--server-env` and `--ic-env` give it.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from registry_tool.record.canonical import parse_canonical, to_yaml
from registry_tool.record.identity import Document
from registry_tool.rules.validate import derive_config_id
from tests.capture.capturing import capture

DEPLOYMENT_CONFIGS = [
    "transformers-vllm",
    "transformers-sglang",
    "transformers-tensorrt-llm",
    "transformers-lmi",
    "transformers-djl",
    "diffusors-vllm-omni",
    "http-flask",
    "http-fastapi",
    "triton-fil",
    "triton-onnxruntime",
    "triton-pytorch",
    "triton-python",
    "triton-vllm",
    "triton-tensorrtllm",
    "marketplace",
]
TARGETS = ["realtime-inference", "async-inference", "batch-transform", "hyperpod-eks"]
GENERATED = """\
#!/bin/bash
# Project identification
export PROJECT_NAME="demo"
export DEPLOYMENT_CONFIG="{deployment_config}"
export FRAMEWORK="{architecture}"
export MODEL_SERVER="{backend}"
export AWS_REGION=${{AWS_REGION:-us-east-1}}
export BUILD_TARGET="codebuild"
export CODEBUILD_COMPUTE_TYPE="BUILD_GENERAL1_LARGE"
export ENABLE_LORA=true
export DEPLOYMENT_TARGET="{target}"
export DEPLOYMENT_TARGET_SMAI_STATUS="InService"
export DEPLOYMENT_TARGET_HP_STATUS=""
export INSTANCE_TYPE="ml.g5.xlarge"
export HP_CLUSTER_NAME="${{HP_CLUSTER_NAME:-}}"
export HP_NAMESPACE="${{HP_NAMESPACE:-default}}"
export HP_REPLICAS="${{HP_REPLICAS:-1}}"
export ENDPOINT_INITIAL_INSTANCE_COUNT="1"
export IC_GPU_COUNT="${{IC_GPU_COUNT:-1}}"
export IC_COPY_COUNT="1"
# Model environment variables
export HF_HUB_OFFLINE=${{HF_HUB_OFFLINE:-1}}
export NCCL_DEBUG=${{NCCL_DEBUG:-INFO}}
# Server environment variables
export OMP_NUM_THREADS=${{OMP_NUM_THREADS:-4}}
export SERVING_FAIL_FAST=${{SERVING_FAIL_FAST:-true}}
# Deploy-time IC environment variables
export IC_ENV_LOG_LEVEL=${{IC_ENV_LOG_LEVEL:-debug}}
export MODEL_NAME="Qwen/Qwen3-4B"
export TUNE_SUPPORTED=false
export BENCHMARK_CONCURRENCY="10"
export BENCHMARK_JOB_NAME=""
export BASE_IMAGE=${{BASE_IMAGE:-example/server:1}}
export INSTANCE_TYPE=${{INSTANCE_TYPE:-ml.g5.xlarge}}
echo "Configuration loaded"
"""
PARAMETERS = {"HF_HUB_OFFLINE": "1", "NCCL_DEBUG": "INFO", "OMP_NUM_THREADS": "4", "SERVING_FAIL_FAST": "true"}
# A shell that has seen other deployments.
CALLERS = {
    "HOME": "/home/ada",
    "LANG": "C.UTF-8",
    "EDITOR": "vi",
    "ENDPOINT_NAME": "other-endpoint-1795649010",
    "IC_ENV_OTHER": "1",
    "MY_SETTING": "1",
}


@pytest.mark.parametrize("with_folder", [True, False], ids=["do/ic", "no do/ic"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("deployment_config", DEPLOYMENT_CONFIGS)
def test_a_generated_project_is_recorded_as_it_is(
    tmp_path: Path, environment: dict[str, str], deployment_config: str, target: str, *, with_folder: bool
) -> None:
    architecture, _, backend = deployment_config.partition("-")
    values = {"deployment_config": deployment_config, "architecture": architecture, "backend": backend}
    write(tmp_path, "do/config", GENERATED.format(target=target, **values))
    if with_folder:
        write(tmp_path, "do/ic/default.conf", "export IC_IMAGE_TAG=demo-latest\nexport IC_MIN_MEMORY_MB=1024\n")

    draft = capture(tmp_path, environment={**environment, **CALLERS})

    own: Document = {"minMemorySize": 1024} if with_folder else {}
    realtime = target == "realtime-inference"
    expected: Document = {
        "projectName": "demo",
        "deploymentConfig": deployment_config,
        "architecture": architecture,
        "backend": backend,
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": target,
        "buildTarget": "codebuild",
        "baseImage": "example/server:1",
        "endpointConfig": {"initialInstanceCount": 1},
        "icConfig": {"copyCount": 1},
        "icList": [{"name": "default", "image": "demo-latest", "gpuCount": 1, "copyCount": 1, **own}],
        "parameters": {**PARAMETERS},
        "icEnvironment": {"LOG_LEVEL": "debug"},
        "live": {"namespace": "default"},
    }
    absent = {"icList"} if not realtime else set()
    absent |= {"backend"} if not backend else set()
    absent |= {"live"} if target != "hyperpod-eks" else set()
    assert draft.document == {name: value for name, value in expected.items() if name not in absent}
    assert draft.warnings == ()
    place = f"{deployment_config}:Qwen/Qwen3-4B:ml.g5.xlarge:us-east-1:{target}:ic1:adapt0"
    assert derive_config_id(draft.document) == sha256(place.encode()).hexdigest()[:16]


def test_a_triton_tree_comes_back_as_it_is(tmp_path: Path, environment: dict[str, str]) -> None:
    texts = {
        "fraud/config.pbtxt": 'name: "fraud"\nbackend: "fil"\nmax_batch_size: 32768\ninput [\n  { name: "in" }\n]',
        "chain/config.pbtxt": '# an ensemble\r\nname: "chain"\r\nplatform: "ensemble"',
        "deep/nested/model/config.pbtxt": "name: 'ünï'\n\n\tmax_batch_size: 0\n\n# end",
    }
    write(
        tmp_path,
        "do/config",
        GENERATED.format(
            target="realtime-inference", deployment_config="triton-fil", architecture="triton", backend="fil"
        ),
    )
    for path, text in texts.items():
        write(tmp_path, f"model_repository/{path}", text + "\n")
        write(tmp_path, f"model_repository/{path.removesuffix('config.pbtxt')}1/model.bin", "\x00")

    document = capture(tmp_path, environment=environment).document
    written = to_yaml(document)

    parsed = parse_canonical(written)
    assert parsed is not None
    assert (document["parameters"], parsed["parameters"]) == ({**PARAMETERS, **texts}, {**PARAMETERS, **texts})


def write(folder: Path, path: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
