"""After the commit, no failure hides it: standard error says that the registration is in, and as which revision."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import TIME_LIMIT, git
from tests.reliability.changes import registry_in

EXAMPLE = Path(__file__).parents[2] / "examples/example-transformers-vllm"
REGISTER = f"{sys.executable} -m registry_tool register --project-dir {EXAMPLE}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return registry_in(tmp_path / "registry")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("{register} >&-", "Bad file descriptor"),
        ("{register} >/dev/full", "No space left on device"),
        ("{register} | true; exit ${{PIPESTATUS[0]}}", "Broken pipe"),
    ],
)
def test_a_registration_that_cannot_be_printed_is_in_and_says_so(root: Path, how: str, reason: str) -> None:
    done = run(how, root)

    revision = git("rev-parse", "--short=12", "HEAD", cwd=root)
    assert git("show", "--format=", "--name-only", "HEAD", cwd=root).endswith("ec3f1a0072d1b3d4.yaml")
    assert (done.returncode, done.stderr) == (
        1,
        (
            f"error: registered as {revision}, but that could not be printed: {reason}\n"
            "hint: it is in: registry show ec3f1a0072d1b3d4\n"
        ),
    )


@pytest.mark.parametrize("how", ["{register} 2>&-", "{register} 2>/dev/full", "{register} <&-"])
def test_a_registration_that_is_printed_has_succeeded_without_standard_error(root: Path, how: str) -> None:
    done = run(how, root)

    revision = git("rev-parse", "--short=12", "HEAD", cwd=root)
    assert (done.returncode, f" in {revision} on main\n" in done.stdout) == (0, True)


def test_a_push_that_fails_does_not_hide_the_registration(root: Path) -> None:
    git("remote", "add", "origin", str(root / "nowhere"), cwd=root)

    done = run("{register} --push", root)

    revision = git("rev-parse", "--short=12", "HEAD", cwd=root)
    assert (done.returncode, f" in {revision} on main\n" in done.stdout) == (1, True)
    assert done.stderr.splitlines()[-2].startswith("error: cannot push to origin/main: ")
    assert done.stderr.splitlines()[-1].startswith("hint: what is committed here stays")


def test_two_failures_after_the_commit_are_both_said(root: Path) -> None:
    done = run("{register} --push >/dev/full", root)

    revision = git("rev-parse", "--short=12", "HEAD", cwd=root)
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            "error: the registry has no remote origin, so main is shared with nobody",
            f"error: registered as {revision}, but that could not be printed: No space left on device",
            "hint: it is in: registry show ec3f1a0072d1b3d4",
        ],
    )


@pytest.mark.parametrize(("command", "code"), [("list --at nowhere", 2), ("validate broken.yaml", 1)])
def test_an_error_keeps_its_exit_code_where_the_output_is_full(root: Path, command: str, code: int) -> None:
    (root / "broken.yaml").write_text("[\n")

    done = run(f"{sys.executable} -m registry_tool {command} >/dev/full", root)

    assert (done.returncode, "Exception ignored" in done.stderr) == (code, False)


@pytest.mark.parametrize(
    ("error", "code"),
    [("RegistryError('no such thing')", 1), ("UsageError('not like this')", 2), ("KeyboardInterrupt", 130)],
)
def test_an_error_after_data_that_cannot_be_written_keeps_its_exit_code(tmp_path: Path, error: str, code: int) -> None:
    (tmp_path / "half.py").write_text(
        "from registry_tool.cli import app, setup\n"
        "from registry_tool.errors import RegistryError, UsageError\n"
        f"def half():\n    print('half of it')\n    raise {error}\n"
        "setup.COMMANDS['which'] = half\n"
        "app.run()\n"
    )

    done = run(f"{sys.executable} half.py which >/dev/full", tmp_path)

    assert (done.returncode, "Exception ignored" in done.stderr) == (code, False)
    assert "No space left on device" in done.stderr


def run(how: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", how.format(register=REGISTER)],
        cwd=root,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )
