"""Which variables are parameters of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError, capture

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
def test_an_engines_parameters_begin_with_its_prefix(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str, prefixes: list[str]
) -> None:
    every = ("VLLM", "SGLANG", "TRTLLM", "LMI", "OPTION", "DJL", "MY")
    folder = make_project("\n".join(f"export {prefix}_X=1" for prefix in every), DEPLOYMENT_CONFIG=deployment_config)

    document = capture(folder, environment=environment).document

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
    folder = make_project("export VLLM_A=1 LMCACHE_B=2 OTHER_C=3")
    prefixes = {"vllm": ("LMCACHE_",), "sglang": ("OTHER_",)}

    document = capture(folder, environment=environment, engine_prefixes=prefixes).document

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
