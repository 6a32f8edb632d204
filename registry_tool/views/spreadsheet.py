"""CSV that no spreadsheet runs and no terminal acts on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from registry_tool.printable import printable


def to_csv(rows: Iterable[Iterable[str]]) -> str:
    """The rows as RFC 4180 has them. A cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    sink = io.StringIO()
    csv.writer(sink).writerows([_inert(printable(cell)) for cell in row] for row in rows)
    return sink.getvalue()


def _inert(cell: str) -> str:
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
