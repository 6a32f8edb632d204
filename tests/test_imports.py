"""What a command may load: imports are most of its start-up time, which is counted in milliseconds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.programs import TIME_LIMIT

HEAVY = frozenset({"botocore", "git", "jsonschema", "pydantic", "rich", "sqlite3", "yaml"})


def test_the_probe_sees_an_import_made_late(tmp_path: Path) -> None:
    assert heavy_modules("-c", "def late(): import sqlite3\nlate()", cwd=tmp_path) == {"sqlite3"}


def test_the_version_loads_nothing_heavy(tmp_path: Path) -> None:
    assert heavy_modules("-m", "registry_tool", "--version", cwd=tmp_path) == set()


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert heavy_modules("-m", "registry_tool", "--help", cwd=tmp_path) == set()


def heavy_modules(*arguments: str, cwd: Path) -> set[str]:
    """The heavy top-level modules that `python ARGUMENTS` loads until it ends; fails the test unless it succeeds."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 0, done.stderr
    return set(HEAVY).intersection(re.findall(r"(?m)^import time: .*\| +(\w+)", done.stderr))
