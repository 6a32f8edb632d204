"""Where each field's value is said to come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.capture import Source
from registry_tool.capture.provenance import find_assignments
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]

FIRST_LINE = 7  # of what `make_project` appends to the six variables that every project has


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("export BASE_IMAGE=a", 0),
        ("BASE_IMAGE='a'", 0),
        ('  declare -x BASE_IMAGE="a"', 0),
        ("readonly BASE_IMAGE=a", 0),
        ("export OTHER=1 BASE_IMAGE=a LAST='x y'", 0),
        ("if true; then BASE_IMAGE=a; fi", 0),
        ("[ -n x ] && export BASE_IMAGE=a", 0),
        (': "${BASE_IMAGE:=a}"', 0),
        (": ${BASE_IMAGE:=a}", 0),
        ("BASE_IMAGE=a # BASE_IMAGE=a\n# BASE_IMAGE=a; BASE_IMAGE=a\n  #BASE_IMAGE=a", 0),
        ("BASE_IMAGE=b\nBASE_IMAGE=a\nif false; then BASE_IMAGE=b; fi", 1),
        ("BASE_IMAGE=a\nBASE_IMAGE=b\nBASE_IMAGE=a", 2),
        ("BASE_IMAGE=a\nOTHER='; BASE_IMAGE=a'", 0),
        ("BASE_IMAGE=$(echo a)", 0),
        ("X=a\nBASE_IMAGE=$X\n[ $X = a ] || BASE_IMAGE=${Y}", 1),
        ("BASE_IMAGE=a\nexport BASE_IMAGE=${BASE_IMAGE:-a}", 0),
        ("BASE_IMAGE=\nexport BASE_IMAGE=${BASE_IMAGE:-a}", 1),
        ('export BASE_IMAGE="${BASE_IMAGE:-$(echo a)}"', 0),
        ("BASE_IMAGE=b\nBASE_IMAGE=''\nBASE_IMAGE+=a", 2),
        ("eval BASE_IMA''GE=a", -FIRST_LINE),
    ],
)
def test_a_value_comes_from_the_last_line_that_can_have_made_it(
    make_project: MakeProject, environment: dict[str, str], lines: str, line: int
) -> None:
    folder = make_project(lines)

    draft = capture(folder, environment=environment)

    assert (draft.document["baseImage"], draft.sources["baseImage"]) == (
        "a",
        Source("file", "do/config", FIRST_LINE + line, "BASE_IMAGE"),
    )


def test_a_value_over_several_lines_comes_from_the_first_of_them(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project('export VLLM_ARGS="--a\n--b"')

    draft = capture(folder, environment=environment)

    assert draft.sources["parameters.VLLM_ARGS"] == Source("file", "do/config", FIRST_LINE, "VLLM_ARGS")


@pytest.mark.parametrize(
    ("lines", "callers", "source"),
    [
        ("BASE_IMAGE=${BASE_IMAGE:-b}", "a", Source("environment", detail="BASE_IMAGE")),
        ("BASE_IMAGE=${BASE_IMAGE:-$OTHER}", "a", Source("environment", detail="BASE_IMAGE")),
        ("", "a", Source("environment", detail="BASE_IMAGE")),
        ("BASE_IMAGE=a", "a", Source("file", "do/config", FIRST_LINE, "BASE_IMAGE")),
        ("BASE_IMAGE=${BASE_IMAGE:-a}", "a", Source("file", "do/config", FIRST_LINE, "BASE_IMAGE")),
        ("BASE_IMAGE=a\nBASE_IMAGE=${BASE_IMAGE:-b}", "a", Source("file", "do/config", FIRST_LINE, "BASE_IMAGE")),
    ],
)
def test_the_environment_is_the_source_only_where_the_file_would_have_said_otherwise(
    make_project: MakeProject, environment: dict[str, str], lines: str, callers: str, source: Source
) -> None:
    folder = make_project(lines)

    draft = capture(folder, environment={**environment, "BASE_IMAGE": callers})

    assert (draft.document["baseImage"], draft.sources["baseImage"]) == ("a", source)


def test_an_ics_file_comes_before_do_config_and_do_config_before_the_libraries(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        "IC_GPU_COUNT=4\nDEPLOYED_INSTANCE_TYPE=ml.g5.xlarge",
        files={
            "do/lib/resolve-instance.sh": '\nINSTANCE_TYPE="${DEPLOYED_INSTANCE_TYPE}"',
            "do/ic/a.conf": "export IC_IMAGE_TAG=a-image",
        },
    )

    sources = capture(folder, environment=environment).sources

    assert [sources[path] for path in ("instanceType", "icList[0].image", "icList[0].gpuCount")] == [
        Source("file", "do/config", 6, "INSTANCE_TYPE"),
        Source("file", "do/ic/a.conf", 1, "IC_IMAGE_TAG"),
        Source("file", "do/config", FIRST_LINE, "IC_GPU_COUNT"),
    ]


def test_a_value_that_a_library_completed_comes_from_the_library(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        "DEPLOYED_INSTANCE_TYPE=ml.g5.xlarge",
        INSTANCE_TYPE="",
        files={"do/lib/resolve-instance.sh": '\nINSTANCE_TYPE="${DEPLOYED_INSTANCE_TYPE}"'},
    )

    sources = capture(folder, environment=environment).sources

    assert sources["instanceType"] == Source("file", "do/lib/resolve-instance.sh", 2, "INSTANCE_TYPE")


def test_what_no_variable_says_is_derived_or_a_default(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/adapters/x.conf": "ADAPTER_IC_NAME=default"})

    sources = capture(folder, environment=environment).sources

    assert {path: source for path, source in sources.items() if source.line == 0} == {
        "architecture": Source("derived", detail="DEPLOYMENT_CONFIG, split at its first '-'"),
        "backend": Source("derived", detail="DEPLOYMENT_CONFIG, split at its first '-'"),
        "icList[0].name": Source("derived", detail="no do/ic folder"),
        "icList[0].image": Source("default", detail="PROJECT_NAME-latest"),
        "icList[0].gpuCount": Source("default"),
        "icList[0].copyCount": Source("default"),
        "icList[1].name": Source("file", "do/adapters/x.conf", detail="the file's name"),
        "icList[1].isAdapter": Source("derived", detail="an adapter runs on its IC"),
        "icList[1].gpuCount": Source("derived", detail="an adapter runs on its IC"),
        "icList[1].copyCount": Source("derived", detail="an adapter runs on its IC"),
    }


def test_a_model_configs_text_comes_from_its_file(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(DEPLOYMENT_CONFIG="triton-fil", files={"model_repository/m/config.pbtxt": "x"})

    sources = capture(folder, environment=environment).sources

    assert sources['parameters["config.pbtxt"]'] == Source(
        "file", "model_repository/m/config.pbtxt", detail="the file's text"
    )


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        ("DEPLOYMENT_CONFIG", "deploymentConfig"),
        ("MODEL_NAME", "modelName"),
        ("INSTANCE_TYPE", "instanceType"),
        ("AWS_REGION", "awsRegion"),
        ("DEPLOYMENT_TARGET", "deploymentTarget"),
    ],
)
def test_a_caller_who_decides_the_config_id_is_told(
    make_project: MakeProject, environment: dict[str, str], variable: str, field: str
) -> None:
    folder = make_project(f"export {variable}=${{{variable}:-other}}", **{variable: None})

    draft = capture(folder, environment={**environment, variable: "http-\nflask"})

    assert draft.warnings[0] == (
        f"{field} is 'http-\\nflask' because {variable} is set in your environment; it decides the configId"
    )


def test_a_caller_who_agrees_with_do_config_is_told_nothing(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project("export AWS_REGION=${AWS_REGION:-eu-west-1}", AWS_REGION=None)

    draft = capture(folder, environment={**environment, "AWS_REGION": "eu-west-1", "BASE_IMAGE": "mine"})

    assert draft.warnings == ()


@given(st.text(alphabet=st.sampled_from("ab_=;&|(){}$\"'\\`# \t\n+-:~")))
def test_any_text_can_be_searched_for_assignments(text: str) -> None:
    found = find_assignments(text, "do/config")

    assert all(f"{made.name}" in text.split("\n")[made.line - 1] for made in found)
