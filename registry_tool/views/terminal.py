"""What a list looks like on a terminal: fitted to its width, with the status in colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from registry_tool.index.query import Summary
from registry_tool.printable import one_line
from registry_tool.views.read import table_of

_STATUS_STYLES = {"success": "green", "partial": "yellow", "failed": "red"}
# The columns that a narrow terminal does without, in the order in which they go.
_EXPENDABLE = ("deploymentConfig", "registeredAt", "deploymentTarget", "instanceType")
_SHORTENED = frozenset({"projectName", "modelName"})
_LEAST = 20
_GAP = 2


def terminal_table(summaries: Sequence[Summary], *, colour: bool) -> str:
    """The table as a terminal of this width shows it: long names are cut, and what does not fit is left out."""
    console = Console(force_terminal=True, no_color=not colour, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = table_of(summaries[0].fields)
    widths = _fit({field: _longest(heading, field, summaries) for heading, field in shown.items()}, console.width)
    for heading, field in shown.items():
        if field in widths:
            table.add_column(heading, no_wrap=True, overflow="ellipsis", width=widths[field])
    for summary in summaries:
        table.add_row(*(_cell(field, summary[field]) for field in widths))
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _longest(heading: str, field: str, summaries: Sequence[Summary]) -> int:
    return max(len(heading), *(cell_len(one_line(summary[field])) for summary in summaries))


def _fit(longest: Mapping[str, int], room: int) -> dict[str, int]:
    """The width of each column that is shown in `room` columns of the terminal, in the table's order."""
    widths = dict(longest)
    for field in (*_EXPENDABLE, ""):
        excess = sum(widths.values()) + _GAP * (len(widths) - 1) - room
        spare = sum(max(0, widths[name] - _LEAST) for name in _SHORTENED)
        if excess <= spare or not field:
            break
        del widths[field]
    for name in sorted(_SHORTENED, key=lambda name: -widths[name]):
        cut = min(max(0, excess), max(0, widths[name] - _LEAST))
        widths[name] -= cut
        excess -= cut
    return widths


def _cell(field: str, value: str) -> Text:
    style = _STATUS_STYLES.get(value, "") if field == "status" else ""
    return Text(one_line(value) or "-", style=style)
