"""The order of a write: index, branch, files, under one hold of the index's lock. Other gits come where it hurts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.git.upkeep import checkout as module
from registry_tool.git.upkeep.checkout import Checkout
from registry_tool.git.upkeep.lock import exclusive
from registry_tool.git.upkeep.readers import IndexReaders, hold_seconds
from registry_tool.store import writing
from tests.programs import git
from tests.reliability.changes import record_path, registry_in, write_record


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with one record and a file of the user's."""
    root = registry_in(tmp_path / "registry")
    write_record(root, 1)
    (root / "mine").write_text("0\n")
    git("add", "mine", cwd=root)
    git("commit", "--quiet", "--message", "mine", cwd=root)
    return root


def attempt(root: Path, *words: str) -> int:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, check=False, timeout=60).returncode


COMMITS = {
    "commit": ("commit", "--quiet", "--allow-empty", "--message", "theirs"),
    "commit -a": ("commit", "--quiet", "--all", "--message", "theirs"),
    "amend": ("commit", "--quiet", "--allow-empty", "--amend", "--message", "theirs"),
    "commit PATH": ("commit", "--quiet", "--message", "theirs", "mine"),
    "stash": ("stash", "--quiet"),
    "reset": ("reset", "--quiet", "--hard"),
}


@pytest.mark.parametrize("words", COMMITS.values(), ids=COMMITS)
def test_a_git_that_starts_between_index_and_branch_undoes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    stage = Checkout.stage

    def stage_then_let_them(self: Checkout) -> None:
        stage(self)
        (root / "mine").write_text("theirs\n")
        attempt(root, *words)

    monkeypatch.setattr(Checkout, "stage", stage_then_let_them)

    write_record(root, 2)
    attempt(root, *words)

    held = git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split()
    assert {record_path(1), record_path(2)} <= set(held)
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""


@pytest.mark.parametrize("words", COMMITS.values(), ids=COMMITS)
def test_a_git_that_starts_between_branch_and_files_undoes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    follow = Checkout.follow

    def let_them_then_follow(self: Checkout) -> tuple[str, ...]:
        (root / "mine").write_text("theirs\n")
        attempt(root, *words)
        return follow(self)

    monkeypatch.setattr(Checkout, "follow", let_them_then_follow)

    write_record(root, 2)
    attempt(root, *words)

    held = git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split()
    assert {record_path(1), record_path(2)} <= set(held)
    assert (root / record_path(2)).read_bytes() == b"number: 2\n"


def test_git_clean_takes_away_no_file_that_is_about_to_be_written(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = Checkout._note_stats  # noqa: SLF001  the moment between the file and the release of the lock

    def clean_then_note(self: Checkout, kept: list[str]) -> None:
        (root / record_path(2)).unlink(missing_ok=True)  # as a clean does that read the old index
        monkeypatch.setattr(Checkout, "_note_stats", note)
        note(self, kept)

    monkeypatch.setattr(Checkout, "_note_stats", clean_then_note)

    write_record(root, 2)

    assert (root / record_path(2)).read_bytes() == b"number: 2\n"
    assert git("status", "--porcelain", cwd=root) == ""


def test_the_index_says_when_the_file_was_written(root: Path) -> None:
    write_record(root, 2)

    assert attempt(root, "diff-index", "--quiet", "HEAD") == 0
    assert attempt(root, "diff-files", "--quiet") == 0


def test_a_lost_race_puts_the_index_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, left = Checkout.stage, [1]

    def lose_once(self: Checkout) -> None:
        stage(self)
        if left and left.pop():
            tree = git("rev-parse", "HEAD^{tree}", cwd=root)
            other = git("commit-tree", "-p", "HEAD", "-m", "theirs", tree, cwd=root)
            git("update-ref", "refs/heads/main", other, cwd=root)

    monkeypatch.setattr(Checkout, "stage", lose_once)

    write_record(root, 2)

    assert git("log", "-2", "--format=%s", cwd=root).split("\n") == [f"write {record_path(2)}", "theirs"]
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_commit_that_swallows_the_record_leaves_the_file_written(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, left = Checkout.stage, [1]

    def be_swallowed_once(self: Checkout) -> None:
        stage(self)
        if left and left.pop():
            # What a commit does whose hook ends when the blob is there already.
            subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=root, input=b"number: 2\n", check=True)
            shutil.copy(root / ".git/index", root / ".git/theirs")
            monkeypatch.setenv("GIT_INDEX_FILE", str(root / ".git/theirs"))
            tree = git("write-tree", cwd=root)
            monkeypatch.delenv("GIT_INDEX_FILE")
            other = git("commit-tree", "-p", "HEAD", "-m", "theirs", tree, cwd=root)
            git("update-ref", "refs/heads/main", other, cwd=root)

    monkeypatch.setattr(Checkout, "stage", be_swallowed_once)

    write_record(root, 2)

    assert (root / record_path(2)).read_bytes() == b"number: 2\n"
    assert git("log", "-1", "--format=%s", cwd=root) == f"write {record_path(2)}"
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_reset_that_moved_the_branch_back_is_a_lost_race(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow, left = Checkout.follow, [1]

    def follow_then_reset(self: Checkout) -> tuple[str, ...]:
        kept = follow(self)
        if left and left.pop():
            git("update-ref", "refs/heads/main", "HEAD~1", cwd=root)
        return kept

    monkeypatch.setattr(Checkout, "follow", follow_then_reset)

    write_record(root, 2)

    assert record_path(2) in git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split()


def test_the_lock_is_held_for_as_long_as_another_git_may_need(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "hold_seconds", lambda _: 0.5)
    started = time.monotonic()

    write_record(root, 2)

    assert time.monotonic() - started > 0.5
    assert hold_seconds(0.1) == pytest.approx(0.2)
    assert hold_seconds(0.001) == pytest.approx(0.02)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel tells on Linux only")
@pytest.mark.parametrize("how", ["link", "pidns"])
def test_whoever_opens_a_large_index_is_noticed(root: Path, tmp_path: Path, how: str) -> None:
    with (root / ".git/index").open("ab") as file:
        file.truncate(1_000_000)  # large enough to be watched
    (tmp_path / "link").symlink_to(root)
    unshare = ["unshare", "--pid", "--mount", "--fork", "--mount-proc"] if how == "pidns" else []
    if unshare and subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a PID namespace of its own needs root")
    with IndexReaders(root / ".git") as readers:
        first = readers.last_opened_at()
        second = readers.last_opened_at()
        subprocess.run([*unshare, "git", "ls-files"], cwd=tmp_path / "link", capture_output=True, check=False)
        third = readers.last_opened_at()

    assert first == second < third


def test_a_lock_that_vanishes_while_it_is_looked_at_is_waited_for(root: Path) -> None:
    stop = threading.Event()
    lock = root / ".git/index.lock"

    def come_and_go() -> None:
        while not stop.is_set():
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            lock.unlink(missing_ok=True)

    user = threading.Thread(target=come_and_go)
    user.start()
    try:
        ours = [write_record(root, number) for number in range(2, 12)]
    finally:
        stop.set()
        user.join()

    assert set(ours) <= set(git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split())


def test_a_rebase_that_began_before_is_not_told_that_all_is_well(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Checkout.stage

    def begin_to_rebase(self: Checkout) -> None:
        stage(self)
        folder = root / ".git/rebase-merge"
        folder.mkdir()
        (folder / "head-name").write_text("refs/heads/main\n")

    monkeypatch.setattr(Checkout, "stage", begin_to_rebase)

    with pytest.raises(Exception, match=r"committed to main as .* is being rebased"):
        write_record(root, 2)


def _both(told: list[str], tell: Callable[[str], None]) -> Callable[[str], None]:
    def say(line: str) -> None:
        told.append(line)
        tell(line)

    return say


def test_a_holder_that_was_stopped_is_named_and_given_up_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, signal; from tests.reliability.changes import write_record; from pathlib import Path;"
        "from registry_tool.git.upkeep.checkout import Checkout as C; f = C.follow;"
        f"C.follow = lambda s: (os.kill(os.getpid(), signal.SIGSTOP), f(s))[1]; write_record(Path({str(root)!r}), 2)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    os.waitpid(holder.pid, os.WUNTRACED)
    told: list[str] = []
    try:
        with monkeypatch.context() as patched:
            patched.setattr(
                writing, "exclusive", lambda path, on_wait: exclusive(path, on_wait=_both(told, on_wait), wait=0.3)
            )
            with pytest.raises(Exception, match="gave up") as caught:
                write_record(root, 3)
    finally:
        os.kill(holder.pid, signal.SIGCONT)
        holder.wait(timeout=60)
    write_record(root, 3)

    assert f"(process {holder.pid})" in str(caught.value)
    assert (told, "kill -CONT" in getattr(caught.value, "hint", "")) == (
        [f"waiting for another registration to finish (process {holder.pid})"],
        True,
    )
    assert {record_path(2), record_path(3)} <= set(git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split())
    assert git("status", "--porcelain", cwd=root) == ""
