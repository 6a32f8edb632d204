"""A registry to move into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import run_registry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry without records."""
    folder = tmp_path / "registry"
    assert run_registry("init", str(folder), cwd=tmp_path).returncode == 0
    return folder
