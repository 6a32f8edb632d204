"""A filter that matches nothing says why, and what is near."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry_tool.index.misses import CLOSED
from registry_tool.index.query import FILTERS
from tests.programs import run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry of one record."""
    shutil.copytree(EXAMPLES / "example-http-flask", tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    run_registry("register", "--registry", "registry", "--project-dir", "project", cwd=tmp_path)
    return tmp_path / "registry"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--status", "succes"],
            "error: there is no status 'succes'\nhint: did you mean success? it is one of success, partial, failed\n",
        ),
        (
            ["--target", "realtime"],
            (
                "error: there is no target 'realtime'\nhint: did you mean realtime-inference? it is one of "
                "realtime-inference, async-inference, batch-transform, hyperpod-eks\n"
            ),
        ),
        (
            ["--architecture", "xyz"],
            (
                "error: there is no architecture 'xyz'\n"
                "hint: it is one of transformers, http, triton, diffusors, marketplace\n"
            ),
        ),
    ],
)
def test_a_value_that_no_record_can_have_is_a_usage_error(registry: Path, words: list[str], said: str) -> None:
    for command in (["list"], ["search", "flask"], ["export"], ["list", "--removed"]):
        done = run_registry(*command, *words, cwd=registry)

        assert (done.returncode, done.stdout, done.stderr) == (2, "", said), command


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--region", "us-east1"], "no record has the region 'us-east1'; did you mean 'us-east-1'?\n"),
        (
            ["--project", "example-http-flsk"],
            "no project is called 'example-http-flsk'; did you mean 'example-http-flask'?\n",
        ),
        (["--project", "xyz"], "no project is called 'xyz'\n"),
        (["--instance-type", "m5.large"], "no record has the instance-type 'm5.large'; did you mean 'ml.m5.large'?\n"),
    ],
)
def test_a_value_that_no_record_has_is_said_and_the_answer_is_empty(
    registry: Path, words: list[str], said: str
) -> None:
    as_json = run_registry("list", *words, "--format", "jsonl", cwd=registry)
    as_table = run_registry("list", *words, cwd=registry)

    assert (as_json.returncode, as_json.stdout, as_json.stderr) == (0, "", said)
    assert (as_table.returncode, as_table.stdout, as_table.stderr) == (0, "", f"{said}no records\n")


@pytest.mark.parametrize(
    ("words", "code", "more"),
    [
        (["list"], 0, "no records\n"),
        (["search", "flask"], 0, "no records\n"),
        (["export"], 0, ""),
        (["stale"], 0, "nothing is stale\n"),
        (
            ["compare", "--by", "region"],
            1,
            (
                "error: 0 records are too few to compare\n"
                "hint: name more of them, loosen the filters, or compare with what was: --at REVISION|DATE\n"
            ),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_every_command_with_filters_says_which_value_nobody_has(
    registry: Path, words: list[str], code: int, more: str
) -> None:
    done = run_registry(*words, "--project", "example-http-flsk", cwd=registry)

    said = "no project is called 'example-http-flsk'; did you mean 'example-http-flask'?\n"
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"{said}{more}")


@pytest.mark.parametrize("words", [["--status", "SUCCESS"], ["--target", "Realtime-*"], ["--region", "US-east-1"]])
def test_any_case_is_accepted(registry: Path, words: list[str]) -> None:
    done = run_registry("list", *words, "--format", "jsonl", cwd=registry)

    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_filters_that_match_apart_and_not_together_say_nothing_wrong(registry: Path) -> None:
    done = run_registry("list", "--status", "failed", "--region", "us-east-1", cwd=registry)

    assert (done.returncode, done.stderr) == (0, "no records\n")


def test_the_closed_sets_are_filters() -> None:
    assert CLOSED.keys() <= FILTERS.keys()
