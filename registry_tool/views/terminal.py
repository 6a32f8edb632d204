"""What a list looks like on a terminal: fitted to its width, with the status in colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from registry_tool.printable import one_line
from registry_tool.query import Summary
from registry_tool.views.listing import TABLE

_STATUS_STYLES = {"success": "green", "partial": "yellow", "failed": "red"}


def terminal_table(summaries: Sequence[Summary], *, colour: bool) -> str:
    """The table as a terminal of this width shows it."""
    console = Console(force_terminal=True, no_color=not colour, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, field in TABLE.items():
        table.add_column(heading, no_wrap=True, overflow="ellipsis", min_width=16 if field == "configId" else None)
    for summary in summaries:
        table.add_row(*(_cell(field, summary[field]) for field in TABLE.values()))
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _cell(field: str, value: str) -> Text:
    style = _STATUS_STYLES.get(value, "") if field == "status" else ""
    return Text(one_line(value) or "-", style=style)
