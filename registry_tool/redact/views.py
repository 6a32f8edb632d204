"""The ways in which a text may hide another: escapes, percent-encoding, folding over lines, base64.

A view is the text as it reads once one of these is undone. It knows where each of its characters came from, so that
what is found in it can be taken out of the original.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Each alternative of the two patterns begins with a literal: re skips what holds none of them ten times as fast.

# Characters that show nothing: UTF-16's zero bytes, soft hyphens, zero-width spaces and marks.
_HIDDEN = "\0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# JSON's, YAML's and the shell's escapes at any depth of quoting; percent-encoding, also of itself. H is a hex digit.
_ESCAPES = r"""u([Dd][89ABab]HH\\{1,64}u[Dd][C-Fc-f]HH)|u(HHHH)|U(HHHHHHHH)|x(HH)|([bfnrt"'/])|(?!\n|\r)"""
_PERCENT = r"%((?:25){0,2}HH(?:%(?:25){0,2}HH)*)"
_ENCODED = "|".join((rf"\\\\{{0,63}}(?:{_ESCAPES})", _PERCENT, *_HIDDEN)).replace("H", "[0-9A-Fa-f]")
# A line's end inside a text without a blank there. Nothing was folded where a YAML block begins (`|-`), nor before a
# line that is a setting or an entry of its own.
_SETTING = r"""[-*+][ ]|(?:-[ ])?(?:"[^"\n]{1,99}"|'[^'\n]{1,99}'|[A-Za-z_][\w./-]{0,99}):(?:\s|\Z)"""
_FOLD = "|".join(
    rf"{end}(?<=[^\s|>]{end})(?<![|>][0-9+-]{end})(?<![|>][0-9][+-]{end})[ \t]*(?=\S){unless}"
    # Behind a backslash the line goes on, whatever the next one looks like.
    for end, unless in ((r"\n", f"(?!{_SETTING})"), (r"\r\n", f"(?!{_SETTING})"), (r"\\\n", ""), (r"\\\r\n", ""))
)
# Fewer characters of base64 hide no secret: it would be shorter than any known kind.
_BASE64 = r"[A-Za-z0-9+/_-]{24,}={0,2}"
# Three groups of four digits of base64, all of whose bytes are ASCII: any dozen of printable characters has them.
_READABLE = r"(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]){3}"
_PRINTABLE = rb"[\t\n\r -~]{12,}"
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LAST_CODE_POINT = 0x10FFFF
_HEX = frozenset("0123456789abcdefABCDEF")
STANDARD_BASE64 = str.maketrans("-_", "+/")
"""Turns URL-safe base64 into the standard one."""


class View:
    """A text read from another."""

    __slots__ = ("_ends", "_origins", "_pattern", "_replace", "_source", "_starts", "text")

    def __init__(
        self, text: str, source: View | None = None, pattern: str = "", replace: Callable[[re.Match[str]], str] = str
    ) -> None:
        """The text as it stands; the rest is for the views that this module makes: what was replaced in which other."""
        self.text = text
        self._source, self._pattern, self._replace = source, pattern, replace
        # Piece i of the text starts at _starts[i] and reads what _origins[i] to _ends[i] of the source say. Nearly all
        # texts hold nothing, and are never traced back.
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._ends: list[int] = []

    @property
    def is_unfolded(self) -> bool:
        """Whether lines were joined in it."""
        return self._pattern == _FOLD

    @property
    def joins(self) -> frozenset[int]:
        """The positions in the text where a line was folded."""
        if not self.is_unfolded:
            return frozenset()
        self._trace()
        return frozenset(self._starts[1:])  # of every removed fold, a piece starts where the text goes on

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where, in the text that everything was read from, the span `start` to `end` of this view stands."""
        if self._source is None:
            return start, end
        self._trace()
        return self._source.origin(self._locate(start, last=False), self._locate(max(end - 1, start), last=True))

    def joins_within(self, start: int, end: int) -> list[int]:
        """The positions from `start` to before `end` where a line was folded, in order."""
        if not self.is_unfolded:
            return []
        self._trace()
        return self._starts[max(bisect_left(self._starts, start), 1) : bisect_left(self._starts, end)]

    def _locate(self, at: int, *, last: bool) -> int:
        piece = bisect_right(self._starts, at) - 1
        origin, end = self._origins[piece], self._ends[piece]
        stop = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.text)
        if end - origin == stop - self._starts[piece]:
            return origin + at - self._starts[piece] + last
        return end if last else origin

    def _trace(self) -> None:
        if self._starts or self._source is None:
            return
        length = at = 0
        text = self._source.text
        for start, end, piece in (
            *((*match.span(), self._replace(match)) for match in re.finditer(self._pattern, text)),
            (len(text), len(text), ""),
        ):
            for size, first, last in ((start - at, at, start), (len(piece), start, end)):
                if size:
                    self._starts.append(length)
                    self._origins.append(first)
                    self._ends.append(last)
                    length += size
            at = end
        if not self._starts:
            self._starts, self._origins, self._ends = [0], [0], [0]


def views(text: str) -> list[View]:
    """The text itself, then, where they differ, the text decoded and the decoded text unfolded.

    A text that decoding frees of nothing but backslashes is left out: all that it says, the decoded text says too.
    """
    found = [View(text)]
    if "\\" in text or _may_hold_percent(text) or not text.isascii() or "\0" in text:
        decoded = re.sub(_ENCODED, _decode, text)
        if decoded != text:
            view = View(decoded, found[0], _ENCODED, _decode)
            is_quoting = decoded.replace("\\", "") == text.replace("\\", "")
            found = [view] if is_quoting else [*found, view]
    if "\n" in found[-1].text:
        unfolded = re.sub(_FOLD, "", found[-1].text)
        if unfolded != found[-1].text:
            found.append(View(unfolded, found[-1], _FOLD, lambda _: ""))
    return found


def may_hold_base64(text: str) -> bool:
    """Whether a part of `text` may be the base64 of readable text. Most of what looks like it is a name or a path.

    Decoding is dear, and of four arbitrary digits seven of eight draws show that they are not the base64 of ASCII.
    """
    return re.search(_READABLE, text) is not None


def base64_texts(view: View) -> Iterator[tuple[int, int, str]]:
    """The start and end of each base64 run in the view, and a text that it holds."""
    for run in re.finditer(_BASE64, view.text):
        if not may_hold_base64(run[0]):
            continue
        start, end = run.span()
        joins = view.joins_within(start + 1, end)
        if view.is_unfolded and not joins:
            continue  # the text that was unfolded has it too
        # The line before may end in a word that looks like a part of it, the line after may begin with one.
        windows = {(first, last) for first in (start, *joins[:1]) for last in (end, *joins[-1:]) if first < last}
        for window in windows:
            for text in _decoded(view.text[slice(*window)]):
                yield start, end, text


def base64_needles(secret: str) -> list[str]:
    """What base64 of any text around `secret` must contain: one for each way in which it can be aligned."""
    from base64 import b64encode  # only a known secret needs it

    raw = secret.encode("utf-8", "surrogatepass")
    needles = []
    for before in range(3):
        digits = b64encode(b"\0" * before + raw).decode()
        needles.append(digits[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    return needles


def _may_hold_percent(text: str) -> bool:
    """Whether a percent sign may encode a character: `20% less` is no reason to compile a large pattern."""
    return any(part[:1] in _HEX and part[1:2] in _HEX for part in text.split("%")[1:] if len(part) > 1)


def _decode(match: re.Match[str]) -> str:
    pair, short, long, byte, control, percent = match.groups()
    if percent:
        digits = "".join(re.findall("(?:25){0,2}([0-9A-Fa-f]{2})(?:%|$)", percent))
        return bytes.fromhex(digits).decode("utf-8", "surrogateescape")
    if pair:
        return bytes.fromhex(pair[:4] + pair[-4:]).decode("utf-16-be")
    if control:
        return _CONTROLS.get(control, control)
    if code := short or long or byte:
        value = int(code, 16)
        return chr(value) if value <= _LAST_CODE_POINT and chr(value) not in _HIDDEN else ""
    return "\\" if match[0].startswith("\\") else ""


def _decoded(run: str) -> Iterator[str]:
    digits = run.rstrip("=").translate(STANDARD_BASE64)
    # What stands before the run may look like a part of it: `path/c2VjcmV0...`.
    for skipped in range(4):
        texts = _printable(digits[skipped:])
        yield from texts
        if skipped == 0 and texts and len(texts[0]) > len(digits) * 2 // 3:
            return


def _printable(digits: str) -> list[str]:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    raw = a2b_base64(digits + "=" * (-len(digits) % 4))
    if raw.count(0) * 3 > len(raw):
        raw = raw.replace(b"\0", b"")
    return [text.decode("ascii") for text in re.findall(_PRINTABLE, raw)]
