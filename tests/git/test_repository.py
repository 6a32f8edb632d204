"""Which repository is meant, and who commits, whatever the environment and the repository's own settings say."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from registry_tool.git.identity import CONFIGURATION_COMMAND, Configuration, read_configuration
from registry_tool.git.log import read_log
from registry_tool.git.objects import ObjectReader
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository, open_repository
from tests.programs import git

if TYPE_CHECKING:
    from collections.abc import Mapping
from pathlib import Path


def configuration(repository: Repository, environment: Mapping[str, str] | None = None) -> Configuration:
    return read_configuration(repository.git.run(*CONFIGURATION_COMMAND), environment or {})


def test_a_folder_outside_of_any_repository_has_none(tmp_path: Path) -> None:
    assert open_repository(tmp_path, os.environ) is None


def test_variables_that_a_git_hook_sets_do_not_redirect(repository: Repository, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git("init", "--quiet", str(other), cwd=tmp_path)
    redirected = {**os.environ, "GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": "/nonexistent", "GIT_WORK_TREE": "/"}

    opened = open_repository(repository.root, redirected)

    assert opened
    assert (opened.git_dir, opened.head()) == (repository.git_dir, repository.head())


def test_a_folder_inside_a_repository_knows_its_prefix(repository: Repository) -> None:
    opened = open_repository(repository.root / "records", os.environ)

    assert opened
    assert (opened.prefix, opened.git_dir) == ("records/", repository.git_dir)


def test_a_linked_worktree_shares_the_repository_but_not_the_index(repository: Repository, tmp_path: Path) -> None:
    git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked", cwd=repository.root)

    opened = open_repository(tmp_path / "linked", os.environ)

    assert opened
    assert opened.common_dir == repository.common_dir
    assert opened.git_dir == repository.common_dir / "worktrees/linked"
    assert opened.head().branch == "refs/heads/linked"


def test_a_worktree_that_the_repository_moves_elsewhere_is_refused(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    git("config", "core.worktree", str(tmp_path / "elsewhere"), cwd=repository.root)

    with pytest.raises(GitError, match="not inside the worktree"):
        open_repository(repository.root, os.environ)


def test_a_detached_head_has_no_branch(repository: Repository) -> None:
    tip = repository.head().tip
    git("checkout", "--quiet", "--detach", cwd=repository.root)

    assert (repository.head().branch, repository.head().tip) == ("", tip)


def test_a_repository_without_commits_has_a_branch_and_no_tip(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    opened = open_repository(tmp_path, os.environ)
    assert opened

    assert (opened.head().branch, opened.head().tip) == ("refs/heads/main", "")


def test_no_file_system_monitor_of_the_repository_runs(repository: Repository, tmp_path: Path) -> None:
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    monitor.chmod(0o755)
    git("config", "core.fsmonitor", str(monitor), cwd=repository.root)

    repository.git.run("update-index", "--refresh")

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("environment", "author"),
    [
        ({}, "Ada Lovelace <ada@example.org>"),
        ({"GIT_AUTHOR_NAME": "Grace"}, "Grace <ada@example.org>"),
        ({"GIT_AUTHOR_NAME": "  .Gr<a>c\ne; "}, "Grace <ada@example.org>"),
        ({"GIT_COMMITTER_NAME": "Grace"}, "Ada Lovelace <ada@example.org>"),
    ],
)
def test_the_author_is_who_git_says(repository: Repository, environment: dict[str, str], author: str) -> None:
    assert str(configuration(repository, environment).author) == author


def test_an_unknown_author_is_an_error_with_the_two_commands_that_help(repository: Repository, home: Path) -> None:
    (home / ".gitconfig").write_text("")

    with pytest.raises(GitError) as caught:
        configuration(repository)

    assert caught.value.hint == (
        'git config --global user.name "Your Name"; git config --global user.email you@example.com'
    )


def test_signing_follows_the_user_and_never_the_repository(repository: Repository, home: Path) -> None:
    git("config", "commit.gpgSign", "true", cwd=repository.root)
    git("config", "gpg.program", "/hostile", cwd=repository.root)
    unsigned = configuration(repository).signing
    with (home / ".gitconfig").open("a") as file:
        file.write("[commit]\ngpgsign = true\n[user]\nsigningkey = K\n")

    signing = configuration(repository).signing

    assert (unsigned, "user.signingkey=K" in signing, "gpg.program=gpg" in signing) == ((), True, True)


def test_objects_are_read_by_id_and_by_path(repository: Repository) -> None:
    with ObjectReader(repository.git) as reader:
        oid, content = reader.look_up("HEAD:kept.txt") or ("", b"")
        answers = [reader.read("HEAD:nothing"), reader.read(oid), *reader.read_many([oid, "HEAD:nothing"] * 300)]

    assert content == b"kept\n"
    assert answers == [None, b"kept\n", *[b"kept\n", None] * 300]


def test_who_stops_early_leaves_no_answer_for_the_next_question(repository: Repository) -> None:
    with ObjectReader(repository.git) as reader:
        oid, _ = reader.look_up("HEAD:kept.txt") or ("", b"")
        with closing(reader.read_many([oid] * 300)) as contents:
            first = next(contents)
        then = reader.read("HEAD:nothing")

    assert (first, then) == (b"kept\n", None)


def test_a_tree_lists_its_entries(repository: Repository) -> None:
    with ObjectReader(repository.git) as reader:
        oid, entries = reader.tree("HEAD:") or ("", {})

    assert oid == git("rev-parse", "HEAD:", cwd=repository.root)
    assert {name: entry.mode for name, entry in entries.items()} == {"kept.txt": "100644", "records": "40000"}


def test_the_log_of_a_path_names_the_blobs_before_and_after(repository: Repository) -> None:
    (repository.root / "records/a.yaml").write_text("a: 2\n")
    git("commit", "--quiet", "--all", "--message", "second\n\nbody", cwd=repository.root)
    git("commit", "--quiet", "--allow-empty", "--message", "third", cwd=repository.root)

    commits = list(read_log(repository, "records/a.yaml"))

    old, new = (git("rev-parse", f"{revision}:records/a.yaml", cwd=repository.root) for revision in ("HEAD~2", "HEAD"))
    assert [commit.message for commit in commits] == ["second\n\nbody\n", "first\n"]
    assert [(file.before, file.after) for commit in commits for file in commit.files] == [(old, new), ("", old)]


def test_the_log_of_a_repository_without_commits_is_empty(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    opened = open_repository(tmp_path, os.environ)
    assert opened

    assert list(read_log(opened, "records")) == []
