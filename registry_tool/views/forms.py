"""The forms that several views share: plain columns, Markdown's cells, JSON with a version, counted words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from registry_tool.printable import is_inert, json_text, one_line

if TYPE_CHECKING:
    from registry_tool.views.fitting import Fit

FORMAT_VERSION = 1
"""The version that JSON output carries; it changes when a reader of the old one would break."""


def columns(rows: Sequence[Sequence[str]], *, indent: str = "", fit: Fit | None = None) -> str:
    """`rows` as lines, their cells padded to the widest of their column, two spaces apart; or fitted to a terminal."""
    if fit:
        from registry_tool.views.fitting import laid_out  # a pipe gets everything

        return laid_out(rows, fit, indent=indent)
    if not is_inert("".join(map("".join, rows))):  # one look at all of them: nearly always enough
        rows = [[one_line(cell) for cell in row] for row in rows]
    *padded, _ = [max(map(len, column)) for column in zip(*rows, strict=True)]
    line = indent + "".join(f"%-{width}s  " for width in padded) + "%s"
    return "".join([(line % tuple(row)).rstrip() + "\n" for row in rows])


def versioned_json(values: Mapping[str, object]) -> str:
    """One JSON object: the version of the format, then `values`."""
    return json_text({"version": FORMAT_VERSION, **values}, indent=2) + "\n"


def counted(number: int, word: str) -> str:
    """How many there are, in words.

    >>> counted(1, "record"), counted(1200, "entry"), counted(3, "day")
    ('1 record', '1,200 entries', '3 days')
    """
    plural = word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"
    return f"{number:,} {word if number == 1 else plural}"


def shortened(text: str, length: int) -> str:
    """The text, with its end cut off where it is longer than `length`."""
    return text if len(text) <= length else text[: length - 3] + "..."


def left_alone(path: str, *, is_gone: bool = False) -> str:
    """What to say of a checked-out file, by its path below the registry's root, that a write to its branch spared.

    `is_gone` is whether the branch has no such file any more.
    """
    then = f"to be rid of it: rm {path}" if is_gone else f"to have the branch's: git checkout HEAD -- {path}"
    return f"note: {path} was changed or deleted here and that is not committed, so the file was left as it is; {then}"


def inert(text: str) -> str:
    """`text` as a cell of a Markdown table that means nothing but itself: code, in which nothing is interpreted.

    >>> inert("@ada <b>|`x`")
    '`@ada <b>`&#124;`` `x` ``'
    """
    # Not even code may hold a bar: rows are split into cells first, and readers disagree about a backslash before it.
    return "&#124;".join(_code(piece) for piece in one_line(text).split("|"))


def _code(text: str) -> str:
    if not text:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"
