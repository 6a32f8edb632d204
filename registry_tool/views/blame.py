"""How the origins of a record's fields look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from registry_tool.printable import json_text, one_line
from registry_tool.record.identity import text_of
from registry_tool.trail.blame import Origin
from registry_tool.views.columns import columns

FORMAT_VERSION = 1
"""The version that JSON output carries; it changes when a reader of the old one would break."""

_WIDTH = 40


def as_text(origins: Sequence[Origin]) -> str:
    """A row for each field: since when it has had this value, by whom and why."""
    return columns([("FIELD", "VALUE", "COMMIT", "DAY", "BY", "NOTES"), *map(_row, origins)])


def as_json(origins: Sequence[Origin]) -> str:
    """One object: the version of the format, and the fields."""
    fields = [
        {
            "path": origin.path,
            "value": origin.value,
            "revision": origin.entry.revision,
            "at": origin.entry.at,
            "author": origin.entry.author,
            "email": origin.entry.email,
            "notes": origin.entry.notes.partition("\n")[0],
        }
        for origin in origins
    ]
    return json_text({"version": FORMAT_VERSION, "fields": fields}, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Origin]], str]] = {"text": as_text, "json": as_json}
"""Each format that origins can be written in."""


def _row(origin: Origin) -> tuple[str, ...]:
    entry = origin.entry
    value = one_line(text_of(origin.value))
    short = value if len(value) <= _WIDTH else value[: _WIDTH - 3] + "..."
    return origin.path, short, entry.revision[:12], entry.at[:10], entry.author, entry.notes.partition("\n")[0]
