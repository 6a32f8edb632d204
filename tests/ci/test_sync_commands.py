"""`registry sync` and `register --ci` as their users run them: what they print, their exit codes, and after a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from registry_tool.ci.dynamodb.client import Address, Client
from tests.ci.proxy import standing_before
from tests.ci.syncing import document, items, put, registry_of, set_attributes
from tests.programs import TIME_LIMIT, git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples/example-multi-ic"
KEY = str(document(0)["configId"])


def run(root: Path, environment: Mapping[str, str], table: Address, *words: str) -> subprocess.CompletedProcess[str]:
    return run_registry(*words, "--registry", str(root), "--ci-table", table.table, cwd=root, env=environment)


def test_status_tells_in_step_from_different_from_not_known(
    engine: Mapping[str, str], table: Address, address: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])
    missing = Address(table=f"{address.table[:60]}-x", region=address.region, endpoint=address.endpoint)

    unknown = run(root, engine, missing, "sync", "status")
    different = run(root, engine, table, "sync", "status")
    run(root, engine, table, "sync", "apply")
    same = run(root, engine, table, "sync", "status", "--format", "json")

    assert [done.returncode for done in (unknown, different, same)] == [1, 4, 0]
    assert unknown.stdout == ""
    assert unknown.stderr == (
        f"error: there is no CI table {missing}\nhint: create it: registry table create --ci-table {missing.table}, "
        "or name its region: AWS_REGION or ciTable.region\n"
    )
    assert different.stdout == (
        f"CI table    {table}\n"
        f"registry    {root}, as it was named, at {git('rev-parse', 'HEAD', cwd=root)[:12]}\n"
        "in sync     0\nto create   1\nto retest   0\nto update   0\nto repair   0\nto suspend  0\nto prune    0\n"
    )
    said = json.loads(same.stdout)
    assert (said["version"], said["inSync"], set(said["counts"].values()), said["error"]) == (1, 1, {0}, "")


def test_a_plan_says_why_in_each_format_and_escapes_what_acts_on_a_reader(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    run(root, engine, table, "sync", "apply")
    set_attributes(client, table, KEY, testStatus="running")
    other = str(document(1)["configId"])
    set_attributes(client, table, other, projectName="<b>\x1b[31m|")
    revision = put(root, [document(0, baseImage="vllm/vllm-openai:v0.9.0")])[:12]

    shown = run(root, engine, table, "sync", "plan")
    markdown = run(root, engine, table, "sync", "plan", "--format", "markdown")
    said = json.loads(run(root, engine, table, "sync", "plan", "--format", "json").stdout)

    retest = (
        f"would retest {KEY} project-0 (interrupts a running test)\n"
        "  FIELD          BEFORE  AFTER\n"
        "  baseImage.tag  v0.8.5  v0.9.0\n"
    )
    repair = (
        f"would repair {other} project-1\n  FIELD        BEFORE        AFTER\n  projectName  <b>\\x1b[31m|  project-1\n"
    )
    lines = {KEY: retest, other: repair}
    assert shown.stdout == "".join(lines[key] for key in sorted(lines)) + (
        f"{table} at {revision}: 0 in sync, 1 to retest, 1 to repair, 1 interrupted\n"
        f"  from {root}, as it was named\n"
        "would order 1 test: 1 on ml.g5.xlarge\n"
    )
    assert "`<b>\\x1b[31m`&#124;" in markdown.stdout
    assert [(one["change"], one["interrupted"]) for one in said["changes"]] == [
        {KEY: ("retested", True), other: ("drifted", False)}[key] for key in sorted(lines)
    ]
    assert shown.returncode == markdown.returncode == 0


def test_progress_can_be_followed_as_lines_of_json(engine: Mapping[str, str], table: Address, tmp_path: Path) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])

    done = run(root, engine, table, "sync", "apply", "--progress", "json")

    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["compared", "written", "finished"]
    assert (events[1]["change"], events[1]["configId"], events[2]["applied"]) == ("created", KEY, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["apply", "--prune", "--prune-max", "many"], "error: --prune-max is not a number: 'many'"),
        (["plan", "--retest-filter", "colour=red"], "error: --retest-filter is not FILTER=VALUE: 'colour=red'"),
        (["plan", "--at", "no-such"], "error: 'no-such' is neither a revision nor a date"),
    ],
)
def test_what_cannot_be_meant_is_exit_2(tmp_path: Path, words: list[str], says: str) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])

    done = run_registry("sync", *words, cwd=root)

    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (2, "", says)


def register(root: Path, environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return run_registry(
        "register", "--project-dir", str(EXAMPLE), "--registry", str(root), *words, cwd=root, env=environment
    )


LEFT_OUT = "note: 1 variable of the project left out of the record; --explain names each with its reason\n"


def test_a_registration_for_ci_writes_its_item_and_prints_what_ci_sees(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [])

    done = register(root, engine, "--ci", "--ci-table", table.table)

    printed = json.loads(done.stdout)
    (item,) = items(client, table).values()
    committed = json.loads(run_registry("show", "example-multi-ic", "--format", "json", cwd=root).stdout)
    assert (done.returncode, done.stderr) == (0, f"{LEFT_OUT}registered in {root}, as it was named\n")
    assert [entry["name"] for entry in printed["icList"]] == ["draft", "legal", "support-de"]
    assert json.loads(str(item["configJson"]))["icList"] == printed["icList"]
    assert len(committed["icList"]) > len(printed["icList"])
    assert (item["testStatus"], item["sourceCommit"]) == ("untested", git("rev-parse", "HEAD", cwd=root))
    assert run(root, engine, table, "sync", "status").returncode == 0


def test_registering_again_for_ci_tests_again_and_leaves_the_harness_its_fields(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [])
    environment = {**engine, "CI_TABLE_NAME": table.table}
    register(root, environment, "--ci")
    (key,) = items(client, table)
    own = {"stageResults": "{}", "createdAt": "2020-01-01T00:00:00Z", "lastTestTimestamp": "2026-01-01T00:00:00Z"}
    set_attributes(client, table, key, testStatus="running", **own)

    done = register(root, environment, "--ci", "--notes", "Again")

    item = items(client, table)[key]
    assert (item["testStatus"], item["notes"]) == ("untested", "Again")
    assert own.items() <= item.items()
    assert done.stderr == (
        f"{LEFT_OUT}updated in {root}, as it was named\n"
        f"note: a test of {key} was running and is interrupted: it tested what was there before\n"
    )


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["for real", "rehearsed"])
def test_without_a_table_nothing_is_registered(
    engine: Mapping[str, str], address: Address, tmp_path: Path, more: list[str]
) -> None:
    root = registry_of(tmp_path / "registry", [])
    tip = git("rev-parse", "HEAD", cwd=root)

    done = register(root, engine, "--ci", "--ci-table", address.table, *more)

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            f"error: there is no CI table {address}\n"
            "nothing was registered\n"
            f"hint: create it: registry table create --ci-table {address.table}, or name its region: AWS_REGION or "
            "ciTable.region\n"
        ),
    )
    assert git("rev-parse", "HEAD", cwd=root) == tip


def test_what_fails_after_the_commit_leaves_the_registration_in_and_a_sync_repairs_it(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [])

    with standing_before(engine) as (proxy, environment):
        proxy.denied = frozenset({"PutItem", "UpdateItem"})
        done = register(root, environment, "--ci", "--ci-table", table.table)

    revision = git("rev-parse", "HEAD", cwd=root)
    assert (done.returncode, json.loads(done.stdout)["projectName"]) == (1, "example-multi-ic")
    assert f"\nthe registration is committed in {revision[:12]}, but it is not in the CI table\n" in done.stderr
    assert done.stderr.endswith("; then: registry sync apply\n")
    assert run(root, engine, table, "sync", "apply").returncode == 0
    assert len(items(client, table)) == 1


def test_a_dry_run_for_ci_writes_no_item(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [])

    done = register(root, engine, "--ci", "--ci-table", table.table, "--dry-run")

    assert (done.returncode, items(client, table)) == (0, {})


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_sync_that_is_killed_is_finished_by_the_next_one(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path, kills: int
) -> None:
    count = 40 * kills
    root = registry_of(tmp_path / "registry", map(document, range(count)))
    written = []
    with standing_before(engine) as (proxy, environment):
        for kill in range(kills):
            command = [sys.executable, "-m", "registry_tool", "sync", "apply", "--ci-table", table.table]
            with subprocess.Popen(
                [*command, "--progress", "json"],
                cwd=root,
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            ) as process:
                assert process.stderr
                for number, line in enumerate(process.stderr):
                    if '"written"' in line and number >= 10 + kill % 7:
                        process.send_signal(signal.SIGKILL)
                        break
                process.wait(TIME_LIMIT)
            written.append(proxy.calls["PutItem"])
        planned = run(root, environment, table, "sync", "plan", "--format", "json")
        left = json.loads(planned.stdout)["counts"]["created"]
        proxy.calls.clear()
        rest = run(root, environment, table, "sync", "apply")
        calls = proxy.calls["PutItem"]
        proxy.calls.clear()
        again = run(root, environment, table, "sync", "apply")

    assert (rest.returncode, again.returncode) == (0, 0)
    assert 0 < written[0] < count
    assert 0 < left < count
    assert (calls, proxy.calls["PutItem"]) == (left, 0)
    assert len(items(client, table)) == count


def test_a_saved_plan_is_made_as_it_is_or_not_at_all(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    file = str(tmp_path / "plan.json")
    planned = run(root, engine, table, "sync", "plan", "--out", file, "--exit-code")
    before = (tmp_path / "plan.json").read_bytes()

    applied = run_registry("sync", "apply", file, "--registry", str(root), cwd=root, env=engine)
    again = run_registry("sync", "apply", file, "--registry", str(root), cwd=root, env=engine)
    put(root, [document(0, notes="Second")])
    moved = run_registry("sync", "apply", file, "--registry", str(root), cwd=root, env=engine)

    assert (planned.returncode, applied.returncode, len(items(client, table))) == (4, 0, 2)
    assert {write["key"] for write in json.loads(before)["writes"]} == set(items(client, table))
    assert (again.returncode, "is not as it was when it was planned; nothing was written" in again.stderr) == (1, True)
    assert (moved.returncode, "error: the registry is at " in moved.stderr) == (1, True)
    assert run(root, engine, table, "sync", "plan", "--exit-code").returncode == 4
    assert run(root, engine, table, "sync", "apply").returncode == 0
    assert run(root, engine, table, "sync", "plan", "--exit-code").returncode == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "writes": [1]}'])
def test_what_is_no_plan_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)

    done = run_registry("sync", "apply", "plan.json", cwd=tmp_path)

    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: plan.json is not a plan")


def test_no_more_tests_are_ordered_than_are_allowed(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0), document(1, instanceType="ml.g5.12xlarge")])

    refused = run(root, engine, table, "sync", "apply", "--retest-max", "1")
    planned = run(root, engine, table, "sync", "plan")

    assert (refused.returncode, items(client, table)) == (1, {})
    assert "error: this would order 2 tests, and at most 1 may be; nothing was written" in refused.stderr
    assert planned.stdout.splitlines()[-1] == "would order 2 tests: 1 on ml.g5.12xlarge, 1 on ml.g5.xlarge"
