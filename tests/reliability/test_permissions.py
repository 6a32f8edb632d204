"""A registry that cannot be written can be read, and a registration into it is refused in words, with nothing done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import IN_FILES, IN_TABLES, git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"

# Root may write anywhere; without these two capabilities, permissions hold for it as for anybody.
BOUND = """
import ctypes, os, sys
if os.geteuid() == 0:
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if ctypes.CDLL(None, use_errno=True).prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit("cannot give up a capability")
os.execv(sys.executable, [sys.executable, "-m", "registry_tool", *sys.argv[1:]])
"""


def run_bound(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`registry ARGUMENTS` as one whom permissions bind."""
    return subprocess.run(
        [sys.executable, "-c", BOUND, *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


def register(root: Path, example: str) -> subprocess.CompletedProcess[str]:
    return run_bound("register", "--registry", str(root), "--project-dir", str(EXAMPLES / example), cwd=root.parent)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A registry with one record; whatever permissions a test takes away come back."""
    folder = tmp_path / "registry"
    assert run_registry("init", str(folder), cwd=tmp_path).returncode == 0
    assert register(folder, "example-http-flask").returncode == 0
    yield folder
    for place, _, _ in os.walk(folder):
        Path(place).chmod(0o755)


def forbid(*folders: Path) -> None:
    for folder in folders:
        for place, _, _ in os.walk(folder, topdown=False):
            Path(place).chmod(0o555)


def test_a_read_only_registry_is_read(root: Path) -> None:
    shutil.rmtree(root / ".git/registry-tool")
    forbid(root)

    done = {name: run_bound(name, cwd=root) for name in ("list", "log", "validate", "doctor")}

    assert {name: run.returncode for name, run in done.items()} == dict.fromkeys(done, 0)
    assert "example-http-flask" in done["list"].stdout


def test_a_read_only_registry_takes_no_registration(root: Path) -> None:
    forbid(root)

    done = register(root, "example-triton-fil")

    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
    assert git("rev-list", "--count", "HEAD", cwd=root) == "2"


@pytest.mark.parametrize(
    "folder", ["objects", pytest.param("refs/heads", marks=IN_FILES), pytest.param("reftable", marks=IN_TABLES)]
)
def test_a_git_directory_that_is_partly_forbidden_takes_no_registration(root: Path, folder: str) -> None:
    forbid(root / ".git" / folder)

    done = register(root, "example-triton-fil")

    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
    assert git("status", "--porcelain", cwd=root) == ""
    assert not (root / ".git/index.lock").exists()


def test_a_checked_out_folder_that_is_forbidden_is_said_and_filled_by_the_next_registration(root: Path) -> None:
    forbid(root / "registry-data/records")

    done = register(root, "example-triton-fil")
    (root / "registry-data/records").chmod(0o755)
    after = register(root, "example-transformers-vllm")

    assert (done.returncode, after.returncode) == (1, 0)
    assert re.fullmatch(
        "error: committed as [0-9a-f]{12}, but a checked-out file could not be written: "
        "registry-data/records/(..)/\\1[0-9a-f]{14}\\.yaml: Permission denied\n"
        "hint: make room or give permission: the next registration writes it, or: git restore\n",
        done.stderr,
    )
    assert not (root / ".git/index.lock").exists()
    assert git("rev-list", "--count", "HEAD", cwd=root) == "4"
    assert git("status", "--porcelain", cwd=root) == ""
