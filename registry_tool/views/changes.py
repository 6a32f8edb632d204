"""How the differences between two revisions look, a record at a time: memory does not grow with their number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from registry_tool.printable import json_text, one_line
from registry_tool.record.canonical import public_document
from registry_tool.record.diff import FieldChange, Scalar
from registry_tool.record.identity import text_of
from registry_tool.trail.changes import RecordChange
from registry_tool.views.columns import columns

FORMAT_VERSION = 1
"""The version that JSON output carries; it changes when a reader of the old one would break."""

_WIDTH = 60
_BEFORE_THE_DIFFERENCE = 15
_ABSENT = "-"


def table(changes: Iterable[RecordChange]) -> Iterator[str]:
    """A line for each record, and under it a table of the fields that changed; long values from where they differ."""
    for change in changes:
        yield f"{change.kind} {change.config_id} {one_line(_project(change))}\n{field_table(change.fields)}"


def as_json(changes: Iterable[RecordChange]) -> Iterator[str]:
    """One object: the version of the format, and the changes as in the feed."""
    yield f'{{"version": {FORMAT_VERSION}, "changes": ['
    separator = "\n"
    for change in changes:
        yield separator + json_text(_feed(change))
        separator = ",\n"
    yield "\n]}\n"


def as_jsonl(changes: Iterable[RecordChange]) -> Iterator[str]:
    """The change feed: an object a line, with the whole record as it is afterwards, null for a removed one."""
    for change in changes:
        yield json_text(_feed(change)) + "\n"


def as_markdown(changes: Iterable[RecordChange]) -> Iterator[str]:
    """One table; nothing in a cell is a link, a mention or HTML to whoever renders it."""
    heading = "| Change | Record | Project | Field | Before | After |\n|---|---|---|---|---|---|\n"
    for change in changes:
        record = (change.kind, inert(change.config_id), inert(_project(change)))
        for field in change.fields or (FieldChange("", None, None),):
            cells = (*record, inert(field.path), inert(text_of(field.before)), inert(text_of(field.after)))
            yield heading + "| " + " | ".join(cells) + " |\n"
            heading = ""


FORMATS: Mapping[str, Callable[[Iterable[RecordChange]], Iterator[str]]] = {
    "table": table,
    "json": as_json,
    "jsonl": as_jsonl,
    "markdown": as_markdown,
}
"""Each format that differences can be written in, piece by piece."""


def field_table(fields: Sequence[FieldChange]) -> str:
    """The fields that changed, one a line under a heading; nothing for none."""
    rows = [(one_line(field.path), *cut(field.before, field.after)) for field in fields]
    return columns([("FIELD", "BEFORE", "AFTER"), *rows], indent="  ") if rows else ""


def inert(text: str) -> str:
    """`text` as a cell of a Markdown table that means nothing but itself: code, in which nothing is interpreted.

    >>> inert("@ada <b>|`x`")
    '`@ada <b>`&#124;`` `x` ``'
    """
    # Not even code may hold a bar: rows are split into cells first, and readers disagree about a backslash before it.
    return "&#124;".join(_code(piece) for piece in one_line(text).split("|"))


def cut(*values: Scalar, width: int = _WIDTH) -> tuple[str, ...]:
    """Values of one field, each on a line; where one is long, all from a little before they differ."""
    lines = [one_line(text_of(value)) or _ABSENT for value in values]
    if max(map(len, lines)) <= width:
        return tuple(lines)
    there = {line for line, value in zip(lines, values, strict=True) if value is not None}
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*there, strict=False))
    same = sum(1 for _ in alike) if len(there) > 1 else 0
    start = max(0, same - _BEFORE_THE_DIFFERENCE)
    return tuple(_window(line, start, start + width) for line in lines)


def _project(change: RecordChange) -> str:
    return str((change.after or change.before or {}).get("projectName", ""))


def _window(text: str, start: int, end: int) -> str:
    if len(text) <= start:
        return text[start - end :]
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")


def _feed(change: RecordChange) -> dict[str, object]:
    return {
        "change": change.kind,
        "configId": change.config_id,
        "fields": [{"path": field.path, "before": field.before, "after": field.after} for field in change.fields],
        "record": public_document(change.after) if change.after is not None else None,
    }


def _code(text: str) -> str:
    if not text:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"
