"""How rows of cells fit the width of a terminal: what is shortened, and what is left out where that is not enough.

A cell never wraps, because the eye follows columns. It loses its middle: names differ at their ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from registry_tool.printable import one_line

GAP = 2
"""Spaces between two columns."""
_MARK = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a table may be made narrower: to `room` columns of the terminal.

    Columns under the headings `kept` always stay. Cells under `shortened` may lose their middle, down to `least`; where
    that is empty, all but those of `kept` may. Columns go in the order of `expendable`, then from the right, and
    `elsewhere` says where all of them are.
    """

    room: int
    kept: Collection[str] = ()
    shortened: Collection[str] = ()
    least: int = 12
    expendable: Sequence[str] = ()
    elsewhere: str = "--format json"


def plain(_heading: str, cell: str) -> str:
    """The cell as it is, without colour."""
    return cell


def cells(text: str) -> int:
    """How many columns of a terminal the text takes.

    >>> cells("qwen"), cells("模型"), cells("e\u0301")
    (4, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # for few names

    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def shortened_middle(text: str, room: int) -> str:
    """The text without its middle, if it takes more than `room` columns.

    >>> shortened_middle("mistralai/Mistral-7B-Instruct-v0.3", 20)
    'mistralai/…ruct-v0.3'
    """
    if cells(text) <= room:
        return text
    start, end = text, text
    while cells(start) > room - room // 2:
        start = start[: -max(1, (cells(start) - (room - room // 2)) // 2)]
    while cells(end) > room - cells(start) - 1:
        end = end[max(1, (cells(end) - (room - cells(start) - 1)) // 2) :]
    return start + _MARK + end


def laid_out(
    rows: Sequence[Sequence[str]], how: Fit, *, indent: str = "", paint: Callable[[str, str], str] = plain
) -> str:
    """`rows` as lines that fit, then a line that says which columns there was no room for, if any.

    `paint` is given a heading and a padded cell, and may colour it.
    """
    inert = [[one_line(cell) for cell in row] for row in rows]
    shown, widths, left_out = _fit(inert, replace(how, room=how.room - len(indent)))
    lines = []
    for row in shown:
        padded = [cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)]
        padded[-1] = row[-1]
        lines.append(indent + (" " * GAP).join(map(paint, shown[0], padded)).rstrip() + "\n")
    if left_out:
        lines.append(shortened_middle(f"{indent}no room for {', '.join(left_out)} ({how.elsewhere})", how.room) + "\n")
    return "".join(lines)


def _fit(rows: Sequence[Sequence[str]], how: Fit) -> tuple[list[list[str]], list[int], list[str]]:
    """The rows as they fit, under the headings in the first; the width of each column; the headings that were left out.

    Where even the columns that never go are too wide, the rows are as wide as those.
    """
    headings = list(rows[0])
    longest = {at: max(map(cells, column)) for at, column in enumerate(zip(*rows, strict=True))}
    least = {
        at: min(width, max(how.least, cells(headings[at]))) if _may_be_shortened(headings[at], how) else width
        for at, width in longest.items()
    }
    left_out = []
    for at in _going(headings, how):
        if _sum(least.values()) <= how.room:
            break
        left_out.append(headings[at])
        del least[at]
    widths = _shared({at: longest[at] for at in least}, least, how.room)
    shown = [[shortened_middle(row[at], width) for at, width in widths.items()] for row in rows]
    return shown, list(widths.values()), left_out


def _may_be_shortened(heading: str, how: Fit) -> bool:
    return heading in how.shortened if how.shortened else heading not in how.kept


def _going(headings: Sequence[str], how: Fit) -> list[int]:
    named = [headings.index(heading) for heading in how.expendable if heading in headings]
    others = [at for at, heading in enumerate(headings) if heading not in how.kept and at not in named]
    return [*named, *reversed(others)]


def _shared(longest: dict[int, int], least: dict[int, int], room: int) -> dict[int, int]:
    """The width of each column: the widest give way first, down to the least of each."""
    widths = dict(longest)
    while _sum(widths.values()) > room:
        wide = [at for at, width in widths.items() if width > least[at]]
        if not wide:
            break
        most = max(widths[at] for at in wide)
        widest = [at for at in wide if widths[at] == most]
        below = max((width for at, width in widths.items() if at in wide and width < most), default=0)
        floor = max(below, *(least[at] for at in widest))
        excess = _sum(widths.values()) - room
        for place, at in enumerate(widest):
            share = excess // len(widest) + (place < excess % len(widest))
            widths[at] = max(floor, most - share, least[at])
    return widths


def _sum(widths: Collection[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)
