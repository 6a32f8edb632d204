"""Repositories whose refs are in tables (git 2.45, `--ref-format=reftable`), where that matters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.programs import IN_TABLES, git, run_registry
from tests.reliability.changes import registry_in

pytestmark = IN_TABLES
EXAMPLES = Path(__file__).parents[2] / "examples"


def register(root: Path, example: str) -> subprocess.CompletedProcess[str]:
    return run_registry("register", "--registry", str(root), "--project-dir", str(EXAMPLES / example), cwd=root.parent)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return registry_in(tmp_path / "registry")


@pytest.fixture
def lock(root: Path) -> Path:
    """The one lock on all refs."""
    assert git("rev-parse", "--show-ref-format", cwd=root) == "reftable"
    return root / ".git/reftable/tables.list.lock"


def test_a_lock_that_stays_is_named_and_left_to_whoever_holds_it(root: Path, lock: Path) -> None:
    lock.touch()

    refused = register(root, "example-triton-fil")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"another git process holds {lock}\n" in refused.stderr
    assert f"rm {lock}\n" in refused.stderr
    assert lock.exists()
    assert git("status", "--porcelain", cwd=root) == ""
    lock.unlink()
    assert register(root, "example-triton-fil").returncode == 0


def test_a_git_that_is_in_a_hook_is_waited_for_or_named(root: Path, lock: Path) -> None:
    hook = root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && sleep 3\nexit 0\n')
    hook.chmod(0o755)
    user = subprocess.Popen(["git", "commit", "--quiet", "--allow-empty", "--message", "theirs"], cwd=root)
    while not lock.exists():
        assert user.poll() is None

    done = register(root, "example-triton-fil")

    assert (user.wait(timeout=60), "theirs" in git("log", "--format=%s", cwd=root)) == (0, True)
    assert done.returncode == 0 or "another git process holds" in done.stderr


def test_a_registration_goes_to_the_branch_that_is_checked_out_then(root: Path) -> None:
    git("switch", "--quiet", "--create", "other", cwd=root)
    first = register(root, "example-triton-fil")
    git("switch", "--quiet", "main", cwd=root)
    second = register(root, "example-http-flask")

    assert (" on other\n" in first.stdout, " on main\n" in second.stdout) == (True, True)
    assert git("rev-list", "--count", "main..other", cwd=root) == git("rev-list", "--count", "other..main", cwd=root)


def test_a_worktree_has_a_head_of_its_own(root: Path) -> None:
    git("worktree", "add", "--quiet", "-b", "beside", "../beside", cwd=root)

    done = register(root.parent / "beside", "example-triton-fil")

    assert (done.returncode, " on beside\n" in done.stdout) == (0, True)
    assert git("status", "--porcelain", cwd=root.parent / "beside") == ""
