"""How a list of records looks, in each of its formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from registry_tool.index.query import Summary
from registry_tool.index.rows import SUMMARY
from registry_tool.printable import json_text
from registry_tool.record.fields import FIELDS
from registry_tool.views.forms import columns, versioned_json

TABLE: Mapping[str, str] = {field.heading: field.name for field in FIELDS if field.heading}
"""The columns of the table, and the field in each."""
_JOINED = {
    "TEST STATUS": "testStatus",
    "LAST TEST": "lastTestTimestamp",
    "TEST FLAGS": "testFlags",
    "LIVE": "liveMatch",
    "LAST LOOK": "liveAge",
    "REPLACED": "replacedProject",
    "ON": "replacedAt",
}
"""The columns of what was asked for beside the records' own fields."""


def table_of(fields: Sequence[str]) -> Mapping[str, str]:
    """The columns of the table for summaries with `fields`: `TABLE`, and what was asked for besides."""
    return {**TABLE, **{heading: field for heading, field in _JOINED.items() if field in fields}}


def table(summaries: Sequence[Summary]) -> str:
    """Plain columns under a heading; nothing at all for no records."""
    if not summaries:
        return ""
    fields = summaries[0].fields
    shown_columns = table_of(fields)
    shown = itemgetter(*(fields.index(field) for field in shown_columns.values()))
    rows = map(shown, (summary.cells for summary in summaries))
    return columns([tuple(shown_columns), *(row if all(row) else [cell or "-" for cell in row] for row in rows)])


def as_json(summaries: Sequence[Summary]) -> str:
    """One object: the version of the format, and the records."""
    records = [summary.values() for summary in summaries]
    return versioned_json({"records": records})


def as_jsonl(summaries: Sequence[Summary]) -> str:
    """One object a line."""
    return "".join(json_text(summary.values()) + "\n" for summary in summaries)


def as_yaml(summaries: Sequence[Summary]) -> str:
    """A YAML list of mappings, every value quoted."""
    from registry_tool.record.canonical import quote

    return (
        "".join(
            "".join(
                f"{'- ' if name == 'configId' else '  '}{name}: {quote(value)}\n"
                for name, value in summary.values().items()
            )
            for summary in summaries
        )
        or "[]\n"
    )


def as_csv(summaries: Sequence[Summary]) -> str:
    """A header and a row each."""
    from registry_tool.printable import to_csv

    return to_csv([summaries[0].fields if summaries else SUMMARY, *(summary.cells for summary in summaries)])


FORMATS: Mapping[str, Callable[[Sequence[Summary]], str]] = {
    "table": table,
    "json": as_json,
    "jsonl": as_jsonl,
    "yaml": as_yaml,
    "csv": as_csv,
}
"""Each format that a list can be written in."""
