"""Pieces of Markdown in which data means nothing but itself, and how many of them fit."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from registry_tool.printable import one_line, printable
from registry_tool.record.diff import Scalar
from registry_tool.record.identity import text_of
from registry_tool.views.forms import inert

LONGEST_TEXT = 80
"""How many characters of a text are shown where nothing else is said."""


def cell(text: str, value: Scalar) -> str:
    """A value as it was cut; nothing for what is absent."""
    return inert(text) if value is not None else ""


def value_cell(value: Scalar) -> str:
    """A value, shortened; nothing for what is absent."""
    return cell(shortened(one_line(text_of(value))), value)


def link(text: str, address: str) -> str:
    """`text`, which is code or a word of ours, as a link; as it is if there is no page."""
    return f"[{text}]({address})" if address else text


def table(heading: Sequence[str], rows: Iterable[str], room: int, count: int, word: str) -> str:
    """A table of as many whole rows as fit `room`, and how many of the `count` do not."""
    shown, left_out = fitting(rows, room)
    lines = [f"| {' | '.join(heading)} |\n|{'---|' * len(heading)}\n", *shown, "\n"]
    if left_out is not None:
        lines.append(f"{more(count - left_out, word)} not shown here.\n\n")
    return "".join(lines)


def fitting(pieces: Iterable[str], room: int) -> tuple[list[str], int | None]:
    """The first pieces, as many as fit, and the place of the first that does not; None if all do."""
    shown: list[str] = []
    for place, piece in enumerate(pieces):
        room -= size(piece)
        if room < 0:
            return shown, place
        shown.append(piece)
    return shown, None


def size(text: str) -> int:
    """How much of a comment a text takes: its bytes in UTF-8."""
    return len(text.encode())


def code(text: str) -> str:
    """`text` as code within HTML."""
    return f"<code>{html.escape(one_line(shortened(text)))}</code>"


def block(lines: Iterable[str], language: str, mark: str) -> str:
    """Lines as a block of code. Each begins with a mark, so none of them ends the block or is a host's command."""
    return "".join([f"```{language}\n", *(f"{mark}{printable(line)}\n" for line in lines), "```"])


def shortened(text: str, length: int = LONGEST_TEXT) -> str:
    """A text of at most `length` characters; dots stand for the end of a longer one."""
    return text if len(text) <= length else text[: length - 3] + "..."


def more(number: int, word: str) -> str:
    """How many are not shown: `3 more records`."""
    return f"{number:,} more {word}" + ("" if number == 1 else "s")


def capital(text: str) -> str:
    """A phrase as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
