"""Real repositories to write into."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from registry_tool.git.repository import Repository, open_repository
from tests.programs import git

if TYPE_CHECKING:
    from pathlib import Path


def opened(root: Path) -> Repository:
    """The repository in `root`, as the tool opens it."""
    repository = open_repository(root, os.environ)
    assert repository is not None
    repository.private.mkdir(exist_ok=True)
    return repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one commit, which holds `kept.txt` and `records/a.yaml`."""
    root = tmp_path / "repository"
    (root / "records").mkdir(parents=True)
    (root / "kept.txt").write_text("kept\n")
    (root / "records/a.yaml").write_text("a: 1\n")
    git("init", "--quiet", cwd=root)
    git("add", ".", cwd=root)
    git("commit", "--quiet", "--message", "first", cwd=root)
    return opened(root)
