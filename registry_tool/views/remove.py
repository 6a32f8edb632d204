"""How removals look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.views.forms import columns, counted, left_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry_tool.api.remove import Candidate, Removed

_LISTED = 20
_SHOWN = ("configId", "projectName", "modelName", "instanceType", "awsRegion", "status")


def as_text(done: Removed) -> str:
    """Which records were removed, each with its commit, and in which registry; for a dry run, what would be."""
    verb = "removed" if done.written.revisions else "would have removed"
    lines = []
    revisions = done.written.revisions or [""] * len(done.records)
    for record, revision in zip(done.records, revisions, strict=True):
        committed = f" in {revision[:12]} on {one_line(done.written.branch)}" if revision else ""
        lines.append(f"{verb} {record.config_id} {one_line(record.text('projectName'))}{committed}\n")
    if len(done.records) > 1:
        lines.append(f"{verb} {counted(len(done.records), 'record')}\n")
    return "".join(lines) + f"  in {one_line(done.place)}\n"


def question(candidates: Sequence[Candidate]) -> str:
    """The records that are about to be removed, and what has to be typed for it."""
    rows = [[one.record.text(name) or "-" for name in _SHOWN] for one in candidates[:_LISTED]]
    more = f"  and {counted(len(candidates) - _LISTED, 'more record')}\n" if len(candidates) > _LISTED else ""
    number = len(candidates)
    return f"{columns(rows, indent='  ')}{more}type {number} to remove {'it' if number == 1 else 'them'}"


def remarks(done: Removed) -> Iterator[str]:
    """What the user should know besides, one line each."""
    for path in done.written.left_alone:
        yield left_alone(path, is_gone=True)
