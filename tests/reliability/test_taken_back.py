"""A registration that a commit of somebody else's takes back is not silent: register, status and doctor say so."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.git.objects import ObjectReader
from registry_tool.git.upkeep.readers import IndexReaders
from registry_tool.store import writing
from registry_tool.store.acknowledged import find_taken_back
from registry_tool.store.reading import Store
from tests.programs import git, run_registry
from tests.reliability.changes import registry_in, write, write_record

EXAMPLES = Path(__file__).parents[2] / "examples"
RECORD = "registry-data/records/ec/ec3f1a0072d1b3d4.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with one registration, which the tests take back."""
    root = registry_in(tmp_path / "registry")
    git("commit", "--quiet", "--allow-empty", "--message", "theirs", cwd=root)
    assert register(root, "example-transformers-vllm").returncode == 0
    return root


def register(root: Path, example: str) -> subprocess.CompletedProcess[str]:
    return run_registry("register", "--registry", str(root), "--project-dir", str(EXAMPLES / example), cwd=root)


def commit_the_old_index(root: Path) -> None:
    """What a git does that read the index before the registration and commits after it."""
    old = {"GIT_INDEX_FILE": str(root / ".git/old")}
    before = dict(os.environ)
    os.environ.update(old)
    try:
        git("read-tree", "HEAD~1", cwd=root)
        git("commit", "--quiet", "--allow-empty", "--message", "theirs again", cwd=root)
    finally:
        os.environ.clear()
        os.environ.update(before)


def reset_the_branch(root: Path) -> None:
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)


@pytest.mark.parametrize("take_back", [commit_the_old_index, reset_the_branch])
def test_what_was_taken_back_is_reported_and_registered_again(root: Path, take_back: Callable[[Path], None]) -> None:
    registered = git("rev-parse", "--short=12", "HEAD", cwd=root)
    content = git("show", f"HEAD:{RECORD}", cwd=root)
    take_back(root)

    status = run_registry("status", "--format", "json", cwd=root)
    doctor = run_registry("doctor", "--format", "json", cwd=root)
    other = register(root, "example-triton-fil")
    fixed = run_registry("doctor", "--fix", cwd=root)

    assert (status.returncode, json.loads(status.stdout)["takenBack"][0]["path"]) == (1, RECORD)
    assert f"registered in {registered}" in status.stderr
    assert "taken-back" in doctor.stdout
    assert (other.returncode, f"registered in {registered}" in other.stderr) == (0, True)
    assert git("show", f"HEAD:{RECORD}", cwd=root) == content, fixed
    assert "taken-back" not in run_registry("doctor", "--format", "json", cwd=root).stdout


@pytest.mark.parametrize("words", [["remove", RECORD[-21:-5]], ["git", "revert", "--no-edit", "HEAD"]])
def test_what_was_meant_so_is_not_reported(root: Path, words: list[str]) -> None:
    if words[0] == "git":
        git(*words[1:], cwd=root)
    else:
        assert run_registry(*words, cwd=root).returncode == 0
    git("commit", "--quiet", "--allow-empty", "--message", "theirs", cwd=root)

    assert run_registry("status", cwd=root).returncode == 0
    assert "taken-back" not in run_registry("doctor", "--format", "json", cwd=root).stdout


def test_a_record_that_somebody_edited_and_then_moved_is_not_reported(root: Path) -> None:
    (root / RECORD).write_text("edited: by hand\n")
    git("commit", "--quiet", "--all", "--message", "edit", cwd=root)
    git("mv", RECORD, "elsewhere.yaml", cwd=root)
    git("commit", "--quiet", "--message", "move", cwd=root)

    assert run_registry("status", cwd=root).returncode == 0
    assert "taken-back" not in run_registry("doctor", "--format", "json", cwd=root).stdout


def test_a_merge_that_drops_a_registration_is_reported(root: Path) -> None:
    git("switch", "--quiet", "--create", "theirs", "HEAD~1", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", "theirs", cwd=root)
    git("merge", "--quiet", "--strategy", "ours", "--message", "theirs only", "main", cwd=root)
    git("branch", "--force", "main", cwd=root)
    git("switch", "--quiet", "main", cwd=root)

    assert run_registry("status", cwd=root).returncode == 1
    assert "taken-back" in run_registry("doctor", "--format", "json", cwd=root).stdout


def put_the_old_index_back(root: Path) -> None:
    """What a git leaves that read the index before a registration and was held up for long before it wrote it."""
    git("read-tree", "HEAD~1", cwd=root)


@pytest.mark.parametrize("mend", ["doctor", "same", "other"])
def test_an_index_that_was_put_back_is_mended_before_a_commit_takes_the_record_back(root: Path, mend: str) -> None:
    put_the_old_index_back(root)
    before = json.loads(run_registry("doctor", "--format", "json", cwd=root).stdout)

    if mend == "doctor":
        done = run_registry("doctor", "--fix", cwd=root)
    else:
        done = register(root, "example-transformers-vllm" if mend == "same" else "example-triton-fil")
    git("commit", "--quiet", "--allow-empty", "--message", "theirs", cwd=root)

    assert [(fault["code"], fault["place"]) for fault in before["faults"]] == [("overwritten", RECORD)]
    assert done.returncode == 0
    assert f"git's index had lost {RECORD} of " in done.stderr
    assert git("ls-tree", "HEAD", RECORD, cwd=root) != ""
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_users_own_state_of_a_record_is_not_put_back(root: Path) -> None:
    put_the_old_index_back(root)
    (root / RECORD).write_text("mine: true\n")

    assert register(root, "example-triton-fil").returncode == 0
    assert git("diff", "--cached", "--name-status", cwd=root) == f"D\t{RECORD}"
    assert (root / RECORD).read_text() == "mine: true\n"


def hold_up(monkeypatch: pytest.MonkeyPatch, root: Path, *acts: Callable[[Path], None]) -> list[Callable[[Path], None]]:
    """Have gits that had the old index open while a registration wrote do `acts` afterwards; those still to be done."""
    left = list(acts)
    monkeypatch.setattr(IndexReaders, "saw_somebody", True)
    monkeypatch.setattr(writing, "linger", lambda _seconds: left.pop()(root) if left else None)
    return left


def put_back_and_commit(root: Path) -> None:
    put_the_old_index_back(root)
    git("commit", "--quiet", "--message", "theirs", cwd=root)


@pytest.mark.parametrize("act", [put_the_old_index_back, put_back_and_commit, reset_the_branch])
def test_a_registration_outlasts_a_git_that_was_held_up(
    root: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None]
) -> None:
    left = hold_up(monkeypatch, root, act)

    path = write_record(root, 7)

    assert left == []
    git("commit", "--quiet", "--allow-empty", "--message", "theirs too", cwd=root)
    assert git("show", f"HEAD:{path}", cwd=root) == "number: 7"
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_removal_meanwhile_stays_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = (root / RECORD).read_bytes().replace(b"status: success", b"status: partial")

    def remove(root: Path) -> None:
        assert run_registry("remove", RECORD[-21:-5], "--yes", cwd=root).returncode == 0

    left = hold_up(monkeypatch, root, remove)
    write(root, RECORD, changed)

    assert left == []
    assert git("ls-tree", "HEAD", RECORD, cwd=root) == ""


def test_nobody_who_is_alone_waits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(writing, "linger", waits.append)

    write_record(root, 7)

    assert waits == []


def test_a_git_that_is_behind_is_not_believed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that runs for long may read an old `packed-refs`, if that was written twice in a second."""
    behind, look_up = git("rev-parse", "HEAD~1", cwd=root), ObjectReader.look_up

    def look_behind(reader: ObjectReader, name: str) -> tuple[str, bytes] | None:
        return look_up(reader, behind if name == "refs/heads/main" else name)

    monkeypatch.setattr(ObjectReader, "look_up", look_behind)
    hold_up(monkeypatch, root)

    write_record(root, 7)

    with Store(root, os.environ) as store:
        assert find_taken_back(store) == []
    assert git("rev-list", "--count", f"{behind}..HEAD", cwd=root) == "2"
