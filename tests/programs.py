"""How tests run real programs: git, and the `registry` command as it is installed.

Both inherit the environment that `conftest.py` pins.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

TIME_LIMIT = 60
"""Seconds after which a program counts as hanging and the test fails."""


IN_FILES = pytest.mark.skipif(
    os.environ.get("GIT_DEFAULT_REF_FORMAT") == "reftable", reason="refs are in tables here, each in no file of its own"
)
"""Of a test that looks at the file of a branch, or at its lock."""
IN_TABLES = pytest.mark.skipif(
    os.environ.get("GIT_DEFAULT_REF_FORMAT") != "reftable", reason="make test-reftable runs it"
)
"""Of a test of a repository whose refs are in tables."""


def git(*arguments: str, cwd: Path) -> str:
    """What `git ARGUMENTS` prints, without its final newline; fails the test unless git succeeds."""
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TIME_LIMIT
    )
    assert done.returncode == 0, f"git {arguments[0]}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode().removesuffix("\n")


def unpack(root: Path) -> None:
    """Make every object of the repository in `root` a file of its own, so that a test can take one away."""
    for pack in sorted((root / ".git/objects/pack").glob("*.pack")):
        data = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        subprocess.run(["git", "unpack-objects", "-q"], cwd=root, input=data, check=True, timeout=TIME_LIMIT)


def lose(root: Path, oid: str) -> None:
    """Take an object away from the repository in `root`."""
    unpack(root)
    (root / ".git/objects" / oid[:2] / oid[2:]).unlink()


def all_objects(cwd: Path) -> bytes:
    """The content of every object of a repository, reachable or not."""
    return subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=TIME_LIMIT,
    ).stdout


def run_registry(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """`registry ARGUMENTS` run as a process of its own; `env` is added to the pinned environment."""
    return subprocess.run(
        [sys.executable, "-m", "registry_tool", *arguments],
        cwd=cwd,
        env=os.environ | (env or {}),
        input=stdin,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )


def run_here(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """As `run_registry`, but in this process, for what is run by the thousand: the exit code, and what it printed."""
    from registry_tool.cli.app import run

    printed = StringIO()
    before, words = dict(os.environ), sys.argv
    os.environ.update(env or {})
    sys.argv = ["registry", *arguments]
    try:
        with chdir(cwd), redirect_stdout(printed), redirect_stderr(printed):
            run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None), printed.getvalue()
    finally:
        sys.argv = words
        os.environ.clear()
        os.environ.update(before)
    raise AssertionError("a command always exits")
