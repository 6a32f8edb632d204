"""What a list looks like on a terminal: fitted to its width, with the status in colour."""

from __future__ import annotations

from collections.abc import Sequence

from registry_tool.index.query import Summary
from registry_tool.views.fitting import Fit, laid_out, plain
from registry_tool.views.read import table_of

_STATUS_COLOURS = {"success": 32, "partial": 33, "failed": 31}
_BOLD = 1
# The columns that a narrow terminal does without, in the order in which they go.
_EXPENDABLE = ("DEPLOYMENT CONFIG", "REGISTERED", "TARGET", "INSTANCE")
_SHORTENED = frozenset({"PROJECT", "MODEL"})
_LEAST = 20


def terminal_table(summaries: Sequence[Summary], *, colour: bool, room: int) -> str:
    """The table as a terminal of this width shows it: long names lose their middle, and what has no room is named."""
    headings = table_of(summaries[0].fields)
    rows = [[summary[field] or "-" for field in headings.values()] for summary in summaries]
    how = Fit(
        room=room,
        kept=frozenset(headings).difference(_EXPENDABLE),
        shortened=_SHORTENED,
        least=_LEAST,
        expendable=_EXPENDABLE,
    )
    return laid_out([list(headings), *rows], how, paint=_painted if colour else plain)


def _painted(heading: str, cell: str) -> str:
    if cell.rstrip() == heading:
        return f"\x1b[{_BOLD}m{cell}\x1b[0m"
    colour = _STATUS_COLOURS.get(cell.rstrip()) if heading == "STATUS" else None
    return f"\x1b[{colour}m{cell}\x1b[0m" if colour else cell
