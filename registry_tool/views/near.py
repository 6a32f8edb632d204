"""How the records nearest to a configuration look, and the combinations that a model lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from registry_tool.printable import json_text
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, counted, versioned_json

if TYPE_CHECKING:
    from registry_tool.api.near import Neighbour
    from registry_tool.index.near import Combination, Difference

_SHOWN = 3


def near_table(neighbours: Sequence[Neighbour], *, room: int = 0) -> str:
    """A row for each record: its distance, and what it has otherwise. With `room`, fitted to a terminal."""
    if not neighbours:
        return ""
    heading = ["POINTS", "CONFIG ID", "PROJECT", "MODEL", "INSTANCE", "REGION", "DIFFERS IN"]
    rows = [
        [
            str(one.points),
            *(
                one.summary[name] or "-"
                for name in ("configId", "projectName", "modelName", "instanceType", "awsRegion")
            ),
            _differs(one.differences),
        ]
        for one in neighbours
    ]
    if any(one.test for one in neighbours):
        heading.insert(2, "TEST")
        for row, one in zip(rows, neighbours, strict=True):
            row.insert(2, one.test or "-")
    how = Fit(room=room, kept=("POINTS", "CONFIG ID", "DIFFERS IN"), shortened=("PROJECT", "MODEL", "DIFFERS IN"))
    return columns([heading, *rows], fit=how if room else None)


def near_json(neighbours: Sequence[Neighbour]) -> str:
    """One object: the version of the format, and the records, the nearest first."""
    return versioned_json({"records": [_as_object(one) for one in neighbours]})


def near_jsonl(neighbours: Sequence[Neighbour]) -> str:
    """One object a line."""
    return "".join(json_text(_as_object(one)) + "\n" for one in neighbours)


NEAR_FORMATS: Mapping[str, Callable[[Sequence[Neighbour]], str]] = {
    "table": near_table,
    "json": near_json,
    "jsonl": near_jsonl,
}
"""Each format that the nearest records can be written in."""


def missing_table(combinations: Sequence[Combination], *, room: int = 0) -> str:
    """A row for each combination, with how many records of other models have it and one of them."""
    if not combinations:
        return ""
    rows = [(one.backend or "-", one.family or "-", one.region, str(one.records), one.example) for one in combinations]
    how = Fit(room=room, kept=("ENGINE", "FAMILY", "REGION", "SUCH AS"))
    return columns([("ENGINE", "FAMILY", "REGION", "RECORDS", "SUCH AS"), *rows], fit=how if room else None)


def missing_json(combinations: Sequence[Combination]) -> str:
    """One object: the version of the format, and the combinations."""
    return versioned_json({"combinations": [one._asdict() for one in combinations]})


def missing_jsonl(combinations: Sequence[Combination]) -> str:
    """One object a line."""
    return "".join(json_text(one._asdict()) + "\n" for one in combinations)


MISSING_FORMATS: Mapping[str, Callable[[Sequence[Combination]], str]] = {
    "table": missing_table,
    "json": missing_json,
    "jsonl": missing_jsonl,
}
"""Each format that missing combinations can be written in."""


def _differs(found: Sequence[Difference]) -> str:
    shown = [f"{one.path} {one.there or 'none'}" for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(f"{counted(len(found) - _SHOWN, 'more field')}")
    return ", ".join(shown) or "nothing"


def _as_object(one: Neighbour) -> dict[str, object]:
    return {
        **one.summary.values(),
        "points": one.points,
        "testStatus": one.test,
        "differences": [{"path": each.path, "wanted": each.wanted, "there": each.there} for each in one.differences],
    }
