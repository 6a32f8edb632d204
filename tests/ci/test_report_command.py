"""`registry ci report`, `list --ci` and `show --ci` as their users run them, on both engines."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.report import Flag
from tests.programs import git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
QWEN, FLASK = "ec3f1a0072d1b3d4", "be82fdeac39025da"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of two records, which the tests only read."""
    folder = tmp_path_factory.mktemp("registry")
    # The home folder is a test's own; this is made before the first test.
    ada = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    ada |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org", "HOME": str(folder)}
    run_registry("init", "registry", cwd=folder, env=ada)
    for name in ("example-transformers-vllm", "example-http-flask"):
        project = shutil.copytree(EXAMPLES / name, folder / name)
        run_registry("register", "--registry", "registry", "--project-dir", str(project), cwd=folder, env=ada)
    return folder / "registry"


@pytest.fixture
def run(tmp_path: Path, engine: Mapping[str, str], table: Address, registry: Path) -> Run:
    """`registry` with those two records and an empty table on the engine."""
    environment = {**engine, "CI_TABLE_NAME": table.table, "REGISTRY_PATH": str(registry)}
    return lambda *arguments: run_registry(*arguments, cwd=tmp_path, env=environment)


@pytest.fixture
def put(client: Client, table: Address) -> Callable[..., None]:
    """Writes an item, as a harness would have left it."""

    def put(config_id: str, **attributes: str) -> None:
        item = {name: {"S": text} for name, text in {"configId": config_id, **attributes}.items()}
        client.put_item(TableName=table.table, Item=item)

    return put


def test_a_report_joins_the_table_with_the_registry(run: Run, put: Callable[..., None], table: Address) -> None:
    put(QWEN, testStatus="fail-build", lastTestTimestamp="2026-03-01T12:00:00Z")
    put("0123456789abcdef", testStatus="pass")

    done = run("ci", "report", "--format", "json")

    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr, found["table"]) == (0, "", str(table))
    assert {row["configId"]: (row["testStatus"], row["flags"]) for row in found["records"]} == {
        QWEN: ("fail-build", ["regression", "stale"]),
        FLASK: ("", ["no-item"]),
        "0123456789abcdef": ("pass", ["no-record", "leftover"]),
    }


def test_a_gate_fails_on_what_it_names_alone(run: Run, put: Callable[..., None]) -> None:
    put(QWEN, testStatus="pass", lastTestTimestamp="2026-03-01T12:00:00Z")
    put(FLASK, testStatus="pass", lastTestTimestamp="2026-03-01T12:00:00Z")

    stale = run("ci", "report", "--fail-on", "regression,stale")
    other = run("ci", "report", "--fail-on", "regression,no-item")
    recent = run("ci", "report", "--fail-on", "stale", "--stale-after", "9999w")

    assert [(done.returncode, done.stderr) for done in (stale, other, recent)] == [
        (1, "failed on: 2 stale\n"),
        (0, ""),
        (0, ""),
    ]
    assert stale.stdout == other.stdout


def test_a_report_of_an_earlier_registry_knows_only_its_records(run: Run, put: Callable[..., None]) -> None:
    put(FLASK, testStatus="pass", lastTestTimestamp="2026-03-01T12:00:00Z")

    done = run("ci", "report", "--at", "HEAD~1", "--format", "json")

    flags = {row["configId"]: row["flags"] for row in json.loads(done.stdout)["records"]}
    assert flags == {QWEN: ["no-item"], FLASK: ["no-record", "leftover"]}


def test_a_record_that_cannot_be_read_is_named(run: Run, registry: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(registry, tmp_path / "broken")
    next(broken.glob("registry-data/records/*/*.yaml")).write_text("no: [record\n")
    git("commit", "--quiet", "--all", "--message", "Break it", cwd=broken)

    done = run("ci", "report", "--registry", "broken")

    assert done.returncode == 0
    assert re.fullmatch(r"warning: registry-data/records/../[0-9a-f]{16}\.yaml is not reported: .*\n", done.stderr)
    assert "\ntotal              1 " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--stale-after", "soon"],
            ["error: --stale-after is not a duration: 'soon'", "hint: for example: 90m, 12h, 7d or 2w"],
        ),
        (
            ["--fail-on", "stale,flaky"],
            [
                "error: --fail-on has no 'flaky'",
                "hint: it takes any of: " + ", ".join(Flag),
            ],
        ),
    ],
    ids=["duration", "flag"],
)
def test_a_word_that_means_nothing_is_refused(tmp_path: Path, arguments: list[str], says: list[str]) -> None:
    done = run_registry("ci", "report", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (2, "", says)


def test_without_a_table_a_report_says_how_to_create_it(run: Run) -> None:
    done = run("ci", "report", "--ci-table", "absent")

    assert (done.returncode, done.stdout) == (1, "")
    assert "hint: create it: registry table create --ci-table absent" in done.stderr


def test_a_list_shows_how_each_test_went(run: Run, put: Callable[..., None]) -> None:
    put(QWEN, testStatus="fail-build", lastTestTimestamp="2026-03-01T12:00:00Z")

    found = json.loads(run("list", "--ci", "--sort", "id", "--format", "json").stdout)["records"]

    assert [(one["configId"], one["testStatus"], one["lastTestTimestamp"]) for one in found] == [
        (FLASK, "", ""),
        (QWEN, "fail-build", "2026-03-01T12:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("written", "heading", "line"),
    [
        (
            "table",
            r"CONFIG ID .* REGISTERED +TEST STATUS  LAST TEST +TEST FLAGS",
            r"ec3f1a00.*Z  fail-build   2026-03-01T12:00:00Z +-",
        ),
        (
            "csv",
            r"configId,.*,registeredAt,testStatus,lastTestTimestamp,testFlags",
            r"ec3f1a00.*Z,fail-build,2026-03-01T12:00:00Z,",
        ),
    ],
)
def test_each_format_of_a_list_has_the_three_columns(
    run: Run, put: Callable[..., None], written: str, heading: str, line: str
) -> None:
    put(QWEN, testStatus="fail-build", lastTestTimestamp="2026-03-01T12:00:00Z")

    lines = run("list", "--ci", "--format", written, "--project", "example-transformers-vllm").stdout.splitlines()

    assert len(lines) == 2
    assert re.fullmatch(heading, lines[0])
    assert re.fullmatch(line, lines[1])


@pytest.mark.parametrize(
    ("written", "tail"),
    [
        ("text", ["testStatus  untested", "lastTestTimestamp  2026-03-01T12:00:00Z", "testFlags  outdated"]),
        ("yaml", ['testStatus: "untested"', 'lastTestTimestamp: "2026-03-01T12:00:00Z"', 'testFlags: "outdated"']),
        (
            "json",
            [
                '  "testStatus": "untested",',
                '  "lastTestTimestamp": "2026-03-01T12:00:00Z",',
                '  "testFlags": "outdated"',
                "}",
            ],
        ),
    ],
)
def test_a_result_of_other_content_is_shown_as_untested(
    run: Run, put: Callable[..., None], written: str, tail: list[str]
) -> None:
    put(FLASK, testStatus="pass", lastTestTimestamp="2026-03-01T12:00:00Z", testedDigest="a", contentDigest="b")

    lines = run("show", FLASK, "--ci", "--format", written).stdout.splitlines()

    assert [re.sub(" {7,}", "  ", line) for line in lines[-len(tail) :]] == tail


def test_without_a_table_a_list_that_is_to_show_tests_fails(run: Run) -> None:
    done = run("list", "--ci-table", "absent")

    assert (done.returncode, done.stdout, "there is no CI table absent" in done.stderr) == (1, "", True)
