"""What an inference component or an adapter has of its own, and what no project says is not made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError
from registry_tool.record.identity import Json
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]
TYPO = "DEPLOYMENT_TARGET (do/config:5) is 'batch-transfrom'"


def entries(ic_list: Json) -> list[dict[str, Json]]:
    assert isinstance(ic_list, list)
    return [entry for entry in ic_list if isinstance(entry, dict)]


def test_an_ics_own_environment_stands_on_that_ic(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(
        "export IC_ENV_A=1 IC_ENV_B=1",
        files={
            "do/ic/big.conf": (
                "export IC_IMAGE_TAG=x IC_MODEL_DATA=s3://b/tuned/ IC_MIN_MEMORY_MB=2048\n"
                """export IC_CONTAINER_ENV_EXTRA='"A":"0","X":"a \\"b\\""'\n"""
                "export IC_ENV_A=2 IC_ENV_C=3\nIC_ENV_UNSEEN=1\n"
            ),
            "do/ic/small.conf": "",
        },
    )

    document = capture(folder, environment={**environment, "IC_ENV_CALLERS": "1"}).document

    assert (document["icList"], document["icEnvironment"]) == (
        [
            {
                "name": "big",
                "image": "x",
                "modelData": "s3://b/tuned/",
                "gpuCount": 1,
                "copyCount": 1,
                "minMemorySize": 2048,
                "environment": {"A": "2", "X": 'a "b"', "C": "3"},
            },
            {"name": "small", "gpuCount": 1, "copyCount": 1},
        ],
        {"A": "1", "B": "1"},
    )


def test_an_extra_environment_that_do_deploy_could_not_read_is_refused(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(files={"do/ic/a.conf": "\nexport IC_CONTAINER_ENV_EXTRA='A=1'"})

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert str(caught.value) == "IC_CONTAINER_ENV_EXTRA is not a list of texts by name (do/ic/a.conf:2)"


@pytest.mark.parametrize(
    ("ic_name", "base"),
    [
        ("demo-adapter-french", "default"),
        ("big", "big"),
        ("demo-big-1795649013", "big"),
        ("defualt", "default"),
        ("", "default"),
    ],
)
def test_the_base_of_an_adapter_is_the_component_that_the_project_says(
    make_project: MakeProject, environment: dict[str, str], ic_name: str, base: str
) -> None:
    folder = make_project(
        files={
            "do/ic/big.conf": "export IC_DEPLOYED_NAME=demo-big-1795649013",
            "do/ic/default.conf": "",
            "do/adapters/french.conf": f"export ADAPTER_IC_NAME={ic_name}",
        }
    )

    _, _, entry = entries(capture(folder, environment=environment).document["icList"])

    assert (entry.get("baseIcName", ""), entry["baseComponent"]) == (ic_name, base)


def test_a_base_is_not_made_up(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/big.conf": "", "do/adapters/french.conf": "ADAPTER_IC_NAME=elsewhere"})

    _, entry = entries(capture(folder, environment=environment).document["icList"])

    assert entry == {
        "name": "french",
        "isAdapter": True,
        "baseIcName": "elsewhere",
        "gpuCount": 0,
        "copyCount": 1,
    }


def test_what_an_adapter_lacks_is_warned_of_by_its_file(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(
        files={
            "do/ic/default.conf": "",
            "do/adapters/a.conf": "",
            "do/adapters/b.conf": "export ADAPTER_IC_NAME=defualt\nexport ADAPTER_WEIGHTS_URI=./french",
        }
    )

    assert capture(folder, environment=environment).warnings == (
        "ADAPTER_IC_NAME is not set in do/adapters/a.conf: the adapter is recorded without baseIcName",
        "ADAPTER_WEIGHTS_URI is not set in do/adapters/a.conf: the adapter is recorded without artifactUrl",
        "ADAPTER_WEIGHTS_URI (do/adapters/b.conf:2) is './french': not an s3:// URI",
        "ADAPTER_IC_NAME (do/adapters/b.conf:1) is 'defualt': no such component here (did you mean default?)",
    )


def test_a_stock_image_is_the_image_that_runs(make_project: MakeProject, environment: dict[str, str]) -> None:
    stock = "763104351884.dkr.ecr.us-east-1.amazonaws.com/vllm:0.11"
    folder = make_project(f"export DEPLOY_MODE=dlc-direct CONTAINER_IMAGE_URI={stock} BASE_IMAGE=other:1")

    document = capture(folder, environment=environment).document

    assert (document["baseImage"], document["icList"]) == (
        stock,
        [{"name": "default", "image": stock, "gpuCount": 1, "copyCount": 1}],
    )


@pytest.mark.parametrize(
    ("changed", "more", "warnings"),
    [
        (
            {"INSTANCE_TYPE": None},
            "export ENDPOINT_NAME=shared ENDPOINT_EXTERNAL=true",
            ("INSTANCE_TYPE is not set: recorded without, because the endpoint is external (ENDPOINT_EXTERNAL)",),
        ),
        (
            {"DEPLOYMENT_CONFIG": "triton"},
            "",
            ("DEPLOYMENT_CONFIG (do/config:2) is 'triton': names no backend, such as -vllm or -python",),
        ),
        (
            {"DEPLOYMENT_TARGET": "eks", "INSTANCE_TYPE": ""},
            "",
            ("DEPLOYMENT_TARGET (do/config:5) is 'eks': not a known target; recorded as it is",),
        ),
        (
            {"DEPLOYMENT_TARGET": "batch-transfrom"},
            "",
            (f"{TYPO}: not a known target (did you mean batch-transform?); recorded as it is",),
        ),
    ],
)
def test_a_real_project_is_recorded_with_a_warning(
    make_project: MakeProject,
    environment: dict[str, str],
    changed: dict[str, str | None],
    more: str,
    warnings: tuple[str, ...],
) -> None:
    folder = make_project(more, **changed)

    assert capture(folder, environment=environment).warnings == warnings
