"""Plain columns: what a table looks like in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from registry_tool.printable import is_inert, one_line


def columns(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """`rows` as lines whose cells are padded to the widest of their column, two spaces apart."""
    cells = [row if is_inert("".join(row)) else [one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    line = indent + "  ".join(f"{{:<{width}}}" for width in widths)
    return "".join([line.format(*row).rstrip() + "\n" for row in cells])
