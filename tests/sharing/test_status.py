"""`registry status` says what is not pushed and since when that is known, and fails when it waits for too long."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry_tool.record.layout import MARKER
from tests.programs import git, run_registry
from tests.sharing.conftest import FLASK, NOON, QWEN, Cloner, refuse_pushes

if TYPE_CHECKING:
    import subprocess

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"


def test_what_is_not_pushed_is_listed_oldest_first(clone: Cloner) -> None:
    ada = clone("ada")
    revisions = [ada.register(QWEN, notes="one"), ada.register(FLASK, notes="two")]

    status = ada.status()

    assert (status.branch, status.upstream, [own.revision for own in status.unpushed]) == (
        "main",
        "origin/main",
        revisions,
    )


def test_after_a_push_nothing_waits_and_the_time_is_known(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.push()

    status = ada.status()

    assert (status.unpushed, status.contact.pushed_at, status.contact.failed_at) == ((), "2026-03-01T12:00:00Z", "")


def test_what_was_pushed_with_git_itself_counts(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("push", "--quiet")

    assert ada.status().unpushed == ()


def test_what_was_fetched_and_not_brought_in_is_counted(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.git("fetch", "--quiet")

    assert grace.status().behind == 1


@pytest.mark.parametrize(("hours", "exit_code"), [(8, 0), (9, 1), (-1, 0)])
def test_something_that_waits_longer_than_the_settings_allow_is_an_error(
    clone: Cloner, hours: int, exit_code: int
) -> None:
    ada = clone("ada")
    ada.write(MARKER, b"registryFormat: 1\nmaxUnpushedHours: 8\n")
    ada.now = NOON + timedelta(hours=hours)

    error = ada.status().error

    assert (error.exit_code if error else 0) == exit_code


def test_the_command_ends_with_that_error(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)

    done = run_registry("status", cwd=ada.root)

    said = "something has not been pushed for more than 24 h, which is what registry.yaml allows (maxUnpushedHours)"
    assert (done.returncode, "not pushed  1 commit\n" in done.stdout) == (1, True)
    assert done.stderr == f"error: {said}\nhint: registry push\n"


def test_a_registry_without_a_remote_expects_no_push(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("remote", "remove", "origin")
    ada.now = NOON + timedelta(days=365)

    status = ada.status()

    assert (status.upstream, status.unpushed, status.error) == ("", (), None)


def test_after_a_failed_attempt_it_says_when_and_when_the_last_good_one_was(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.push()
    remote.rename(remote.with_name("gone"))
    ada.now = NOON + timedelta(hours=1)
    ada.pull()

    shown = run_registry("status", cwd=ada.root).stdout.splitlines()

    assert shown[3] == "not pushed  0 commits"
    failed = next(line for line in shown if line.startswith("failed"))
    assert failed.startswith("failed      2026-03-01T13:00:00Z: cannot fetch origin/main: ")
    assert "last push   2026-03-01T12:00:00Z" in shown


def test_a_reason_of_several_lines_is_one_row(clone: Cloner) -> None:
    ada = clone("ada")
    ada.pull()
    note = ada.root / ".git/registry-tool/sharing.json"
    known = {"failed_at": "2026-03-01T13:00:00Z", "error": "a secret is in:\n  a file"}
    note.write_text(json.dumps({"version": 1, "remotes": {"origin/main": known}}))

    shown = run_registry("status", cwd=ada.root).stdout.splitlines()

    assert "failed      2026-03-01T13:00:00Z: a secret is in" in shown


def test_a_success_forgets_the_failure(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    remote.rename(remote.with_name("gone"))
    ada.pull()
    remote.with_name("gone").rename(remote)
    ada.pull()

    assert (ada.status().contact.failed_at, ada.status().contact.error) == ("", "")


def test_a_note_of_another_version_or_none_at_all_is_nothing_known(clone: Cloner) -> None:
    ada = clone("ada")
    ada.pull()
    note = ada.root / ".git/registry-tool/sharing.json"
    for content in ('{"version": 2, "remotes": {"origin/main": {"pushed_at": 1}}}', "{", "[]", ""):
        note.write_text(content)

        assert ada.status().contact.fetched_at == ""


def register(clone_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry("register", *arguments, "--registry", str(clone_root), "--project-dir", ".", cwd=EXAMPLE)


@pytest.mark.parametrize("arguments", [("--push",), ("--push", "--json"), ("--json",)])
def test_a_registration_that_cannot_be_pushed_is_printed_committed_and_exit_1(
    clone: Cloner, remote: Path, arguments: tuple[str, ...]
) -> None:
    ada = clone("ada")
    if "--push" not in arguments:
        ada.write(MARKER, b"registryFormat: 1\nautoPush: true\n")
    refuse_pushes(remote, "closed")

    done = register(ada.root, *arguments)

    assert (done.returncode, FLASK in done.stdout) == (1, True)
    assert done.stderr.splitlines()[-2:] == [
        "error: origin/main refused the push: [remote rejected] (pre-receive hook declined): closed",
        "hint: what is committed here stays; ask who keeps the remote, or propose it: register --branch NAME --push",
    ]
    assert ada.git("log", "-1", "--format=%s").startswith("Register example-http-flask")
    assert "--json" not in arguments or json.loads(done.stdout)["configId"] == FLASK


def test_a_registration_with_push_is_on_the_remote(clone: Cloner, remote: Path) -> None:
    ada, grace = clone("ada"), clone("grace")
    grace.register(QWEN)
    grace.push()

    done = register(ada.root, "--push")

    tip = git("rev-parse", "main", cwd=remote)
    assert (done.returncode, f" in {tip[:12]} on main" in done.stdout, done.stderr) == (0, True, "")
    assert "pushed 1 commit to origin/main\n  brought in 1 commit of others first\n" in done.stdout


def test_a_dry_run_pushes_nothing(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    before = git("rev-parse", "main", cwd=remote)

    done = register(ada.root, "--push", "--dry-run")

    assert (done.returncode, git("rev-parse", "main", cwd=remote)) == (0, before)


def test_json_carries_a_version_and_everything(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)

    status = json.loads(run_registry("status", "--format", "json", cwd=ada.root).stdout)
    pushed = json.loads(run_registry("push", "--format", "json", cwd=ada.root).stdout)
    pulled = json.loads(run_registry("pull", "--format", "json", cwd=ada.root).stdout)

    assert [len(status["unpushed"]), pushed["pushed"], pulled["pulled"]] == [1, True, True]
    assert [document["version"] for document in (status, pushed, pulled)] == [1, 1, 1]


def test_a_detached_head_is_refused_with_a_hint(clone: Cloner) -> None:
    ada = clone("ada")
    ada.git("checkout", "--quiet", "--detach")

    done = run_registry("push", cwd=ada.root)

    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        f"hint: git -C {ada.root} switch main (or finish the rebase), then again",
    )


def test_a_branch_that_is_not_there_is_refused_with_a_command_that_works_from_anywhere(clone: Cloner) -> None:
    ada = clone("ada")

    done = run_registry("--registry", str(ada.root), "push", "--branch", "nope", cwd=ada.root.parent)

    assert (done.returncode, done.stderr) == (
        2,
        f"error: there is no branch nope\nhint: see: git -C {ada.root} branch\n",
    )


def test_a_clone_joined_with_init_shares_at_once(clone: Cloner, remote: Path, tmp_path: Path) -> None:
    clone("ada")
    run_registry("init", "joined", "--clone", str(remote), cwd=tmp_path)
    project = Path(shutil.copytree(EXAMPLE, tmp_path / "project"))

    done = run_registry("register", "--push", "--registry", "../joined", cwd=project)

    assert done.returncode == 0, done.stderr
