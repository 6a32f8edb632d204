"""A pull brings in what others pushed; what is not committed here survives, and harm that comes in is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registry_tool.record.layout import MARKER, record_path
from tests.programs import git
from tests.sharing.conftest import FLASK, QWEN, Clone, Cloner

if TYPE_CHECKING:
    from pathlib import Path


def test_without_commits_of_ours_the_branch_moves_forward(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    revision = ada.register(QWEN)
    ada.push()

    done = grace.pull()

    assert (done.received, dict(done.replayed), grace.git("rev-parse", "HEAD")) == (1, {}, revision)
    assert (grace.read(record_path(QWEN)), grace.git("status", "--porcelain")) == (ada.read(record_path(QWEN)), "")


def test_what_comes_in_is_a_pack_whose_name_can_be_flushed(clone: Cloner) -> None:
    """A loose object lies in one of 256 folders, and git flushes none of them: a power cut could take it."""
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()

    grace.pull()

    loose = list((grace.root / ".git/objects").glob("??/*"))
    assert [grace.git("cat-file", "-t", f"HEAD:{record_path(QWEN)}"), loose] == ["blob", []]


def test_commits_of_ours_go_on_top_and_stay_unpushed(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN, notes="theirs")
    ada.push()
    grace.register(FLASK, notes="ours")

    grace.pull()

    assert grace.subjects() == ["Create the registry", "theirs", "ours"]
    assert [own.commit.message for own in grace.status().unpushed] == ["ours\n"]


def test_a_removal_comes_in_and_takes_its_empty_folder_along(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.push()
    grace = clone("grace")
    ada.remove(QWEN)
    ada.push()

    grace.pull()

    assert (grace.root / record_path(QWEN)).parent.exists() is False
    assert grace.git("status", "--porcelain") == ""


def test_a_file_that_became_a_folder_comes_in(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.write("docs", b"a file\n")
    ada.push()
    grace.pull()
    ada.write("docs", None)
    ada.write("docs/more", b"in a folder\n")
    ada.push()
    assert grace.pull().error is None
    ada.write("docs/more", None)
    ada.write("docs", b"a file again\n")
    ada.push()

    done = grace.pull()

    assert (done.error, grace.read("docs"), grace.git("status", "--porcelain")) == (None, "a file again\n", "")


def test_executable_files_come_in_executable(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    (ada.root / "check").write_text("#!/bin/sh\n")
    ada.git("add", ".")
    ada.git("commit", "--quiet", "--message", "a script")
    ada.push()
    grace.pull()
    for mode in (0o755, 0o644):
        (ada.root / "check").chmod(mode)
        ada.git("commit", "--quiet", "--all", "--message", "mode")
        ada.push()

        assert grace.pull().error is None
        assert ((grace.root / "check").stat().st_mode & 0o777, grace.git("status", "--porcelain")) == (mode, "")


def edit(one: Clone) -> None:
    (one.root / MARKER).write_text("unsaved\n")


def stage(one: Clone) -> None:
    (one.root / MARKER).write_text("staged\n")
    one.git("add", MARKER)


def delete(one: Clone) -> None:
    (one.root / MARKER).unlink()


@pytest.mark.parametrize("work", [edit, stage, delete])
def test_an_edit_in_the_way_is_named_and_nothing_moves(clone: Cloner, work: object) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.write(MARKER, b"registryFormat: 1\n")
    ada.push()
    assert callable(work)
    work(grace)
    before = (grace.git("status", "--porcelain"), grace.git("rev-parse", "HEAD"))

    error = grace.pull().error

    assert str(error) == f"{MARKER} was changed by the remote, and you have an edit of it that is not committed"
    assert (grace.git("status", "--porcelain"), grace.git("rev-parse", "HEAD")) == before
    assert not (grace.root / ".git/index.lock").exists()


def test_an_untracked_file_in_the_way_is_not_overwritten(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.write("notes.txt", b"theirs\n")
    ada.push()
    (grace.root / "notes.txt").write_text("mine\n")

    error = grace.pull().error

    assert (str(error).startswith("notes.txt was changed by the remote"), grace.read("notes.txt")) == (True, "mine\n")


def push_tree(one: Clone, *entries: str) -> None:
    """Push a commit whose tree has further entries, as `git mktree` reads them."""
    listed = one.git("ls-tree", "HEAD")
    (one.root / "tree").write_text("\n".join([*listed.splitlines(), *entries]) + "\n")
    tree = git("-c", "alias.make=!git mktree --missing < tree", "make", cwd=one.root)
    (one.root / "tree").unlink()
    commit = one.git("commit-tree", "-p", "HEAD", "-m", "strange", tree)
    one.git("push", "--quiet", "origin", f"{commit}:refs/heads/main")


def test_a_link_that_comes_in_is_left_to_git(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    (ada.root / "link").symlink_to("/etc")
    ada.git("add", "link")
    ada.git("commit", "--quiet", "--message", "a link")
    ada.push()

    error = grace.pull().error

    assert error
    assert ("link came from the remote and is a link" in str(error), "git pull --rebase" in error.hint) == (True, True)
    assert (grace.git("status", "--porcelain"), (grace.root / "link").exists()) == ("", False)


@pytest.mark.parametrize("name", [".git", ".GIT", ".g\u200cit", "git~1", ".git "])
def test_a_file_that_would_be_gits_own_is_refused(clone: Cloner, name: str) -> None:
    ada, grace = clone("ada"), clone("grace")
    blob = ada.git("hash-object", "-w", f"{ada.root}/{MARKER}")
    folder = ada.git("-c", f"alias.make=!printf '100755 blob {blob}\\tx\\n' | git mktree", "make")
    push_tree(ada, f"040000 tree {folder}\t{name}")
    before = (grace.git("rev-parse", "HEAD"), sorted(grace.root.rglob("x")))

    error = grace.pull().error

    assert "git itself would not check out" in str(error)
    assert (grace.git("rev-parse", "HEAD"), sorted(grace.root.rglob("x"))) == before


def test_a_dry_run_counts_what_would_come(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    before = grace.git("rev-parse", "HEAD")

    assert (grace.pull(dry_run=True).received, grace.git("rev-parse", "HEAD")) == (1, before)


def test_the_first_pull_of_an_empty_clone_fills_it(clone: Cloner, remote: Path, tmp_path: Path) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.push()
    git("init", "--quiet", "empty", cwd=tmp_path)
    git("remote", "add", "origin", str(remote), cwd=tmp_path / "empty")
    empty = Clone(tmp_path / "empty")

    done = empty.pull()

    assert (done.error, empty.read(record_path(QWEN)), empty.git("status", "--porcelain")) == (
        None,
        ada.read(record_path(QWEN)),
        "",
    )


def test_what_a_crash_left_between_branch_and_files_is_finished_first(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.git("fetch", "--quiet")
    # As a pull leaves it that dies after the branch moved.
    (grace.root / ".git/registry-tool").mkdir()
    (grace.root / ".git/registry-tool/journal").write_text(f'{{"{record_path(QWEN)}": null}}')
    (grace.root / ".git/registry-tool/hold").touch()
    (grace.root / ".git/index.lock").hardlink_to(grace.root / ".git/registry-tool/hold")
    grace.git("update-ref", "refs/heads/main", "origin/main")

    grace.register(FLASK)

    assert (grace.read(record_path(QWEN)), grace.git("status", "--porcelain")) == (ada.read(record_path(QWEN)), "")
