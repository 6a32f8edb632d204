"""How records that nobody has looked after look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from registry_tool.printable import json_text
from registry_tool.record.image import image_parts
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, counted, versioned_json

if TYPE_CHECKING:
    from registry_tool.index.stale import Stale


def table(found: Sequence[Stale], *, room: int = 0) -> str:
    """A row for each record, with every reason. With `room`, fitted to a terminal."""
    if not found:
        return ""
    rows = [
        (
            one.summary["configId"],
            one.summary["projectName"],
            one.summary["registeredAt"][:10],
            "; ".join(_reasons(one)),
        )
        for one in found
    ]
    how = Fit(room=room, kept=("CONFIG ID", "WHY"), shortened=("PROJECT", "WHY"))
    return columns([("CONFIG ID", "PROJECT", "REGISTERED", "WHY"), *rows], fit=how if room else None)


def as_json(found: Sequence[Stale]) -> str:
    """One object: the version of the format, and the records, the oldest first."""
    return versioned_json({"records": list(map(_as_object, found))})


def as_jsonl(found: Sequence[Stale]) -> str:
    """One object a line."""
    return "".join(json_text(_as_object(one)) + "\n" for one in found)


FORMATS: Mapping[str, Callable[[Sequence[Stale]], str]] = {"table": table, "json": as_json, "jsonl": as_jsonl}
"""Each format that stale records can be written in."""


def _reasons(one: Stale) -> Iterator[str]:
    if one.days is not None:
        yield f"not registered again for {counted(one.days, 'day')}" if one.days else "not registered again"
    if one.newer:
        parts = image_parts(one.summary["baseImage"])
        verb = "runs" if one.newer == 1 else "run"
        yield f"{parts['name']} {parts['tag']}: {counted(one.newer, 'record')} {verb} newer ones, up to {one.newest}"
    if one.test:
        yield one.test


def _as_object(one: Stale) -> dict[str, object]:
    return {
        **one.summary.values(),
        "daysSinceRegistered": one.days,
        "newestVersion": one.newest,
        "recordsWithNewer": one.newer,
        "test": one.test,
    }
