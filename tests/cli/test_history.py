"""Any day in the past, through the command line: what was, what changed, who set it, and what was removed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry_tool.record.layout import MARKER, record_path
from tests.programs import TIME_LIMIT, all_objects, git, run_registry
from tests.trail.registries import DAY, NOON, commit, minimal, new_registry, put

CONFIG_ID = str(minimal()["configId"])
OTHER_ID = "ff" + "0" * 14
AGAIN = """\
  its project, to deploy it again:
    ml-container-creator --project-name=qwen --deployment-config=http-flask --instance-type=ml.m5.large --region=us-east-1 --deployment-target=realtime-inference --base-image=vllm:2
"""  # noqa: E501  a line of a command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry: a record of 1 March, changed on the 2nd; another of the 3rd."""
    folder = new_registry(tmp_path / "registry")
    put(folder, minimal(projectName="qwen", baseImage="vllm:1", status="success"), notes="first")
    put(
        folder,
        minimal(projectName="qwen", baseImage="vllm:2", status="failed"),
        notes="bump\n\nmore of why",
        at=NOON + DAY,
        author="Grace Hopper",
    )
    put(folder, minimal(projectName="other", configId=OTHER_ID), notes="other", at=NOON + 2 * DAY)
    return folder


def registry(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry(*arguments, cwd=root)


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    """The lines of a jsonl output."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("at", "statuses"),
    [("2026-02-28", []), ("2026-03-01", ["success"]), ("HEAD~1", ["failed"]), ("2026-03-03", ["failed", "success"])],
)
def test_a_list_is_as_it_was(root: Path, at: str, statuses: list[str]) -> None:
    found = rows(registry(root, "list", "--at", at, "--sort", "status", "--format", "jsonl"))

    assert [row["status"] for row in found] == statuses


def test_reading_the_past_leaves_the_cache_of_the_present(root: Path) -> None:
    registry(root, "list")
    cache = {file: file.read_bytes() for file in (root / ".git/registry-tool").glob("index-*")}

    registry(root, "list", "--at", "2026-03-01")

    assert {file: file.read_bytes() for file in cache} == cache != {}


def test_a_record_is_shown_as_it_was(root: Path) -> None:
    shown = registry(root, "show", "qwen", "--at", "2026-03-01").stdout
    values = dict(line.split(None, 1) for line in shown.splitlines())

    assert values["baseImage"].strip() == "vllm:1"


def test_a_selector_means_what_it_meant_then(root: Path) -> None:
    done = registry(root, "show", "other", "--at", "2026-03-01")

    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: no record answers to 'other'")


def test_a_validation_is_of_the_records_and_rules_of_then(root: Path) -> None:
    commit(root, {MARKER: b"registryFormat: 1\nrequiredFields: [modelName]\n"}, at=NOON + 3 * DAY)
    commit(root, {record_path(CONFIG_ID): b"<<<<<<< ours\n"}, at=NOON + 4 * DAY)

    days = ("2026-03-01", "2026-03-04", "2026-03-05")
    checked = [registry(root, "validate", "--at", day) for day in days]

    assert [done.stdout.count("[settings/required]") for done in checked] == [0, 2, 1]
    assert [done.returncode for done in checked] == [0, 1, 1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--at", "soon"],
        ["list", "--at", "1999-12-31"],
        ["log", "--since", "main"],
        ["diff", "soon..HEAD"],
        ["diff", "HEAD~1..HEAD", "HEAD"],
    ],
)
def test_what_is_no_revision_or_date_is_exit_2_with_a_hint(root: Path, arguments: list[str]) -> None:
    done = registry(root, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_the_difference_of_a_record_is_of_its_last_two_registrations(root: Path) -> None:
    assert registry(root, "diff", "qwen").stdout == (
        f"changed {CONFIG_ID} qwen\n"
        "  FIELD          BEFORE   AFTER\n"
        "  baseImage.tag  1        2\n"
        "  status         success  failed\n"
    )


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["qwen", "HEAD~1"], ""),
        (["qwen", "2026-03-01"], "changed"),
        (["qwen", "2026-03-02", "2026-03-01"], "changed"),
        (["other", "HEAD", "HEAD~1"], "removed"),
        (["other"], "added"),
    ],
)
def test_a_record_is_compared_between_any_two_points(root: Path, arguments: list[str], kind: str) -> None:
    done = registry(root, "diff", *arguments, "--format", "jsonl", "--exit-code")

    assert (done.returncode, kind in done.stdout) == (4 if kind else 0, True)


def test_the_change_feed_has_an_object_for_each_record(root: Path) -> None:
    added, changed = sorted(
        rows(registry(root, "diff", "2026-03-01..", "--format", "jsonl")), key=lambda row: str(row["change"])
    )

    assert (added["change"], added["configId"], added["fields"]) == ("added", OTHER_ID, [])
    assert (changed["configId"], changed["fields"]) == (
        CONFIG_ID,
        [
            {"path": "baseImage.tag", "before": "1", "after": "2"},
            {"path": "status", "before": "success", "after": "failed"},
        ],
    )
    assert changed["record"] == json.loads(registry(root, "show", "qwen", "--format", "json").stdout)


def test_differences_as_json_carry_a_version(root: Path) -> None:
    some, none = (registry(root, "diff", both, "--format", "json").stdout for both in ("HEAD~1..HEAD", "HEAD..HEAD"))

    assert ([one["change"] for one in json.loads(some)["changes"]], json.loads(none)) == (
        ["added"],
        {"version": 1, "changes": []},
    )


def test_markdown_cells_mean_nothing_but_themselves(root: Path) -> None:
    put(root, minimal(projectName="qwen", notes="@team | `x` <b> [a](http://b.c)\nmore"))

    lines = registry(root, "diff", "HEAD~1..", "--format", "markdown").stdout.splitlines()

    assert lines[:2] == ["| Change | Record | Project | Field | Before | After |", "|---|---|---|---|---|---|"]
    cell = "` @team  `&#124;``  `x` <b> [a](http://b.c)\\nmore ``"
    assert f"| changed | `{CONFIG_ID}` | `qwen` | `notes` |  | {cell} |" in lines


def test_long_values_are_shown_where_they_differ(root: Path) -> None:
    put(root, minimal(configId=OTHER_ID, notes="x" * 300 + "a" + "y" * 300))
    put(root, minimal(configId=OTHER_ID, notes="x" * 300 + "b" + "y" * 300))

    shown = registry(root, "diff", OTHER_ID).stdout

    assert (
        "...xxxxxxxxxxxxxxxayyy" in shown,
        "...xxxxxxxxxxxxxxxbyyy" in shown,
        len(max(shown.split("\n"), key=len)) < 160,
    ) == (
        True,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("arguments", "notes"),
    [
        ([], ["other", "bump", "first"]),
        (["--limit", "2"], ["other", "bump"]),
        (["qwen"], ["bump", "first"]),
        (["--since", "2026-03-02"], ["other", "bump"]),
        (["--until", "2026-03-02"], ["bump", "first"]),
        (["--since", "2026-03-02 12:01", "--until", "2026-03-03T12:00:00Z"], ["other"]),
        (["--author", "hopper"], ["bump"]),
        (["--author", "--all"], []),
        (["--status", "success", "--limit", "2"], ["other", "first"]),
        (["--at", "2026-03-02"], ["bump", "first"]),
    ],
)
def test_the_trail_is_filtered(root: Path, arguments: list[str], notes: list[str]) -> None:
    found = rows(registry(root, "log", *arguments, "--format", "jsonl"))

    assert [str(row["notes"]).partition("\n")[0] for row in found] == notes


def test_a_removal_has_no_status_to_find_it_by(root: Path) -> None:
    registry(root, "remove", "qwen")

    found = rows(registry(root, "log", "--status", "failed", "--format", "jsonl"))

    assert [row["kind"] for row in found] == ["updated"]


def test_the_trail_is_compact_and_says_more_when_asked(root: Path) -> None:
    revision = git("rev-parse", "HEAD~1", cwd=root)[:12]
    head = f"{revision}  2026-03-02T12:00:00+00:00  updated {CONFIG_ID} qwen (failed)\n"

    compact, full = (registry(root, "log", "qwen", "--limit", "1", *more).stdout for more in ([], ["--changes"]))

    assert compact == f"{head}    Grace Hopper: bump\n"
    assert full == (
        f"{head}  Grace Hopper <ada@example.org>\n    bump\n\n    more of why\n"
        "      ~ baseImage.tag: 1 -> 2\n      ~ status: success -> failed\n\n"
    )


def test_changes_are_in_the_trail_as_data_only_when_asked(root: Path) -> None:
    without, with_ = (rows(registry(root, "log", "qwen", "--format", "jsonl", *more)) for more in ([], ["--changes"]))

    assert ("changes" in without[0], with_[0]["changes"]) == (
        False,
        [
            {"path": "baseImage.tag", "before": "1", "after": "2"},
            {"path": "status", "before": "success", "after": "failed"},
        ],
    )


def test_blame_names_the_registration_of_each_field(root: Path) -> None:
    fields = json.loads(registry(root, "blame", "qwen", "--format", "json").stdout)["fields"]
    text = registry(root, "blame", "qwen", "--at", "2026-03-01").stdout

    found = {field["path"]: (field["value"], field["author"], field["notes"]) for field in fields}
    assert (found["baseImage"], found["projectName"]) == (
        ("vllm:2", "Grace Hopper", "bump"),
        ("qwen", "Ada Lovelace", "first"),
    )
    assert ("Grace" in text, [line.split() for line in text.splitlines() if line.startswith("baseImage")]) == (
        False,
        [["baseImage", "vllm:1", git("rev-parse", "HEAD~2", cwd=root)[:12], "2026-03-01", "Ada", "Lovelace", "first"]],
    )


def place(root: Path) -> str:
    """The line that says which registry it is."""
    return f"  in {root}, found upward from here\n"


def test_a_removal_is_a_commit_and_a_restoration_another(root: Path) -> None:
    before = (root / record_path(CONFIG_ID)).read_bytes()

    removed = registry(root, "remove", "qwen", "--notes", "gone\n\nfor good")
    revision = git("rev-parse", "HEAD", cwd=root)[:12]
    assert removed.stdout == f"removed {CONFIG_ID} qwen in {revision} on main\n{place(root)}"
    assert git("log", "-1", "--format=%B", cwd=root) == (
        f"gone\n\nfor good\n\nConfig-Id: {CONFIG_ID}\nRegistry-Format: 1\n"
    )
    assert ((root / record_path(CONFIG_ID)).exists(), git("status", "--porcelain", cwd=root)) == (False, "")

    restored = registry(root, "restore", CONFIG_ID[:4])
    revision = git("rev-parse", "HEAD", cwd=root)[:12]
    source = git("rev-parse", "HEAD~2", cwd=root)
    assert restored.stdout == (
        f"restored {CONFIG_ID} qwen as of {source[:12]} in {revision} on main\n{place(root)}{AGAIN}"
    )
    assert git("log", "-1", "--format=%B", cwd=root).splitlines()[2:] == [
        f"Config-Id: {CONFIG_ID}",
        f"Restored-From: {source}",
        "Status: failed",
        "Registry-Format: 1",
    ]
    assert ((root / record_path(CONFIG_ID)).read_bytes(), git("status", "--porcelain", cwd=root)) == (before, "")


def test_a_dry_run_of_either_changes_nothing(root: Path) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)
    assert registry(root, "remove", "qwen", "--dry-run").stdout == (
        f"would have removed {CONFIG_ID} qwen\n{place(root)}"
    )
    assert git("rev-parse", "HEAD", cwd=root) == tip
    source = tip
    registry(root, "remove", "qwen")
    tip = git("rev-parse", "HEAD", cwd=root)

    assert registry(root, "restore", CONFIG_ID, "--dry-run").stdout == (
        f"would have restored {CONFIG_ID} qwen as of {source[:12]}\n{place(root)}{AGAIN}"
    )
    assert git("rev-parse", "HEAD", cwd=root) == tip


def test_what_was_removed_is_listed_with_who_and_when(root: Path) -> None:
    registry(root, "remove", "qwen", "--notes", "gone")
    registry(root, "remove", "other")
    registry(root, "restore", OTHER_ID)

    (row,) = rows(registry(root, "list", "--removed", "--format", "jsonl"))
    table = registry(root, "list", "--removed").stdout

    assert {name: row[name] for name in ("configId", "status", "removedBy", "removedIn", "removalNotes")} == {
        "configId": CONFIG_ID,
        "status": "failed",
        "removedBy": "Ada Lovelace <ada@example.org>",
        "removedIn": git("rev-parse", "HEAD~2", cwd=root),
        "removalNotes": "gone",
    }
    assert (len(table.splitlines()), "qwen" in table) == (2, True)
    assert rows(registry(root, "list", "--removed", "--status", "success", "--format", "jsonl")) == []
    assert registry(root, "list", "--removed", "--format", "csv").stdout.count("\n") == 2


def test_the_history_of_a_removed_record_stays_readable(root: Path) -> None:
    registry(root, "remove", "qwen", "--notes", "gone")
    start = CONFIG_ID[:3]

    assert [row["kind"] for row in rows(registry(root, "log", start, "--format", "jsonl"))] == [
        "removed",
        "updated",
        "registered",
    ]
    assert registry(root, "show", start, "--at", "HEAD^").returncode == 0
    assert registry(root, "diff", start).stdout == f"removed {CONFIG_ID} qwen\n"
    assert "Grace" in registry(root, "blame", CONFIG_ID, "--at", "HEAD^").stdout


@pytest.mark.parametrize("selector", [CONFIG_ID, CONFIG_ID[:5], "qwen"])
def test_a_removed_record_is_shown_as_it_was_last_and_how_to_bring_it_back(root: Path, selector: str) -> None:
    before = registry(root, "show", "qwen").stdout
    registry(root, "remove", "qwen")
    revision = git("rev-parse", "HEAD", cwd=root)[:12]

    done = registry(root, "show", selector)

    assert (done.returncode, done.stdout) == (0, before)
    assert (
        f"in {revision}; this is how it was last" in done.stderr,
        f"registry restore {CONFIG_ID}" in done.stderr,
    ) == (
        True,
        True,
    )


@pytest.mark.parametrize("command", ["show", "log", "diff", "restore"])
def test_a_removed_record_answers_to_its_project(root: Path, command: str) -> None:
    registry(root, "remove", "qwen")

    done = registry(root, command, "qwen")

    assert (done.returncode, CONFIG_ID in done.stdout) == (0, True), done.stderr


def test_a_registration_answers_to_the_commit_that_log_prints(root: Path) -> None:
    bump, first = (line.split()[0] for line in registry(root, "log", "qwen").stdout.splitlines()[::2])

    assert json.loads(registry(root, "show", first, "--format", "json").stdout)["baseImage"] == "vllm:1"
    assert json.loads(registry(root, "show", bump, "--format", "json").stdout)["baseImage"] == "vllm:2"
    assert registry(root, "diff", bump).stdout == registry(root, "diff", "qwen").stdout
    assert registry(root, "diff", first).stdout == f"added {CONFIG_ID} qwen\n"
    assert registry(root, "log", first).stdout == registry(root, "log", "qwen").stdout


def test_a_removed_record_comes_back_as_the_named_commit_registered_it(root: Path) -> None:
    first = git("rev-parse", "--short=12", "HEAD~2", cwd=root)
    registry(root, "remove", "qwen")

    assert registry(root, "restore", first).returncode == 0
    assert b"vllm:1" in (root / record_path(CONFIG_ID)).read_bytes()


def test_one_revision_is_compared_with_now(root: Path) -> None:
    assert registry(root, "diff", "HEAD~2").stdout == registry(root, "diff", "HEAD~2..").stdout != ""


@pytest.fixture
def merged(root: Path) -> Path:
    """A registry whose `main` had its own version of `qwen` when a branch with another one was merged over it."""
    git("switch", "--quiet", "--create", "side", cwd=root)
    put(root, minimal(projectName="qwen", baseImage="vllm:side", status="success"), notes="the side's")
    git("switch", "--quiet", "main", cwd=root)
    put(root, minimal(projectName="qwen", baseImage="vllm:main", status="success"), notes="main's own", at=NOON + DAY)
    git("merge", "--quiet", "--strategy=ours", "--no-commit", "side", cwd=root)
    return root


def test_what_was_live_before_a_merge_took_the_other_side_is_in_the_log(merged: Path) -> None:
    git("checkout", "side", "--", ".", cwd=merged)
    git("commit", "--quiet", "--message", "take the side's", cwd=merged)

    whole = rows(registry(merged, "log", "qwen", "--format", "jsonl"))
    live = rows(registry(merged, "log", "qwen", "--first-parent", "--format", "jsonl"))
    difference = registry(merged, "diff", "qwen").stdout

    assert {row["notes"] for row in whole} >= {"main's own", "the side's"}
    assert [str(row["notes"]).split("\n")[0] for row in live] == ["take the side's", "main's own", "bump", "first"]
    assert re.findall(r"baseImage.tag +(\S+) +(\S+)", difference) == [("main", "side")]
    assert re.findall(r"^baseImage.* (\S+) side's$", registry(merged, "blame", "qwen").stdout, re.MULTILINE) == ["the"]


def test_a_removal_that_was_merged_is_restored_as_it_was_live(merged: Path) -> None:
    git("rm", "--quiet", "-f", record_path(CONFIG_ID), cwd=merged)
    git("commit", "--quiet", "--message", "merge the removal", cwd=merged)

    assert [row["baseImage"] for row in rows(registry(merged, "list", "--removed", "--format", "jsonl"))] == [
        "vllm:main"
    ]
    assert registry(merged, "restore", "qwen").returncode == 0
    assert b"vllm:main" in (merged / record_path(CONFIG_ID)).read_bytes()


def test_only_what_was_removed_can_be_restored(root: Path) -> None:
    done = registry(root, "restore", CONFIG_ID)

    assert (done.returncode, done.stderr) == (
        1,
        (
            f"error: no removed record answers to '{CONFIG_ID}'\n"
            "hint: see: registry list --removed; for one that is there: restore ID --at REVISION, or undo ID\n"
        ),
    )


def test_several_removed_records_are_not_guessed_between(root: Path) -> None:
    put(root, minimal(configId="ff1" + "0" * 13))
    for config_id in (OTHER_ID, "ff1" + "0" * 13):
        registry(root, "remove", config_id)

    done = registry(root, "restore", "ff")

    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: 'ff' can mean 2 removed records:")


def test_a_secret_in_the_notes_of_a_removal_is_refused(root: Path) -> None:
    secret = "ghp_" + "1234567890abcdefABCDEF1234567890abcd"

    done = registry(root, "remove", "qwen", "--notes", f"see {secret}")

    assert (done.returncode, secret in done.stderr, secret.encode() in all_objects(root)) == (1, False, False)
    assert (root / record_path(CONFIG_ID)).exists()


def test_a_list_of_the_present_loads_nothing_of_the_past(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "registry_tool", "list"],
        cwd=root,
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )

    loaded = set(re.findall(r"\| +registry_tool\.(\S+)", done.stderr))
    past = {"trail", "record.diff", "git.log", "git.revision", "api.selection", "api.trail"}
    assert ("index.query" in loaded, past & loaded) == (True, set())


def test_a_record_goes_back_to_any_earlier_state_with_a_commit_that_says_so(root: Path) -> None:
    source = git("rev-parse", "HEAD~2", cwd=root)

    done = registry(root, "restore", "qwen", "--at", "HEAD~2", "--notes", "vllm:2 fails")

    revision = git("rev-parse", "HEAD", cwd=root)[:12]
    assert (done.returncode, done.stdout) == (
        0,
        (
            f"restored {CONFIG_ID} qwen as of {source[:12]} in {revision} on main\n{place(root)}"
            "    ~ baseImage.tag: 2 -> 1\n    ~ status: failed -> success\n"
            f"{AGAIN.replace('vllm:2', 'vllm:1')}"
        ),
    )
    assert git("log", "-1", "--format=%B", cwd=root) == (
        f"vllm:2 fails\n\nConfig-Id: {CONFIG_ID}\nRestored-From: {source}\nStatus: success\nRegistry-Format: 1\n"
    )
    assert git("diff", "HEAD", "HEAD~3", "--", record_path(CONFIG_ID), cwd=root) == ""


def test_a_record_that_was_not_there_then_or_is_like_that_already_is_left_alone(root: Path) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)

    absent = registry(root, "restore", "other", "--at", "HEAD~1")
    same = registry(root, "restore", "qwen", "--at", "HEAD")

    assert (absent.returncode, absent.stderr) == (
        1,
        f"error: {OTHER_ID} was not there at HEAD~1\nhint: see when it was: registry log {OTHER_ID}\n",
    )
    assert (same.returncode, same.stdout) == (0, f"{CONFIG_ID} qwen is already as it was in {tip[:12]}\n")
    assert git("rev-parse", "HEAD", cwd=root) == tip


def test_the_last_step_is_undone_and_undone_once_more_it_is_there_again(root: Path) -> None:
    before, first = (root / record_path(CONFIG_ID)).read_bytes(), git("rev-parse", "HEAD~2", cwd=root)

    undone = registry(root, "undo", "qwen")
    once = (root / record_path(CONFIG_ID)).read_bytes()
    registry(root, "undo", "qwen")

    assert undone.stdout.startswith(f"restored {CONFIG_ID} qwen as of {first[:12]} in ")
    assert (b"vllm:1" in once, (root / record_path(CONFIG_ID)).read_bytes()) == (True, before)


def test_a_first_registration_is_undone_by_a_removal_and_that_by_a_restoration(root: Path) -> None:
    undone = registry(root, "undo", "other", "--notes", "by mistake")
    message = git("log", "-1", "--format=%B", cwd=root)
    there = (root / record_path(OTHER_ID)).exists()
    again = registry(root, "undo", "other")

    assert undone.stdout.startswith(f"removed {OTHER_ID} other, as it was not there before in ")
    assert (message, there) == (f"by mistake\n\nConfig-Id: {OTHER_ID}\nRegistry-Format: 1\n", False)
    assert (again.returncode, (root / record_path(OTHER_ID)).exists()) == (0, True)


def test_a_rehearsed_undo_changes_nothing(root: Path) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)

    assert registry(root, "undo", "qwen", "--dry-run").stdout.startswith(f"would have restored {CONFIG_ID} qwen as of ")
    assert git("rev-parse", "HEAD", cwd=root) == tip


def test_what_filters_choose_is_removed_with_a_commit_each(root: Path) -> None:
    rehearsed = registry(root, "remove", "--region", "us-east-1", "--dry-run")
    done = registry(root, "remove", "--region", "us-east-1", "--yes", "--notes", "Region closed")

    second, first = (line[:12] for line in git("log", "-2", "--format=%H", cwd=root).splitlines())
    assert rehearsed.stdout == (
        f"would have removed {OTHER_ID} other\nwould have removed {CONFIG_ID} qwen\n"
        f"would have removed 2 records\n{place(root)}"
    )
    assert done.stdout == (
        f"removed {OTHER_ID} other in {first} on main\nremoved {CONFIG_ID} qwen in {second} on main\n"
        f"removed 2 records\n{place(root)}"
    )
    assert git("log", "-2", "--format=%s", cwd=root) == "Region closed\nRegion closed"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["--region", "us-*"],
            2,
            (
                "error: the filters choose 2 records, and nobody can be asked\n"
                "hint: see them: --dry-run; remove them: --yes\n"
            ),
        ),
        (
            ["--project", "qwne"],
            1,
            "error: no record matches these filters\nhint: no project is called 'qwne'; did you mean 'qwen'?\n",
        ),
        (
            ["qwen", "--region", "us-*"],
            2,
            (
                "error: records to remove are either named or chosen by filters\n"
                "hint: name one: registry remove ID; or: registry remove --project NAME --dry-run\n"
            ),
        ),
    ],
)
def test_a_removal_that_is_not_meant_for_certain_removes_nothing(
    root: Path, words: list[str], code: int, said: str
) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)

    done = registry(root, "remove", *words)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)
    assert git("rev-parse", "HEAD", cwd=root) == tip


@pytest.mark.parametrize(("typed", "removed"), [("2\n", True), ("y\n", False), ("\n", False)])
def test_on_a_terminal_the_number_of_records_is_typed(root: Path, typed: str, *, removed: bool) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)
    keyboard, terminal = pty.openpty()
    os.write(keyboard, typed.encode())

    done = subprocess.run(
        [sys.executable, "-m", "registry_tool", "remove", "--region", "us-east-1"],
        cwd=root,
        stdin=terminal,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )
    os.close(keyboard)
    os.close(terminal)

    assert "type 2 to remove them\n" in done.stderr
    assert (done.returncode == 0, git("rev-parse", "HEAD", cwd=root) != tip) == (removed, removed)
