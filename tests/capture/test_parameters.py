"""Which variables are parameters of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]


@pytest.mark.parametrize(
    ("deployment_config", "prefixes"),
    [
        ("transformers-vllm", ["VLLM"]),
        ("transformers-sglang", ["SGLANG"]),
        ("transformers-tensorrt-llm", ["TRTLLM"]),
        ("transformers-lmi", ["LMI", "OPTION"]),
        ("transformers-djl", ["DJL", "OPTION"]),
        ("transformers-other", []),
        ("diffusors-vllm-omni", ["VLLM"]),
        ("triton-vllm", []),
        ("marketplace", []),
    ],
)
def test_an_engine_finds_its_inherited_parameters_by_their_prefix(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str, prefixes: list[str]
) -> None:
    every = ("VLLM", "SGLANG", "TRTLLM", "LMI", "OPTION", "DJL", "MY")
    inherited = {f"{prefix}_X": "1" for prefix in every}
    folder = make_project(DEPLOYMENT_CONFIG=deployment_config)

    document = capture(folder, environment={**environment, **inherited}).document

    assert document.get("parameters", {}) == {f"{prefix}_X": "1" for prefix in prefixes}


def test_parameters_may_come_from_the_caller_but_must_be_exported(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project("VLLM_SHELL_ONLY=1; export VLLM_EMPTY=; export VLLM_A='1' HF_MODEL_ID=id")
    token = "t" + "0" * 8

    draft = capture(folder, environment={**environment, "VLLM_CALLERS": "2", "HF_TOKEN": token})

    assert draft.document["parameters"] == {
        "HF_MODEL_ID": "id",
        "HF_TOKEN": token,
        "VLLM_A": "1",
        "VLLM_CALLERS": "2",
    }


def test_a_token_that_is_not_exported_is_no_parameter(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(f"HF_TOKEN={'t' * 8}")

    document = capture(folder, environment=environment).document

    assert "parameters" not in document


def test_a_registry_can_add_prefixes_to_an_engines_own(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project()
    prefixes = {"vllm": ("LMCACHE_",), "sglang": ("OTHER_",)}
    inherited = {"VLLM_A": "1", "LMCACHE_B": "2", "OTHER_C": "3"}

    document = capture(folder, environment={**environment, **inherited}, engine_prefixes=prefixes).document

    assert document["parameters"] == {"LMCACHE_B": "2", "VLLM_A": "1"}


def test_http_parameters_are_what_do_config_exports_and_the_record_does_not_say_otherwise(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        """
        export FRAMEWORK=http MODEL_SERVER=flask BASE_IMAGE=python:3.12 IC_CPU_COUNT=1 ENDPOINT_VARIANT_NAME=a
        export DEPLOYMENT_TARGET_SMAI_STATUS=deployed ENDPOINT_NAME=demo-1 TRANSFORM_JOB_NAME=job-1
        export PATH="$PATH:/opt/bin"
        export WORKERS=4 UNUSED=
        export KEPT_AS_IT_WAS="${KEPT_AS_IT_WAS:-default}"
        # export COMMENTED=1
        NOT_EXPORTED=1
        . do/more.env
        """,
        DEPLOYMENT_CONFIG="http-flask",
        files={"do/more.env": "export CHANGED=now FROM_ELSEWHERE=1"},
    )
    callers = {"CHANGED": "before", "KEPT_AS_IT_WAS": "same", "COMMENTED": "2", "EDITOR": "vi", "HOME": "/home/me"}

    document = capture(folder, environment={**environment, **callers}).document

    assert document["parameters"] == {
        "CHANGED": "now",
        "FROM_ELSEWHERE": "1",
        "KEPT_AS_IT_WAS": "same",
        "WORKERS": "4",
    }


def test_tritons_parameters_are_its_models_text_and_repository(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        "TRITON_MODEL_REPOSITORY=/opt/models",
        DEPLOYMENT_CONFIG="triton-fil",
        files={"model_repository/deep/down/config.pbtxt": '\n\nname: "down"\n  # kept\n\n'},
    )

    draft = capture(folder, environment=environment)

    assert draft.document["parameters"] == {
        "TRITON_MODEL_REPOSITORY": "/opt/models",
        "config.pbtxt": 'name: "down"\n  # kept',
    }


def test_several_triton_models_are_told_apart_by_their_paths(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        DEPLOYMENT_CONFIG="triton-python",
        files={"model_repository/b/config.pbtxt": "b", "model_repository/a/config.pbtxt": "a"},
    )

    document = capture(folder, environment=environment).document

    assert document["parameters"] == {"a/config.pbtxt": "a", "b/config.pbtxt": "b"}


def test_a_triton_project_may_have_no_model_repository(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(DEPLOYMENT_CONFIG="triton-fil")

    document = capture(folder, environment=environment).document

    assert "parameters" not in document


def test_a_model_config_that_is_not_text_is_refused(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(DEPLOYMENT_CONFIG="triton-fil", files={"model_repository/m/config.pbtxt": ""})
    (folder / "model_repository/m/config.pbtxt").write_bytes(b"name: \xff")

    with pytest.raises(CaptureError, match=r"model_repository/m/config\.pbtxt is not valid UTF-8"):
        capture(folder, environment=environment)


def test_a_marketplace_project_names_its_package(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project("MODEL_PACKAGE_ARN=arn:aws:sagemaker:p", DEPLOYMENT_CONFIG="marketplace")

    document = capture(folder, environment=environment).document

    assert document["parameters"] == {"MODEL_PACKAGE_ARN": "arn:aws:sagemaker:p"}


@pytest.mark.parametrize("deployment_config", ["transformers-vllm", "http-flask", "triton-fil", "marketplace"])
def test_deploy_time_variables_are_those_that_the_project_sets(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str
) -> None:
    folder = make_project(
        "export IC_ENV_A=1 IC_ENV_EMPTY= IC_ENV_=x; export IC_ENV_B=${IC_ENV_B:-2}", DEPLOYMENT_CONFIG=deployment_config
    )

    document = capture(folder, environment={**environment, "IC_ENV_B": "3", "IC_ENV_CALLERS": "4"}).document

    assert document["icEnvironment"] == {"A": "1", "B": "3"}


ARCHITECTURES = [
    "transformers-vllm",
    "transformers-sglang",
    "transformers-lmi",
    "diffusors-vllm-omni",
    "http-flask",
    "triton-fil",
    "marketplace",
]


@pytest.mark.parametrize("deployment_config", ARCHITECTURES)
@pytest.mark.parametrize("target", ["realtime-inference", "async-inference", "batch-transform", "hyperpod-eks"])
def test_what_a_project_sets_and_exports_is_a_parameter_everywhere(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str, target: str
) -> None:
    settings = {
        "HF_HUB_OFFLINE": "1",
        "NCCL_DEBUG": "INFO",
        "CUDA_VISIBLE_DEVICES": "0,1",
        "TENSOR_PARALLEL_DEGREE": "2",
        "SERVING_FAIL_FAST": "true",
        "SM_VLLM_MAX_MODEL_LEN": "4096",
        "TRITON_LOG_VERBOSE": "1",
        "LANG": "C.UTF-8",
        "TUNE_THREADS": "4",
        "ADAPTER_MODE": "merged",
        "TRAIN_SPLIT": "0.9",
        "MY_JOB_NAME": "nightly",
        "ENDPOINT_TIMEOUT": "60",
        "HP_SPECULATIVE_ENABLED": "true",
    }
    lines = "\n".join(f"export {name}=${{{name}:-{value}}}" for name, value in settings.items())
    folder = make_project(lines, DEPLOYMENT_CONFIG=deployment_config, DEPLOYMENT_TARGET=target)

    document = capture(folder, environment=environment).document

    assert document["parameters"] == settings


@pytest.mark.parametrize("deployment_config", ARCHITECTURES)
def test_the_frameworks_own_variables_are_left_out_and_named_with_their_reasons(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str
) -> None:
    folder = make_project(
        """
        export FRAMEWORK=x BATCH_INSTANCE_TYPE=ml.c5.xlarge HP_INSTANCE_TYPE=ml.g5.xlarge INSTANCE_TYPES=a,b
        export HP_REPLICAS=2 BENCHMARK_CONCURRENCY=10 CODEBUILD_COMPUTE_TYPE=LARGE TUNE_JOB_NAME_SFT=job-1
        export DEPLOYMENT_TARGET_SMAI_STATUS=InService DEPLOYMENT_TARGET_HP_STATUS= ENDPOINT_NAME=demo-endpoint-1
        export TRAIN_ADAPTER_PATH_DPO=s3://b/a ROLE_ARN=arn:aws:iam::1:role/r PATH="$PATH"
        SHELL_ONLY=1
        """,
        DEPLOYMENT_CONFIG=deployment_config,
    )

    draft = capture(folder, environment=environment)

    assert ("parameters" in draft.document, dict(draft.left_out)) == (
        False,
        {
            "BATCH_INSTANCE_TYPE": "written back by do/deploy (do/deploy)",
            "BENCHMARK_CONCURRENCY": "a setting of do/benchmark (do/benchmark)",
            "CODEBUILD_COMPUTE_TYPE": "it decides where the image is built, not what runs (do/submit)",
            "DEPLOYMENT_TARGET_SMAI_STATUS": "written back by do/deploy (do/deploy)",
            "ENDPOINT_NAME": "a name in the cloud, new on every deployment: see the field live (do/deploy.d/*)",
            "FRAMEWORK": "DEPLOYMENT_CONFIG says it (do/config)",
            "HP_INSTANCE_TYPE": "written back by do/deploy (do/deploy)",
            "HP_REPLICAS": "do/deploy does not apply it: hyperpod/deployment.yaml says what runs (do/config)",
            "INSTANCE_TYPES": "written back by do/deploy (do/deploy)",
            "PATH": "it belongs to the machine that registers (the shell)",
            "ROLE_ARN": "it belongs to the AWS account, not to what runs (do/lib/profile.sh)",
            "SHELL_ONLY": "not exported, so that no engine sees it",
            "TRAIN_ADAPTER_PATH_DPO": "a setting or a result of do/train (do/train)",
            "TUNE_JOB_NAME_SFT": "a setting or a result of do/tune (do/tune)",
        },
    )


def test_a_config_that_exports_all_that_it_sets_exports_nothing_of_ours(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project("set -a\nWORKERS=4", DEPLOYMENT_CONFIG="http-flask", files={"do/ic/a.conf": ""})

    document = capture(folder, environment=environment).document

    assert document["parameters"] == {"WORKERS": "4"}
