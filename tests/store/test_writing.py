"""A change is one commit on the branch that is checked out, wherever the repository stands; or nothing at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry_tool.errors import RegistryError
from registry_tool.git.commits import Commit
from registry_tool.git.process import GitError
from registry_tool.record.identity import Record
from registry_tool.record.layout import MARKER
from registry_tool.store.gate import Change, SecretError
from registry_tool.store.messages import registration_message
from registry_tool.store.reading import NotARegistryError, Store
from registry_tool.store.writing import Writer, Written
from tests.programs import all_objects, git

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATH = "registry-data/records/ec/ec3f1a0072d1b3d4.yaml"


def write(root: Path, *changes: Change) -> Written:
    with Store(root, os.environ) as store, Writer(store) as writer:
        return writer.write(changes, on_wait=pytest.fail)


def change(content: bytes | None = b"a: 1\n", *, path: str = PATH, message: str = "why\n") -> Change:
    return Change(files={path: content}, message=message, at=NOON)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry whose only commit made it one."""
    folder = tmp_path / "registry"
    git("init", "--quiet", str(folder), cwd=tmp_path)
    write(folder, change(b"registryFormat: 1\n", path=MARKER))
    return folder


def test_a_change_is_one_commit_and_the_checkout_follows(root: Path) -> None:
    written = write(root, change())

    assert git("log", "-1", "--format=%H %s", cwd=root) == f"{written.revisions[0]} why"
    assert (root / PATH).read_bytes() == b"a: 1\n"
    assert git("status", "--porcelain", cwd=root) == ""
    assert git("fsck", "--strict", cwd=root) == ""


def test_what_stood_there_before_is_handed_back(root: Path) -> None:
    write(root, change(b"a: 1\n"))

    assert write(root, change(b"a: 2\n")).before == {PATH: b"a: 1\n"}


def test_several_changes_are_several_commits(root: Path) -> None:
    written = write(root, change(message="one\n"), change(b"a: 2\n", message="two\n"))

    assert git("log", "-2", "--reverse", "--format=%s", cwd=root).split() == ["one", "two"]
    assert (len(written.revisions), (root / PATH).read_bytes()) == (2, b"a: 2\n")


@pytest.mark.parametrize("branch", ["main", ""])
def test_a_switch_of_branches_in_between_sends_nothing_to_the_wrong_one(root: Path, branch: str) -> None:
    git("branch", "side", cwd=root)
    seen: list[str] = []

    with Store(root, os.environ) as store, Writer(store, branch) as writer:
        commit = writer.gate().let_pass(change())

        def make(tip: str) -> list[Commit]:
            # HEAD has been read by now, and the branch has not moved yet.
            if not seen:
                git("switch", "--quiet", "side", cwd=root)
            seen.append(tip)
            return [commit]

        written = writer.write_many(make, on_wait=pytest.fail)

    holds = {name: git("ls-tree", "-r", "--name-only", name, cwd=root).split() for name in ("main", "side")}
    assert {name for name, files in holds.items() if PATH in files} == {branch or "side"}
    assert (len(seen), written.branch) == (2, branch or "side")
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_rehearsal_writes_nothing(root: Path) -> None:
    before = git("for-each-ref", cwd=root)
    with Store(root, os.environ) as store, Writer(store) as writer:
        written = writer.rehearse([change()])

    assert (written.revisions, git("for-each-ref", cwd=root), (root / PATH).exists()) == ((), before, False)


def test_a_bare_repository_takes_changes(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--bare", str(root), str(tmp_path / "bare"), cwd=tmp_path)

    write(tmp_path / "bare", change())

    assert git("show", f"main:{PATH}", cwd=tmp_path / "bare") == "a: 1"


def test_a_repository_without_commits_takes_its_first(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)

    write(tmp_path, change())

    assert git("log", "--format=%s", cwd=tmp_path) == "why"


def test_a_linked_worktree_gets_the_change_on_its_own_branch(root: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git("worktree", "add", "--quiet", "-b", "feature", str(linked), cwd=root)

    written = write(linked, change())

    assert (written.branch, (linked / PATH).read_bytes(), (root / PATH).exists()) == ("feature", b"a: 1\n", False)
    assert [git("status", "--porcelain", cwd=folder) for folder in (root, linked)] == ["", ""]


def test_a_registry_can_live_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    inner = tmp_path / "infra" / "deployments"
    inner.mkdir(parents=True)

    written = write(inner, change())

    assert git("ls-files", cwd=tmp_path) == f"infra/deployments/{PATH}"
    assert (written.before, git("status", "--porcelain", cwd=tmp_path)) == ({PATH: None}, "")


def test_a_detached_head_is_refused_with_a_hint(root: Path) -> None:
    git("checkout", "--quiet", "--detach", cwd=root)

    with pytest.raises(RegistryError, match="detached HEAD") as caught:
        write(root, change())

    assert " switch main (or finish the rebase)" in caught.value.hint
    assert git("status", "--porcelain", cwd=root) == ""


def test_inside_a_git_hook_the_right_repository_is_written(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git("init", "--quiet", str(other), cwd=tmp_path)
    hook = {"GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / "index"), "GIT_WORK_TREE": str(other)}

    with Store(root, {**os.environ, **hook}) as store, Writer(store) as writer:
        writer.write([change()], on_wait=pytest.fail)

    assert (git("log", "-1", "--format=%s", cwd=root), list(other.iterdir())) == ("why", [other / ".git"])


def test_without_a_name_nothing_is_written(root: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("")

    with pytest.raises(GitError, match="does not know who you are"):
        write(root, change())

    assert not (root / PATH).exists()


def test_a_folder_that_is_no_repository_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(NotARegistryError) as caught:
        Store(tmp_path, os.environ)

    assert caught.value.hint == f"make it one: registry init {tmp_path}"


@pytest.mark.parametrize("place", ["content", "message"])
def test_the_last_gate_refuses_a_known_secret_and_no_object_holds_it(root: Path, place: str) -> None:
    secret = "correct-horse-" + "battery-staple"
    content, message = (secret.encode(), "why\n") if place == "content" else (b"a: 1\n", f"why {secret}\n")
    leaking = Change(files={PATH: content}, message=message, at=NOON, secrets=frozenset({secret}))

    with pytest.raises(SecretError) as caught:
        write(root, leaking)

    assert (secret.encode() in all_objects(root), secret in str(caught.value)) == (False, False)


def message(**fields: str) -> str:
    document: Document = {
        "configId": "ec3f1a0072d1b3d4",
        "projectName": "qwen",
        "deploymentConfig": "transformers-vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "status": "success",
        **fields,
    }
    return registration_message(Record(document))


TRAILERS = "Config-Id: ec3f1a0072d1b3d4\nStatus: success\nRegistry-Format: 1\n"


def test_notes_are_the_message_and_trailers_follow() -> None:
    assert message(notes="first\nmore\n\nstill more") == f"first\n\nmore\n\nstill more\n\n{TRAILERS}"


def test_without_notes_the_subject_says_what_was_registered() -> None:
    assert message() == f"Register qwen: Qwen/Qwen3-4B on ml.g5.xlarge\n\n{TRAILERS}"


@pytest.mark.parametrize(
    "notes", ["Status: failed", "x\n\nStatus: failed", "x\n\nStatus: failed\n", "x\n---\nStatus: failed", "# x\n\n\n"]
)
def test_notes_cannot_forge_a_trailer(root: Path, notes: str) -> None:
    write(root, change(message=message(notes=notes)))

    assert git("log", "-1", "--format=%(trailers:only,unfold)", cwd=root) == TRAILERS


def test_notes_reach_a_terminal_without_control_characters() -> None:
    assert message(notes="red \x1b[31m \u202e") == f"red \\x1b[31m \\u202e\n\n{TRAILERS}"
