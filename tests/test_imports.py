"""What a command may load: imports are most of its start-up time, which is counted in milliseconds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import TIME_LIMIT, run_registry

EXAMPLE = Path(__file__).parents[1] / "examples" / "example-transformers-vllm"

HEAVY = frozenset({"botocore", "git", "jsonschema", "pydantic", "rich", "sqlite3", "yaml"})


def test_the_probe_sees_an_import_made_late(tmp_path: Path) -> None:
    assert heavy_modules("-c", "def late(): import sqlite3\nlate()", cwd=tmp_path) == {"sqlite3"}


def test_the_version_loads_nothing_heavy(tmp_path: Path) -> None:
    assert heavy_modules("-m", "registry_tool", "--version", cwd=tmp_path) == set()


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert heavy_modules("-m", "registry_tool", "--help", cwd=tmp_path) == set()


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["register", "--project-dir", "project"], set()),
        (["register", "--project-dir", "project", "--json", "--notes", "again"], set()),
        (["list"], {"sqlite3"}),
        (["list", "--format", "json"], {"sqlite3"}),
        (["show", "example-transformers-vllm"], {"sqlite3"}),
        (["log"], {"sqlite3"}),
        (["validate"], set()),
        (["table", "template"], set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_hot_command_loads_no_more_than_it_needs(tmp_path: Path, arguments: list[str], loaded: set[str]) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    registered = ["register", "--project-dir", "project", "--registry", "registry"]
    run_registry(*registered, cwd=tmp_path)
    run_registry("list", "--registry", "registry", cwd=tmp_path)

    assert heavy_modules("-m", "registry_tool", "--registry", "registry", *arguments, cwd=tmp_path) == loaded


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
