"""Help: every command's summary is whole in a narrow terminal, and says what it does in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry_tool.cli.app import GROUPS
from tests.programs import run_registry

NAMES = [name for group in GROUPS.values() for name in group]


def test_every_summary_is_whole_at_80_columns(tmp_path: Path) -> None:
    shown = run_registry("--help", cwd=tmp_path, env={"COLUMNS": "80"}).stdout
    summaries = dict(re.findall(r"(?m)^  ([a-z-]+)  +(\S.*)$", shown[shown.index("\nRecord:") :]))

    assert list(summaries) == NAMES
    assert {name: text for name, text in summaries.items() if not text.endswith(".") or text.endswith("...")} == {}
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_an_example(tmp_path: Path, name: str) -> None:
    shown = run_registry(name, "--help", cwd=tmp_path).stdout

    assert f"Example: registry {name} " in shown or f"Example: registry {name}\n" in shown or "COMMAND [ARGS]" in shown
