"""Records side by side: what differs, which is the odd one out, then against now."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.identity import Document
from registry_tool.trail.compare import Column, compare
from tests.programs import git, run_registry
from tests.review.pull_requests import deployment
from tests.review.rendering import assert_inert_table
from tests.trail.registries import DAY, NOON, new_registry, put

US = deployment()
EU = deployment(awsRegion="eu-west-1", baseImage="vllm/vllm-openai:v0.8.4")
WEST = deployment(awsRegion="us-west-2", parameters={"VLLM_MAX_MODEL_LEN": "8192"})
IDS = [str(document["configId"]) for document in (US, EU, WEST)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with the project `chat` in three regions, the one in us-east-1 upgraded after the tag `before`."""
    folder = new_registry(tmp_path / "registry")
    for document in (US, EU, WEST):
        put(folder, document)
    git("tag", "before", cwd=folder)
    put(folder, {**US, "baseImage": "vllm/vllm-openai:v0.9.0", "status": "failed"}, at=NOON + DAY)
    return folder


def registry(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry("compare", *arguments, cwd=root)


def test_records_that_are_named_stand_side_by_side(root: Path) -> None:
    assert registry(root, IDS[0][:8], IDS[1][:8]).stdout == (
        f"FIELD      chat {IDS[0][:8]}            chat {IDS[1][:8]}\n"
        "awsRegion  us-east-1                eu-west-1\n"
        "baseImage  vllm/vllm-openai:v0.9.0  vllm/vllm-openai:v0.8.4\n"
        "status     failed                   success\n"
    )


def test_the_odd_one_out_is_marked(root: Path) -> None:
    done = registry(root, "--by", "region", "--project", "chat")

    assert done.stdout == (
        f"FIELD                  eu-west-1 {IDS[1][:8]}       us-east-1 {IDS[0][:8]}       us-west-2 {IDS[2][:8]}\n"
        "awsRegion              eu-west-1                us-east-1                us-west-2\n"
        "baseImage              vllm/vllm-openai:v0.8.4  vllm/vllm-openai:v0.9.0  vllm/vllm-openai:v0.8.5\n"
        "parameters.VLLM_DTYPE  bfloat16                 bfloat16                 * -\n"
        "status                 success                  * failed                 success\n"
    )


def test_then_stands_against_now(root: Path) -> None:
    done = registry(root, IDS[0], "--at", "before", "--format", "markdown")

    assert done.stdout == (
        f"| Field | `chat {IDS[0][:8]} at before` | `chat {IDS[0][:8]}` |\n"
        "|---|---|---|\n"
        "| `baseImage` | `vllm/vllm-openai:v0.8.5` | `vllm/vllm-openai:v0.9.0` |\n"
        "| `status` | `success` | `failed` |\n"
    )


def test_what_was_not_there_then_is_told_of(root: Path) -> None:
    done = registry(root, *IDS, "--at", "2026-02-28")

    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"warning: {key} is not shown as at 2026-02-28: it was not there" for key in IDS
    ]


def test_all_shows_what_is_the_same_too(root: Path) -> None:
    found = json.loads(registry(root, *IDS, "--all", "--format", "json").stdout)

    same = {field["path"]: field["values"] for field in found["fields"] if field["same"]}
    assert same["modelName"] == ["Qwen/Qwen3-4B"] * 3
    assert "modelName" not in registry(root, *IDS).stdout


def test_json_has_a_version_the_columns_and_the_odd_one_out(root: Path) -> None:
    found = json.loads(registry(root, *IDS, "--format", "json").stdout)

    assert (found["version"], [column["configId"] for column in found["columns"]]) == (1, IDS)
    assert found["fields"][-1] == {
        "path": "status", "values": ["failed", "success", "success"], "same": False, "odd": 0
    }  # fmt: skip


def test_no_spreadsheet_runs_a_cell(root: Path) -> None:
    put(root, {**US, "notes": "=HYPERLINK()"}, at=NOON + 2 * DAY)

    rows = list(csv.reader(io.StringIO(registry(root, *IDS, "--format", "csv").stdout)))

    assert rows[0] == ["field", *(f"chat {key[:8]}" for key in IDS), "odd"]
    assert ["notes", "'=HYPERLINK()", "First deployment", "First deployment", f"chat {IDS[0][:8]}"] in rows


def test_markdown_is_inert_whatever_the_data(root: Path) -> None:
    evil = "a|b` <img src=x> @ada [x](http://a.example) **x** #1"
    put(root, {**US, "projectName": evil, "notes": evil, "baseImage": evil}, at=NOON + 2 * DAY)

    done = registry(root, *IDS, "--format", "markdown")

    assert_inert_table(done.stdout)


def test_equal_records_have_no_differences(root: Path) -> None:
    done = registry(root, IDS[1], "--at", "before")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no differences\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "records to compare are either named or chosen by filters"),
        (["chat", "--by", "region"], 2, "records to compare are either named or chosen by filters"),
        (["chat", "--model", "x"], 2, "records to compare are either named or chosen by filters"),
        (["--by", "region", "--project", "nope"], 1, "0 records are too few to compare"),
        ([IDS[0]], 1, "1 record is too few to compare"),
        ([IDS[0], "nope"], 1, "no record answers to 'nope'"),
    ],
)
def test_what_cannot_be_compared_is_said_with_a_hint(root: Path, arguments: list[str], code: int, message: str) -> None:
    done = registry(root, *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    *_, error, hint = done.stderr.splitlines()
    assert error == f"error: {message}"
    assert hint.startswith("hint: ")


def test_too_many_columns_are_refused(root: Path) -> None:
    for number in range(23):
        put(root, deployment(modelName=f"example/{number}"))

    done = registry(root, "--by", "region")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == "error: 26 columns are too many to compare; 24 is the most"


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["a", "b", "1"]))


@given(rows=st.lists(LEAVES, min_size=1, max_size=5))
def test_the_odd_one_out_is_the_only_one_unlike_all_the_others(rows: list[bool | int | str | None]) -> None:
    documents: list[Document] = [{"status": value} if value is not None else {} for value in rows]
    columns = [Column(config_id="", label="", at="", document=document) for document in documents]
    lines = compare(columns).lines

    expected = [
        place
        for place, value in enumerate(rows)
        if len(rows) > 2 and all(repr(other) != repr(value) for other in rows[:place] + rows[place + 1 :])
        and len({repr(other) for other in rows[:place] + rows[place + 1 :]}) == 1
    ]  # fmt: skip
    assert [line.odd for line in lines] == [expected[0] if expected else None for _ in lines]
