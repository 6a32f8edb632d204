"""A git repository that is not a registry is refused by every command that would read one."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.cli.app import GROUPS
from tests.programs import git, run_here

ID = "ec3f1a0072d1b3d4"
READERS = {
    "remove": [ID],
    "restore": [ID],
    "undo": [ID],
    "near": [ID],
    "stale": [],
    "import": ["file.json"],
    "replay": [ID],
    "list": [],
    "show": [ID],
    "search": ["word"],
    "log": [],
    "diff": [ID],
    "blame": [ID],
    "compare": [ID, ID[::-1]],
    "export": [],
    "fmt": [],
    "scan": [],
    "sync": ["status"],
    "ci": ["report"],
    "push": [],
    "status": [],
    "doctor": [],
    "maintain": [],
    "live": ["status"],
    "site": ["out"],
    "resolve": [],
}
# Those that make a registry or bring one in, need none, or report the missing marker as a problem of what they check.
OTHERS = {
    "register", "pull", "which", "init", "install", "table", "comment", "validate", "review", "schema", "merge-driver",
    "completion",
}  # fmt: skip


def test_every_command_is_tried_or_excused() -> None:
    assert READERS.keys() | OTHERS == {name for group in GROUPS.values() for name in group}


@pytest.mark.parametrize("command", READERS)
def test_a_reader_refuses_it(tmp_path: Path, command: str) -> None:
    git("init", "--quiet", cwd=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message", "x", cwd=tmp_path)
    (tmp_path / "file.json").write_text("[]", encoding="utf-8")

    code, said = run_here("--registry", ".", command, *READERS[command], cwd=tmp_path)

    refusal = f"error: {tmp_path} is not a registry: it has no registry-data/registry.yaml\n"
    assert (code, said) == (1, f"{refusal}hint: make it one: registry init {tmp_path}\n")


def test_a_registry_that_has_not_been_committed_yet_is_one(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / "registry-data").mkdir()
    (tmp_path / "registry-data" / "registry.yaml").write_text("registryFormat: 1\n", encoding="utf-8")

    assert run_here("--registry", ".", "list", cwd=tmp_path) == (0, "no records\n")
