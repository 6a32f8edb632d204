"""The checked-out files and the index follow the branch; a user's own work is never swept in or overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from registry_tool.git.commits import Commit, write_commits
from registry_tool.git.conversion import Conversion
from registry_tool.git.identity import Identity
from registry_tool.git.objects import ObjectReader
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import indexlock
from registry_tool.git.upkeep.checkout import Checkout, Target, recover
from tests.programs import git

if TYPE_CHECKING:
    from pathlib import Path

ADA = Identity("Ada", "ada@example.org")
RECORD = "records/a.yaml"


def move_branch(repository: Repository, path: str, content: bytes | None) -> dict[str, bytes | None]:
    """Commit one file behind the checkout's back; what stood there before."""
    tip = repository.head().tip
    with ObjectReader(repository.git) as reader:
        before = reader.read(f"{tip}:{path}")
    at = datetime(2026, 3, 1, tzinfo=UTC)
    commit = Commit(message="behind", author=ADA, committer=ADA, at=at, files={path: content})
    write_commits(repository, "refs/heads/main", tip, [commit])
    return {path: before}


def write(repository: Repository, path: str, content: bytes | None) -> tuple[str, ...]:
    """Commit one file and keep the checkout in step, as the store does."""
    with Checkout(repository, Conversion()) as checkout, ObjectReader(repository.git) as reader:
        checkout.begin({path: reader.read(f"{repository.head().tip}:{path}")}, {path: Target(content)})
        checkout.stage()
        move_branch(repository, path, content)
        return checkout.follow()


@pytest.mark.parametrize(
    ("path", "content"),
    [(RECORD, b"a: 2\n"), ("records/new/b.yaml", b"b: 1\n"), (RECORD, None)],
    ids=["changed", "new", "removed"],
)
def test_files_and_index_follow_the_branch(repository: Repository, path: str, content: bytes | None) -> None:
    kept = write(repository, path, content)

    file = repository.root / path
    assert (kept, file.read_bytes() if file.exists() else None) == ((), content)
    assert git("status", "--porcelain", cwd=repository.root) == ""


def test_work_in_progress_elsewhere_stays_as_it_is(repository: Repository) -> None:
    (repository.root / "staged.txt").write_text("staged\n")
    git("add", "staged.txt", cwd=repository.root)
    (repository.root / "kept.txt").write_text("unsaved\n")
    (repository.root / "untracked.txt").write_text("untracked\n")

    write(repository, RECORD, b"a: 2\n")

    status = git("status", "--porcelain", cwd=repository.root)
    assert status.splitlines() == [" M kept.txt", "A  staged.txt", "?? untracked.txt"]


def test_an_unsaved_edit_of_the_record_stays_and_is_reported(repository: Repository) -> None:
    (repository.root / RECORD).write_text("mine\n")

    kept = write(repository, RECORD, b"a: 2\n")

    assert (kept, (repository.root / RECORD).read_text()) == ((RECORD,), "mine\n")
    assert git("status", "--porcelain", cwd=repository.root) == f" M {RECORD}"


def test_a_staged_edit_of_the_record_stays_and_is_reported(repository: Repository) -> None:
    (repository.root / RECORD).write_text("mine\n")
    git("add", RECORD, cwd=repository.root)

    kept = write(repository, RECORD, b"a: 2\n")

    assert (kept, git("show", f":{RECORD}", cwd=repository.root)) == ((RECORD,), "mine")


def test_a_record_in_conflict_is_refused_before_anything_is_written(repository: Repository) -> None:
    git("switch", "--quiet", "--create", "other", cwd=repository.root)
    for branch, text in (("other", "theirs"), ("main", "ours")):
        git("switch", "--quiet", branch, cwd=repository.root)
        (repository.root / RECORD).write_text(text)
        git("commit", "--quiet", "--all", "--message", text, cwd=repository.root)
    repository.git.attempt("merge", "other")
    tip = repository.head().tip

    with pytest.raises(GitError, match="merge conflict"):
        write(repository, RECORD, b"a: 2\n")

    assert (repository.head().tip, (repository.git_dir / "index.lock").exists()) == (tip, False)


def test_a_folder_that_is_a_link_is_refused(repository: Repository, tmp_path: Path) -> None:
    (repository.root / "records/linked").symlink_to(tmp_path)

    with pytest.raises(GitError, match="not a folder of its own"):
        write(repository, "records/linked/b.yaml", b"b: 1\n")


def test_another_gits_lock_is_waited_for_and_never_broken(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexlock, "INDEX_WAIT_SECONDS", 0.05)
    lock = repository.git_dir / "index.lock"
    lock.write_bytes(b"theirs")

    with pytest.raises(GitError, match="another git process holds"):
        write(repository, RECORD, b"a: 2\n")

    assert lock.read_bytes() == b"theirs"


def test_a_writer_that_died_after_moving_the_branch_is_finished_for(repository: Repository) -> None:
    checkout = Checkout(repository, Conversion())
    checkout.__enter__()
    checkout.begin({RECORD: b"a: 1\n"}, {RECORD: Target(b"a: 2\n")})
    checkout.stage()
    move_branch(repository, RECORD, b"a: 2\n")

    recover(repository, Conversion())

    assert (repository.root / RECORD).read_bytes() == b"a: 2\n"
    assert git("status", "--porcelain", cwd=repository.root) == ""


def test_a_writer_that_died_before_moving_the_branch_leaves_nothing(repository: Repository) -> None:
    checkout = Checkout(repository, Conversion())
    checkout.__enter__()
    checkout.begin({RECORD: b"a: 1\n"}, {RECORD: Target(b"a: 2\n")})
    checkout.stage()

    recover(repository, Conversion())

    assert git("status", "--porcelain", cwd=repository.root) == ""
    assert (repository.root / RECORD).read_bytes() == b"a: 1\n"
    assert write(repository, RECORD, b"a: 2\n") == ()


def test_a_writer_that_died_holding_only_the_lock_leaves_nothing(repository: Repository) -> None:
    Checkout(repository, Conversion()).__enter__()

    recover(repository, Conversion())

    assert write(repository, RECORD, b"a: 2\n") == ()


def test_recovery_never_takes_the_lock_of_another_git(repository: Repository) -> None:
    lock = repository.git_dir / "index.lock"
    lock.write_bytes(b"theirs")

    recover(repository, Conversion())

    assert lock.read_bytes() == b"theirs"
