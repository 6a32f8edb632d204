"""Commits are written on top of a known tip, all or none, and nothing else moves."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from registry_tool.git.commits import Commit, write_commits
from registry_tool.git.identity import Identity
from registry_tool.git.moving import BranchMovedError
from registry_tool.git.repository import Repository, open_repository
from tests.programs import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GRACE = Identity("Grace Hopper", "grace@example.org")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def commit(message: str, files: Mapping[str, bytes | None]) -> Commit:
    return Commit(message=message, author=GRACE, committer=GRACE, at=NOON, files=files)


def test_a_commit_carries_its_message_author_and_time(repository: Repository) -> None:
    tip = repository.head().tip

    revisions = write_commits(repository, "refs/heads/main", tip, [commit("why\n\nmore\n", {"records/b.yaml": b"b"})])

    shown = git("show", "--no-patch", "--format=%H|%an <%ae>|%at|%P|%B", revisions[0], cwd=repository.root)
    assert shown == f"{revisions[0]}|Grace Hopper <grace@example.org>|{NOON.timestamp():.0f}|{tip}|why\n\nmore\n"


def test_many_commits_follow_each_other_and_the_branch_moves_to_the_last(repository: Repository) -> None:
    tip = repository.head().tip
    commits = [commit(f"number {number}", {f"records/{number}.yaml": b"x"}) for number in range(300)]

    revisions = write_commits(repository, "refs/heads/main", tip, commits)

    assert git("rev-list", "--reverse", f"{tip}..main", cwd=repository.root).split() == list(revisions)


def test_a_branch_without_commits_gets_its_first(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", cwd=tmp_path)
    repository = open_repository(tmp_path, os.environ)
    assert repository

    write_commits(repository, "refs/heads/main", "", [commit("first", {"a/b.yaml": b"content"})])

    assert git("show", "main:a/b.yaml", cwd=tmp_path) == "content"


def test_a_branch_that_somebody_moved_is_left_alone(repository: Repository) -> None:
    stale = repository.head().tip
    git("commit", "--quiet", "--allow-empty", "--message", "meanwhile", cwd=repository.root)
    moved = repository.head().tip

    with pytest.raises(BranchMovedError):
        write_commits(repository, "refs/heads/main", stale, [commit("late", {"records/b.yaml": b"b"})])

    assert repository.head().tip == moved


def test_a_branch_that_appeared_meanwhile_is_left_alone(repository: Repository) -> None:
    tip = repository.head().tip

    with pytest.raises(BranchMovedError):
        write_commits(repository, "refs/heads/main", "", [commit("late", {"records/b.yaml": b"b"})])

    assert repository.head().tip == tip


def test_a_removed_file_is_gone_and_the_others_stay(repository: Repository) -> None:
    write_commits(repository, "refs/heads/main", repository.head().tip, [commit("bye", {"records/a.yaml": None})])

    assert git("ls-tree", "-r", "--name-only", "main", cwd=repository.root) == "kept.txt"


@pytest.mark.parametrize("path", ['with "quotes"', "with\nnewline", "back\\slash", "-option", "søren.yaml"])
def test_any_path_is_data(repository: Repository, path: str) -> None:
    write_commits(repository, "refs/heads/main", repository.head().tip, [commit("odd", {f"odd/{path}": b"x"})])

    assert git("ls-tree", "-z", "--name-only", "main", "odd/", cwd=repository.root) == f"odd/{path}\0"


def test_a_message_is_never_read_as_a_command(repository: Repository) -> None:
    message = "data 3\nM 100644 inline evil\ndone\n"

    write_commits(repository, "refs/heads/main", repository.head().tip, [commit(message, {"records/b.yaml": b"b"})])

    assert git("log", "-1", "--format=%B", cwd=repository.root) == message


def test_no_hook_of_the_repository_runs(repository: Repository, tmp_path: Path) -> None:
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        hook = repository.git_dir / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/{name}.ran\n")
        hook.chmod(0o755)

    write_commits(repository, "refs/heads/main", repository.head().tip, [commit("quiet", {"records/b.yaml": b"b"})])

    assert list(tmp_path.glob("*.ran")) == []


def test_a_signer_gets_signed_commits(repository: Repository, tmp_path: Path, home: Path) -> None:
    signer = tmp_path / "signer"
    signer.write_text('#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN SIGNED-----"\n')
    signer.chmod(0o755)
    with (home / ".gitconfig").open("a") as configuration:
        configuration.write(f"[commit]\ngpgsign = true\n[gpg]\nprogram = {signer}\n")
    tip = repository.head().tip

    options = ("-c", f"gpg.program={signer}", "-c", f"gpg.openpgp.program={signer}", "-c", "gpg.format=openpgp")
    revisions = write_commits(
        repository,
        "refs/heads/main",
        tip,
        [commit("one", {"records/b.yaml": b"b"}), commit("two", {"records/c.yaml": b"c"})],
        signing=options,
    )

    objects = [git("cat-file", "commit", revision, cwd=repository.root) for revision in revisions]
    assert ["-----BEGIN SIGNED-----" in text.partition("\n\n")[0] for text in objects] == [True, True]
    assert git("rev-list", "--reverse", f"{tip}..main", cwd=repository.root).split() == list(revisions)
    assert git("for-each-ref", "refs/registry-tool", cwd=repository.root) == ""
