"""What text may look like: characters that a reader cannot see, or that act on a terminal, are spelled out."""

from __future__ import annotations

import json
import re

INVISIBLE = re.compile(
    # C0 (but tab and newline), DEL and C1, soft hyphen, zero-width, bidirectional and tag characters, line separators
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"[\t\n]")


def printable(text: str) -> str:
    r"""`text` with its invisible characters spelled out; lines and tabs stay.

    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.isprintable():
        return text
    return INVISIBLE.sub(_spelled_out, text.encode("utf-8", "replace").decode())


def one_line(text: str) -> str:
    r"""`text` on a single line: line breaks and tabs are spelled out as well.

    >>> one_line("a\nb")
    'a\\nb'
    """
    if text.isprintable():
        return text
    return _BREAKS.sub(lambda match: "\\n" if match[0] == "\n" else "\\t", printable(text))


def json_text(value: object, *, indent: int | None = None) -> str:
    """`value` as JSON that is safe to show: readable letters as they are, invisible characters as JSON escapes."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _spelled_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
