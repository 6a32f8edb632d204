"""What looks like a slip is recorded all the same, with a warning that names the variable, its place and its value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import botocore.session
import pytest

from registry_tool.capture import CaptureError
from registry_tool.rules.regions import REGIONS
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]


@pytest.mark.parametrize(
    ("changed", "more", "warning"),
    [
        (
            {"AWS_REGION": "us-eats-1"},
            "",
            "AWS_REGION (do/config:4) is 'us-eats-1': AWS has no such region (did you mean us-east-1?)",
        ),
        (
            {"AWS_REGION": "us-esat-1"},
            "",
            "AWS_REGION (do/config:4) is 'us-esat-1': AWS has no such region (did you mean us-east-1?)",
        ),
        (
            {"INSTANCE_TYPE": "g5.xlarge"},
            "",
            "INSTANCE_TYPE (do/config:6) is 'g5.xlarge': SageMaker's instance types begin with 'ml.'",
        ),
        (
            {},
            "export BASE_IMAGE=vllm/vllm-openai:",
            "BASE_IMAGE (do/config:7) is 'vllm/vllm-openai:': the image ends in ':', without a tag",
        ),
        ({"MODEL_NAME": "Qwen/Qwen3 4B "}, "", "MODEL_NAME (do/config:3) begins or ends with white space"),
        ({}, "export VLLM_API_KEY=' opensesame'", "VLLM_API_KEY (do/config:7) begins or ends with white space"),
        (
            {"MODEL_NAME": ""},
            "export HF_MODEL_ID=Qwen/Qwen3-4B",
            "MODEL_NAME is not set, but HF_MODEL_ID (do/config:7) is 'Qwen/Qwen3-4B': the record names no model",
        ),
    ],
)
def test_a_likely_slip_is_warned_of(
    make_project: MakeProject, environment: dict[str, str], changed: dict[str, str], more: str, warning: str
) -> None:
    folder = make_project(more, **changed)

    draft = capture(folder, environment=environment)

    assert draft.warnings == (warning,)


def test_a_sound_project_is_warned_of_nothing(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project("export HF_MODEL_ID=Qwen/Qwen3-4B BASE_IMAGE=vllm/vllm-openai:v0.8.5")

    assert capture(folder, environment=environment).warnings == ()


def test_two_adapters_of_one_name_are_refused_by_both_their_files(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(files={"do/adapters/french.conf": "", "do/adapters/b.conf": "\nexport ADAPTER_NAME=french"})

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert (str(caught.value), caught.value.hint) == (
        "two adapters have the name 'french' (do/adapters/b.conf:2 and do/adapters/french.conf)",
        "give one of them another ADAPTER_NAME",
    )


def test_the_regions_are_those_that_botocore_ships() -> None:
    partitions = botocore.session.Session().get_data("endpoints")["partitions"]

    assert frozenset(region for partition in partitions for region in partition["regions"]) == REGIONS
