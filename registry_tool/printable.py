"""What text may look like: characters that a reader cannot see, or that act on a terminal, are spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterable

INVISIBLE = re.compile(
    # C0 (but tab and newline), DEL and C1, soft hyphen, zero-width, bidirectional and tag characters, line separators
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e0fff]"
)
"""What records spell out in their files; what is shown spells out more."""
# Letters, marks and fillers that take no ink; a variation selector is one, unless it chooses how an emoji looks.
_BLANK = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
    "|(?<![#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])[\ufe00-\ufe0f]"
)
_UNSEEN = re.compile(f"{INVISIBLE.pattern}|{_BLANK}")
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
_BREAKS = re.compile(r"[\t\n]")
# What CI systems take for a command to themselves: `::set-output` at the start of a line, `##[error]` anywhere.
_COMMAND = re.compile(r"^(?P<margin>[ \t]*):(?=:)|#(?=#(?:vso|teamcity)?\[)", re.MULTILINE)


def printable(text: str) -> str:
    r"""`text` with its invisible characters, and what CI systems take for a command, spelled out; lines and tabs stay.

    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    >>> printable("Qwen3\u3164")
    'Qwen3\\u3164'
    >>> printable("::add-mask::a")
    '\\x3a:add-mask::a'
    """
    if is_inert(text):
        return text
    text = _COMMAND.sub(lambda match: "\\x23" if match[0] == "#" else match["margin"] + "\\x3a", text)
    return _UNSEEN.sub(_spelled_out, text.encode("utf-8", "replace").decode())


def one_line(text: str) -> str:
    r"""`text` on a single line: line breaks and tabs are spelled out as well.

    >>> one_line("a\nb")
    'a\\nb'
    """
    if is_inert(text):
        return text
    return _BREAKS.sub(lambda match: "\\n" if match[0] == "\n" else "\\t", printable(text))


def is_inert(text: str) -> bool:
    """Whether `text` can be shown as it is, on one line: a quick yes, or not known."""
    is_plain = text.isprintable() and "::" not in text and "##" not in text
    return is_plain and (text.isascii() or _UNSEEN.search(text) is None)


def json_text(value: object, *, indent: int | None = None) -> str:
    """`value` as JSON that is safe to show: readable letters as they are, invisible and acting ones as JSON escapes."""
    import json  # a plain list does without

    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if "##" in text:
        text = _COMMAND.sub(lambda match: "\\u0023" if match[0] == "#" else match[0], text)
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def to_csv(rows: Iterable[Iterable[str]]) -> str:
    """The rows as RFC 4180 has them. A cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    import csv
    import io

    sink = io.StringIO()
    csv.writer(sink).writerows([_no_formula(printable(cell)) for cell in row] for row in rows)
    return sink.getvalue()


def _no_formula(cell: str) -> str:
    # Some spreadsheets skip the blanks before a formula, and some take the full-width signs for one.
    return "'" + cell if cell.startswith(("\t", "\r")) or cell.lstrip()[:1] in _FORMULA else cell


def _spelled_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
