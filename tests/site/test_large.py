"""A site of many records stays small: few files, and few bytes for each record."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.fleet import build

RECORDS = 20_000
MINUTES = 15


@pytest.mark.long
def test_a_large_site_is_few_files_and_few_bytes(tmp_path: Path) -> None:
    build(tmp_path / "registry", RECORDS, is_checked_out=False)
    command = [sys.executable, "-m", "registry_tool", "--registry", "registry", "site", "site"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=MINUTES * 60)

    sizes = [file.stat().st_size for file in (tmp_path / "site").rglob("*") if file.is_file()]
    assert len(sizes) <= 300
    assert sum(sizes) <= 500 * RECORDS
