"""How a comparison looks: a matrix with fields as rows and records as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from registry_tool.printable import to_csv
from registry_tool.record.identity import text_of
from registry_tool.trail.compare import Column, Comparison, Line
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, inert, versioned_json
from registry_tool.views.record import cut

_WIDTH = 40
_ODD = "*"


def table(comparison: Comparison, *, room: int = 0) -> str:
    """Plain columns; the odd one out has a star, and long values are shown from where they differ.

    With `room`, it is fitted to so many columns of a terminal: records from the right give way.
    """
    headings = [_heading(column) for column in comparison.columns]
    rows = [
        (line.path, *(f"{_ODD} {cell}" if place == line.odd else cell for place, cell in enumerate(_cells(line))))
        for line in comparison.lines
    ]
    how = Fit(room=room, kept=["FIELD"], shortened=headings, elsewhere="--format csv") if room else None
    return columns([("FIELD", *headings), *rows], fit=how)


def as_markdown(comparison: Comparison) -> str:
    """A table in which nothing of the data is a link, a mention or HTML; the odd one out is bold."""
    heading = " | ".join(["Field", *(inert(_heading(column)) for column in comparison.columns)])
    lines = [f"| {heading} |\n|{'---|' * (len(comparison.columns) + 1)}\n"]
    lines += [f"| {' | '.join([inert(line.path), *_markdown_cells(line)])} |\n" for line in comparison.lines]
    return "".join(lines)


def as_csv(comparison: Comparison) -> str:
    """A row for each field, values whole; the last column names the odd one out."""
    headings = [_heading(column) for column in comparison.columns]
    rows = [
        [line.path, *map(text_of, line.values), headings[line.odd] if line.odd is not None else ""]
        for line in comparison.lines
    ]
    return to_csv([["field", *headings, "odd"], *rows])


def as_json(comparison: Comparison) -> str:
    """One object: the version of the format, the columns, and for each field its values in their order.

    `odd` is the place among them of the odd one out, or null.
    """
    document = {
        "columns": [
            {
                "configId": column.config_id,
                "projectName": column.document.get("projectName", ""),
                "label": column.label,
                "at": column.at or None,
            }
            for column in comparison.columns
        ],
        "fields": [
            {"path": line.path, "values": line.values, "same": line.is_same, "odd": line.odd}
            for line in comparison.lines
        ],
    }
    return versioned_json(document)


FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "table": table,
    "markdown": as_markdown,
    "csv": as_csv,
    "json": as_json,
}
"""Each format that a comparison can be written in."""


def _heading(column: Column) -> str:
    return f"{column.label} at {column.at}" if column.at else column.label


def _cells(line: Line) -> tuple[str, ...]:
    return cut(*line.values, width=_WIDTH)


def _markdown_cells(line: Line) -> Iterator[str]:
    for place, (text, value) in enumerate(zip(_cells(line), line.values, strict=True)):
        cell = inert(text) if value is not None else ""
        yield f"**{cell or 'none'}**" if place == line.odd else cell
