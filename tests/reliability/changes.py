"""Writing to a registry as the commands do, without a project to capture."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from registry_tool.record.layout import record_path as path_of
from registry_tool.store.create import create
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def registry_in(root: Path) -> Path:
    """A new registry."""
    create(root, os.environ, at=NOON, on_wait=print)
    return root


def record_path(number: int) -> str:
    """The path of a record, a different one for each number."""
    return path_of(f"{number * 0x0101:016x}"[::-1])


def write(root: Path, path: str, content: bytes | None, *, at: datetime = NOON) -> str:
    """Commit one file; the new revision."""
    change = Change(files={path: content}, message=f"write {path}\n", at=at)
    with Store(root, os.environ) as store, Writer(store) as writer:
        return writer.write([change], on_wait=print).revisions[0]


def write_record(root: Path, number: int) -> str:
    """Commit something at a record's path; the path."""
    write(root, record_path(number), b"number: %d\n" % number)
    return record_path(number)
