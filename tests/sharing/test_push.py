"""A push carries every registration and goes on top of what others pushed, never by force; if it fails, it says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from registry_tool.api import share
from registry_tool.api.context import Context
from registry_tool.git import remote as remote_module
from registry_tool.record.layout import MARKER, record_path
from registry_tool.store.create import create
from tests.programs import IN_FILES, git, run_registry
from tests.sharing.conftest import FLASK, NOON, QWEN, Clone, Cloner, refuse_pushes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_push_carries_every_registration(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    revisions = [ada.register(QWEN, notes="one"), ada.register(QWEN, second=1, notes="two")]

    done = ada.push()

    assert (done.pushed, done.upstream) == (tuple(revisions), "origin/main")
    assert git("rev-parse", "main", cwd=remote) == revisions[-1]


def test_with_nothing_to_push_nothing_happens(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    remote.rename(remote.with_name("gone"))

    assert (ada.push().pushed, ada.push().error) == ((), None)


def test_after_a_race_ours_is_on_top_with_its_own_time_author_and_message(clone: Cloner, remote: Path) -> None:
    ada, grace = clone("ada"), clone("grace")
    grace.git("config", "user.name", "Grace Hopper")
    ada.register(QWEN, notes="first")
    ada.push()
    before = grace.register(FLASK, second=9, notes="second")
    kept = "%an|%ae|%aI|%cn|%cI|%B"
    expected = grace.git("log", "-1", f"--format={kept}", before)

    done = grace.push()

    assert git("log", "-1", f"--format={kept}", "main", cwd=remote) == expected
    assert (done.received, list(done.replayed)) == (1, [before])
    assert done.pushed == (done.replayed[before],)
    assert grace.subjects() == ["Create the registry", "first", "second"]


def test_after_a_race_files_and_index_are_in_step(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.register(FLASK)
    (grace.root / "notes.txt").write_text("mine\n")

    grace.push()

    assert grace.git("status", "--porcelain") == "?? notes.txt"
    assert grace.git("ls-files", "registry-data/records").splitlines() == [record_path(FLASK), record_path(QWEN)]
    assert grace.git("fsck", "--strict") == ""


def test_an_edit_that_is_not_committed_survives_a_race(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.register(FLASK)
    (grace.root / record_path(FLASK)).write_text("unsaved\n")
    (grace.root / MARKER).write_text("staged\n")
    grace.git("add", MARKER)

    done = grace.push()

    assert (done.error, grace.read(record_path(FLASK)), grace.read(MARKER)) == (None, "unsaved\n", "staged\n")
    assert grace.git("status", "--porcelain").splitlines() == [f" M {record_path(FLASK)}", f"M  {MARKER}"]


def test_work_of_the_users_own_goes_along(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    (grace.root / "check").write_text("#!/bin/sh\n")
    (grace.root / "check").chmod(0o755)
    (grace.root / "link").symlink_to("check")
    grace.git("add", ".")
    grace.git("commit", "--quiet", "--date", "2020-02-02T02:02:02-03:30", "--message", "our own\n\nwith a body")
    about = ("log", "-1", "--format=%an|%aI|%cn|%cI|%B")
    before = grace.git(*about)

    done = grace.push()

    assert (done.error, grace.git("status", "--porcelain"), grace.git(*about)) == (None, "", before)
    entries = [line.split()[0] for line in grace.git("ls-tree", "origin/main", "check", "link").splitlines()]
    assert entries == ["100755", "120000"]


def test_a_file_that_both_sides_changed_is_left_to_a_person(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    for one, text in ((ada, b"registryFormat: 1\n"), (grace, b"registryFormat: 1\nautoPush: false\n")):
        one.write(MARKER, text)
    ada.push()
    before = grace.git("rev-parse", "HEAD")

    done = grace.push()

    assert str(done.error) == f"both this clone and the remote changed {MARKER}"
    assert done.error
    assert (done.error.hint, grace.git("rev-parse", "HEAD")) == (
        "bring the two together yourself: git pull --rebase",
        before,
    )
    assert grace.git("status", "--porcelain") == ""


def test_a_merge_of_ours_is_left_to_a_person(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.git("switch", "--quiet", "--create", "side")
    grace.git("commit", "--quiet", "--allow-empty", "--message", "side")
    grace.git("switch", "--quiet", "main")
    grace.register(FLASK)
    grace.git("merge", "--quiet", "--no-edit", "side")

    error = grace.push().error

    assert "is a merge that the remote does not have" in str(error)


def test_a_registry_with_another_beginning_is_not_mixed_in(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    ada.git("checkout", "--quiet", "--orphan", "other")
    ada.git("commit", "--quiet", "--message", "another beginning")
    ada.git("branch", "--quiet", "--force", "main", "other")
    ada.git("switch", "--quiet", "main")
    tip = git("rev-parse", "main", cwd=remote)

    error = ada.push().error

    assert (str(error), git("rev-parse", "main", cwd=remote)) == (
        "this registry and the remote have no commit in common",
        tip,
    )


def test_commits_that_the_remote_dropped_are_not_brought_back(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    dropped = ada.register(QWEN)
    ada.push()
    git("update-ref", "refs/heads/main", f"{dropped}~1", cwd=remote)
    ada.git("commit", "--quiet", "--allow-empty", "--message", "moves the remote's tip elsewhere")
    other = ada.git("commit-tree", "-p", f"{dropped}~1", "-m", "other", f"{dropped}~1^{{tree}}")
    ada.git("push", "--quiet", "origin", f"{other}:refs/heads/main")

    error = ada.push().error

    assert f"was rewritten: it no longer holds {dropped[:12]}" in str(error)
    assert git("rev-parse", "main", cwd=remote) == other


def test_a_rewritten_remote_is_refused_as_often_as_it_is_asked(clone: Cloner, remote: Path) -> None:
    """Git moves its own memory of a branch with the first fetch, and a clone that git made has no other one."""
    ada = clone("ada")
    ada.register(QWEN, notes="kept")
    ada.register(FLASK, notes="dropped")
    ada.push()
    grace = clone("grace")
    dropped = ada.git("rev-parse", "main")
    ada.git("reset", "--quiet", "--hard", "HEAD~1")
    ada.git("push", "--quiet", "--force", "origin", "main")

    pulled = [grace.pull().error for _ in range(2)]
    grace.register(QWEN, second=5, notes="mine")
    pushed = [grace.push().error for _ in range(2)]

    assert all(f"was rewritten: it no longer holds {dropped[:12]}" in str(error) for error in (*pulled, *pushed))
    assert git("rev-parse", "main", cwd=remote) == ada.git("rev-parse", "main")

    grace.git("rebase", "--quiet", "--onto", "origin/main", dropped)
    assert grace.push().error is None
    assert git("log", "--format=%s", "main", cwd=remote).split() == ["mine", "kept", "Create", "the", "registry"]


def test_a_branch_goes_where_its_upstream_says(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    ada.git("switch", "--quiet", "--create", "mine")
    ada.git("push", "--quiet", "--set-upstream", "origin", "mine:theirs")
    revision = ada.register(QWEN)

    done = ada.push()

    assert (done.upstream, git("rev-parse", "theirs", cwd=remote)) == ("origin/theirs", revision)


def test_a_bare_clone_pushes_and_pulls(clone: Cloner, remote: Path, tmp_path: Path) -> None:
    ada, bare = clone("ada"), clone("grace")
    git("clone", "--quiet", "--bare", str(remote), "bare", cwd=tmp_path)
    bare.root = tmp_path / "bare"
    ada.register(QWEN)
    ada.push()
    bare.register(FLASK)

    assert (bare.push().error, bare.status().unpushed) == (None, ())
    assert ada.pull().received == 1


def test_over_a_network_it_is_the_same(clone: Cloner, daemon: str) -> None:
    ada, grace = clone("ada"), clone("grace")
    for one in (ada, grace):
        one.git("remote", "set-url", "origin", daemon)
    ada.register(QWEN)
    grace.register(FLASK)

    assert [one.push().error for one in (ada, grace)] == [None, None]
    assert ada.pull().received == 1


def test_a_refused_push_says_what_the_remote_said_and_stays_committed(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    refuse_pushes(remote, "main is protected")
    revision = ada.register(QWEN)

    error = ada.push().error

    reason = "[remote rejected] (pre-receive hook declined): main is protected"
    assert str(error) == f"origin/main refused the push: {reason}"
    assert ada.git("rev-parse", "HEAD") == revision


def test_without_a_remote_the_hint_says_how_to_name_one(clone: Cloner) -> None:
    ada = clone("ada")
    ada.git("remote", "remove", "origin")

    error = ada.push().error

    assert (str(error), error and error.hint) == (
        "the registry has no remote origin, so main is shared with nobody",
        f"name one: git -C {ada.root} remote add origin URL",
    )


def test_a_dry_run_moves_nothing(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    before = git("for-each-ref", cwd=remote)
    revision = ada.register(QWEN)

    done = ada.push(dry_run=True)

    assert (done.pushed, git("for-each-ref", cwd=remote)) == ((revision,), before)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failed_push_is_exit_1_and_names_no_password(clone: Cloner, form: str) -> None:
    ada = clone("ada")
    password = "open" + "sesame"
    ada.git("remote", "set-url", "origin", f"http://ada:{password}@127.0.0.1:1/registry.git")
    ada.register(QWEN)

    done = run_registry("push", "--format", form, cwd=ada.root)

    assert (done.returncode, '"pushed": false' in done.stdout) == (1, form == "json")
    assert done.stderr.startswith("error: cannot push to origin/main: ")
    assert password not in done.stdout + done.stderr + (ada.root / ".git/registry-tool/sharing.json").read_text()


def test_signed_commits_are_signed_again(clone: Cloner, tmp_path: Path, home: Path) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    signer = tmp_path / "signer"
    signer.write_text('#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN SIGNED-----"\n')
    signer.chmod(0o755)
    with (home / ".gitconfig").open("a") as configuration:
        configuration.write(f"[commit]\ngpgsign = true\n[gpg]\nprogram = {signer}\n")
    grace.register(FLASK)

    grace.push()

    header, _, _ = grace.git("cat-file", "commit", "origin/main").partition("\n\n")
    assert "-----BEGIN SIGNED-----" in header


def test_a_registry_in_a_folder_of_a_repository_follows_outside_of_it(tmp_path: Path) -> None:
    git("init", "--quiet", "whole", cwd=tmp_path)
    create(tmp_path / "whole/infra/registry", dict(os.environ), at=NOON, on_wait=pytest.fail, here=True)
    git("clone", "--quiet", "--bare", "whole", "remote.git", cwd=tmp_path)
    for name in ("ada", "grace"):
        git("clone", "--quiet", "remote.git", name, cwd=tmp_path)
    ada, grace = (Clone(tmp_path / name / "infra/registry") for name in ("ada", "grace"))
    (tmp_path / "ada/README").write_text("outside\n")
    git("add", ".", cwd=tmp_path / "ada")
    git("commit", "--quiet", "--message", "outside", cwd=tmp_path / "ada")
    ada.push()
    grace.register(QWEN)

    done = grace.push()

    assert (done.error, (tmp_path / "grace/README").read_text()) == (None, "outside\n")
    assert grace.git("status", "--porcelain") == ""


def test_a_long_transfer_says_how_far_it_is(clone: Cloner, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    monkeypatch.setattr(remote_module, "PROGRESS_SECONDS", -1.0)
    context = Context(
        environment=dict(os.environ), directory=ada.root, registry=ada.root, clock=lambda: NOON, tell=ada.told.append
    )

    done = share.push(context, show_progress=True)

    assert (done.error, any(line.startswith("writing objects: 100%") for line in ada.told)) == (None, True)


@IN_FILES
def test_a_lock_that_a_dead_git_left_on_the_remote_is_named(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    lock = remote / "refs/heads/main.lock"
    lock.touch()
    ada.register(QWEN)

    error = ada.push().error

    said = str(error).replace("/./", "/")  # as git names it
    assert said == f"origin/main refused the push: another git there holds {lock}, or died holding it"
    assert (error.hint if error else "").endswith("and if it stays so: remove that file on the remote's machine")


def test_a_branch_that_cannot_be_beside_one_of_the_remote_is_named(clone: Cloner, remote: Path) -> None:
    ada = clone("ada")
    git("branch", "deploy", "main", cwd=remote)
    ada.git("switch", "--quiet", "--create", "deploy/a")
    ada.register(QWEN)

    error = ada.push().error

    reason = "it has a branch deploy, so there cannot be a branch deploy/a"
    assert (str(error), error and error.hint) == (
        f"origin/deploy/a refused the push: {reason}",
        "choose another name: register --branch NAME --push",
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("GH006: Protected branch update failed", "it protects this branch (GH006)"),
        ("fatal: write error: No space left on device", "its disk is full (No space left on device)"),
        ("error: insufficient permission for adding an object", "it cannot be written to (insufficient permission)"),
        ("error: cannot create x: Read-only file system", "it cannot be written to (Read-only file system)"),
    ],
)
def test_what_stands_in_the_way_of_every_push_is_told_apart(
    clone: Cloner, remote: Path, said: str, reason: str
) -> None:
    ada = clone("ada")
    refuse_pushes(remote, said)
    ada.register(QWEN)

    assert str(ada.push().error) == f"origin/main refused the push: {reason}"
