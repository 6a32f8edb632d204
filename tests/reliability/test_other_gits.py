"""Other people's git in the same repository at the same time: nobody's work is lost, and no lock is broken."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from registry_tool.git.conversion import Conversion
from registry_tool.git.repository import open_repository
from registry_tool.git.upkeep import indexlock, reflock
from registry_tool.git.upkeep.checkout import Checkout, Target
from tests.programs import IN_FILES, git, run_registry
from tests.reliability.changes import NOON, record_path, registry_in, write, write_record

ROUNDS = 25


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry without records."""
    return registry_in(tmp_path / "registry")


def files_at_tip(root: Path) -> set[str]:
    """The paths of all files at the tip."""
    return set(git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split())


def attempt(*arguments: str, cwd: Path) -> int:
    return subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, check=False, timeout=60).returncode


def commit_until(stop: Event, root: Path) -> list[str]:
    """What a user does who commits files of their own, again whenever git says that somebody else was there."""
    names: list[str] = []
    while not stop.is_set():
        name = f"theirs-{len(names)}.txt"
        (root / name).write_text(name)
        while attempt("add", name, cwd=root) or attempt("commit", "--quiet", "--message", name, cwd=root):
            pass
        names.append(name)
    return names


def test_a_user_who_commits_all_the_time_loses_nothing_and_takes_nothing_back(root: Path) -> None:
    stop, created = Event(), files_at_tip(root)
    with ThreadPoolExecutor(1) as pool:
        user = pool.submit(commit_until, stop, root)
        ours = [write_record(root, number) for number in range(ROUNDS)]
        stop.set()
        theirs = user.result()

    assert files_at_tip(root) == {*created, *ours, *theirs}
    assert int(git("rev-list", "--count", "HEAD", cwd=root)) == 1 + len(ours) + len(theirs)
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_garbage_collection_at_the_same_time_takes_nothing(root: Path) -> None:
    stop, created = Event(), files_at_tip(root)

    def collect() -> None:
        # It gives up, with nothing done, if it meets an entry of the index whose blob is about to be written.
        while not stop.is_set():
            attempt("gc", "--quiet", cwd=root)

    with ThreadPoolExecutor(1) as pool:
        user = pool.submit(collect)
        ours = [write_record(root, number) for number in range(ROUNDS)]
        stop.set()
        user.result()

    assert files_at_tip(root) == {*created, *ours}
    assert git("fsck", "--strict", cwd=root) == ""
    assert git("status", "--porcelain", cwd=root) == ""


def test_during_a_rebase_a_registration_is_refused_with_a_hint(root: Path, tmp_path: Path) -> None:
    for text in ("ours", "theirs"):
        git("switch", "--quiet", "--create", text, "main", cwd=root)
        (root / "file.txt").write_text(text)
        git("add", "file.txt", cwd=root)
        git("commit", "--quiet", "--message", text, cwd=root)
    assert attempt("rebase", "--quiet", "ours", cwd=root) != 0

    done = register(root, tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "detached HEAD" in done.stderr
    assert "finish the rebase" in done.stderr
    git("rebase", "--abort", cwd=root)
    assert git("status", "--porcelain", cwd=root) == ""


def test_during_a_merge_a_registration_goes_in_and_the_merge_keeps_it(root: Path) -> None:
    git("switch", "--quiet", "--create", "other", cwd=root)
    (root / "file.txt").write_text("other")
    git("add", "file.txt", cwd=root)
    git("commit", "--quiet", "--message", "other", cwd=root)
    git("switch", "--quiet", "main", cwd=root)
    (root / "mine.txt").write_text("mine")
    git("add", "mine.txt", cwd=root)
    git("commit", "--quiet", "--message", "mine", cwd=root)
    git("merge", "--quiet", "--no-commit", "other", cwd=root)

    ours = write_record(root, 1)

    git("commit", "--quiet", "--message", "merged", cwd=root)
    assert {ours, "file.txt"} < files_at_tip(root)
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_stale_index_lock_of_another_git_is_refused_with_a_hint_and_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexlock, "INDEX_WAIT_SECONDS", 0.05)
    lock = root / ".git/index.lock"
    lock.write_bytes(b"theirs")

    with pytest.raises(Exception, match="another git process holds") as caught:
        write_record(root, 1)

    assert f"rm {lock}" in getattr(caught.value, "hint", "")
    assert (lock.read_bytes(), git("log", "--format=%s", cwd=root)) == (b"theirs", "Create the registry")


@IN_FILES
@pytest.mark.parametrize("content", [b"", b"0123456789012345678901234567890123456789\n"], ids=["empty", "with an id"])
def test_a_stale_branch_lock_of_another_git_is_refused_with_a_hint_and_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr("registry_tool.store.writing._RACES", 3)
    lock = root / ".git/refs/heads/main.lock"
    lock.write_bytes(content)

    with pytest.raises(Exception, match="another git process holds") as caught:
        write_record(root, 1)

    assert f"rm {lock}" in getattr(caught.value, "hint", "")
    assert (lock.read_bytes(), (root / ".git/index.lock").exists()) == (content, False)


@IN_FILES
def test_a_lock_that_another_git_took_after_a_writer_died_is_left_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflock, "INSTANT_SECONDS", 0.05)
    lock = root / ".git/refs/heads/main.lock"
    lock.write_text(git("rev-parse", "HEAD", cwd=root) + "\n")
    note = f'{{"locks": ["{lock}"], "mark": "of another commit"}}'
    (root / ".git/registry-tool.lock").write_bytes(b"%10d\n%b" % (1, note.encode()))
    monkeypatch.setattr("registry_tool.store.writing._RACES", 3)

    with pytest.raises(Exception, match="another git process holds"):
        write_record(root, 1)

    assert lock.exists()


def test_while_the_index_is_ahead_of_the_branch_nobody_can_commit_it(root: Path) -> None:
    repository = open_repository(root, os.environ)
    assert repository
    with Checkout(repository, Conversion()) as held:
        held.begin({record_path(1): None}, {record_path(1): Target(b"a: 1\n")})
        held.stage()  # and the branch does not move: an error in between leaves the block so
    (root / "theirs.txt").write_text("theirs")

    status = attempt("add", "theirs.txt", cwd=root)
    (root / ".git/index.lock").unlink()  # by hand, as git's own message says
    committed = attempt("commit", "--quiet", "--all", "--message", "theirs", cwd=root)
    write_record(root, 2)

    assert (status != 0, committed != 0, attempt("add", "theirs.txt", cwd=root)) == (True, True, 0)
    assert git("status", "--porcelain", cwd=root) == "A  theirs.txt"


def test_a_clock_that_goes_backwards_changes_nothing_about_the_order(root: Path) -> None:
    first = write(root, record_path(1), b"a: 1\n", at=NOON)
    second = write(root, record_path(1), b"a: 2\n", at=NOON.replace(year=2020))

    assert git("log", "--format=%H", cwd=root).split()[:2] == [second, first]
    assert (root / record_path(1)).read_bytes() == b"a: 2\n"
    assert git("fsck", "--strict", cwd=root) == ""


def register(root: Path, place: Path) -> subprocess.CompletedProcess[str]:
    example = Path(__file__).parents[2] / "examples/example-http-flask"
    return run_registry("register", "--registry", str(root), "--project-dir", str(example), cwd=place)
