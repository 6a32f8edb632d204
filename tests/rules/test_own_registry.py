"""The registry in this repository's own `registry-data` is checked by the tool that it holds."""

from __future__ import annotations

from pathlib import Path

from tests.programs import run_registry

ROOT = Path(__file__).parents[2]


def test_our_own_records_are_valid() -> None:
    done = run_registry("validate", "--registry", str(ROOT), cwd=ROOT)

    assert (done.returncode, done.stdout) == (0, "")


def test_our_own_records_are_in_canonical_form() -> None:
    done = run_registry("fmt", "--check", "--registry", str(ROOT), cwd=ROOT)

    assert (done.returncode, done.stdout) == (0, "")


def test_every_version_of_our_own_records_is_read() -> None:
    done = run_registry("validate", "--all-history", "--registry", str(ROOT), cwd=ROOT)

    assert (done.returncode, done.stdout) == (0, "")
