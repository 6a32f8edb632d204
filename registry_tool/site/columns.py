"""How a table of many rows is packed for a browser: columns of small numbers, compressed, inside a script.

A page that was opened from a file may load scripts, and nothing else. So each data file is a script of one call,
`registry.data.take(NAME, TEXT)`. TEXT is base64 of gzip. A packed table is: the length of a JSON head (32 bits, little
endian), the head, then the columns. The head's `layout` says of each column its name, its type (B, H, I: unsigned, of
1, 2 and 4 bytes), where it begins behind the head, and how many numbers it has. Text columns hold indexes into the
sorted distinct values, which are in the head under `values`: to sort numbers is to sort text, and to search a few
distinct values is to search all rows.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence

_GZIP = 31
# 9 takes five times as long, for 3 bytes less of 100.
_LEVEL = 6


class PackedTable:
    """A table that is being packed. Columns may be of different lengths."""

    def __init__(self) -> None:
        """Begin without columns."""
        self._values: dict[str, list[str]] = {}
        self._layout: list[tuple[str, str, int, int]] = []
        self._body = bytearray()

    def add_numbers(self, name: str, numbers: Iterable[int]) -> None:
        """Add a column of whole numbers from 0 to 2**32 - 1, in the narrowest type that holds them."""
        column = list(numbers)
        largest = max(column, default=0)
        kind = "B" if largest < 1 << 8 else "H" if largest < 1 << 16 else "I"
        self._add(name, kind, column)

    def add_texts(self, name: str, texts: Sequence[str]) -> None:
        """Add a column of texts, as indexes into their sorted distinct values."""
        self._values[name] = sorted(set(texts))
        place = {text: index for index, text in enumerate(self._values[name])}
        self.add_numbers(name, (place[text] for text in texts))

    def add_lists(self, name: str, lists: Iterable[Sequence[str]]) -> None:
        """Add a list of texts for each row: `NAME.start` has one number more than rows, where each list begins."""
        starts, texts = [0], list[str]()
        for row in lists:
            texts.extend(row)
            starts.append(len(texts))
        self.add_numbers(f"{name}.start", starts)
        self.add_texts(name, texts)

    def packed(self, head: Mapping[str, object]) -> bytes:
        """The table as bytes, with `head` beside what describes the columns."""
        text = as_json({**head, "values": self._values, "layout": self._layout})
        text += b" " * (-(len(text) + 4) % 8)
        return struct.pack("<I", len(text)) + text + bytes(self._body)

    def _add(self, name: str, kind: str, column: Sequence[int]) -> None:
        self._body += b"\0" * (-len(self._body) % 8)
        self._layout.append((name, kind, len(self._body), len(column)))
        numbers = array(kind, column)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._body += numbers.tobytes()


def as_json(value: object) -> bytes:
    """`value` as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def encode(data: bytes) -> str:
    """`data` as base64 of gzip."""
    return base64.b64encode(compress(data)).decode()


def compress(data: bytes) -> bytes:
    """`data` as gzip; the same data gives the same bytes, because no time is written into it."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return compressor.compress(data) + compressor.flush()
