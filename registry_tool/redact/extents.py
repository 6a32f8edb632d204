"""Where the value behind a name ends: at its closing quote, where the next setting begins, at the end of the line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry_tool.redact.rules import Span

NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
"""A pattern of the name of a setting."""

SETTING_LINE = (
    rf"""[ \t]*(?:(?:-|[#;]+|export|set|ENV)[ \t]+)?["']?{NAME}["']?[ \t]*(?:=(?![=\s]*(?:\n|\Z))|:(?=\s|\Z))"""
    r"""|[ \t]*\[[\w ."'/:-]+\][ \t]*\r?(?:\n|\Z)|---"""
)
"""A pattern of how a line begins in a text of settings: YAML, ini, a shell's."""

_NEXT = rf"[ \t]?{NAME}[\"']?[ \t]?(?:[=:](?!//))"
# A sign ends a bare value unless the value clearly goes on behind it.
_BARE = (
    r"""[^\s"'`;&|<>,](?:[^\s"'`;&|<>,]|(?<=[\w!@#$%^*?~+-])["'`](?=[A-Za-z0-9])"""
    rf"""|[;&|<>](?![\s;&|<>/"'`]|\Z|{_NEXT})|,(?![\s"'`]|\Z|{_NEXT})){{0,4095}}"""
)
# A quote before a line's end closes something; it opens nothing. `'"'"'` and `'\''` are a shell's way to quote a quote,
# and two of them are YAML's.
_QUOTED = {
    '"': r'(?![ \t]*[\r\n])(?:[^"\\]|\\.){1,16384}',
    "'": r"""(?![ \t]*[\r\n])(?:'"'"'|'\\?''|''(?=\w)|[^']){1,16384}""",
    "`": r"[^`\r\n]{1,4096}",
    "": _BARE,
}
_TRAILING = ".,:;!?)]"
_COMMENT = r"[ \t]+(?:#|//|;[ \t]).*"
# What begins another setting on the same line, or what a shell does next.
_ON_LINE = rf"[;,&|][ \t]*(?={_NEXT})|[ \t]+(?:&&|\|\||[|&<>;]|[12]?>>?)(?=[ \t]|\Z)|[;&](?=[ \t]|\Z)|[ \t]+--?[A-Za-z]"
_LONGEST_LINE = 4096
# Capture reads a variable's text behind its name.
_BEFORE = (
    rf"(?:{NAME}=)?[ \t]*"
    r"(?:(?:[-*+>#;]+|//|export|set|setx|declare[ ]-x|local|readonly|ENV|ARG|\d{1,2}[.)])[ \t]+){0,3}"
)
_ITEM = r"""(["'])((?:(?!\1)[^\\]|\\.){1,4096})\1(?![ \t]*[:=])|(?<![^\s,\[(])([^\s"',\[\](){}]{1,4096})(?=[\s,)\]])"""


def value_at(text: str, at: int, quote: str) -> Span | None:
    """The value that begins at `at`, behind `quote`, or bare behind none."""
    match = re.compile(_QUOTED[quote], re.DOTALL if quote == '"' else 0).match(text, at)
    if match is None:
        return None
    if quote:
        return match.span()
    value = match[0].rstrip(_TRAILING)
    # A closing brace belongs to the value only if it was opened there.
    return _span(at, value if "{" in value else value.rstrip("}" + _TRAILING))


def rest_of_line(text: str, at: int) -> Span | None:
    """What a line says from `at` on, without a comment, and without what else it sets or does."""
    line = text[at : at + _LONGEST_LINE].partition("\n")[0]
    line = re.sub(_COMMENT, "", line)
    if end := re.search(_ON_LINE, line):
        line = line[: end.start()]
    return _span(at, line.rstrip().rstrip(",").rstrip())


def items(text: str, at: int) -> Iterator[Span]:
    """The texts in the list or the pair whose bracket is at `at`."""
    end = text.find({"[": "]", "(": ")"}[text[at]], at, at + _LONGEST_LINE)
    for match in re.compile(_ITEM).finditer(text, at + 1, end + 1 if end > 0 else at):
        yield match.span(2) if match[1] else match.span(3)


def block(text: str, start: int, at: int) -> Iterator[Span]:
    """The lines that belong to the one that begins at `start` and has nothing but a name up to `at`.

    They are the entries of a YAML list, or a text in lines; none, if they are settings of their own.
    """
    outer = _depth(text[start : start + _LONGEST_LINE])
    spans: list[Span] = []
    while (at := text.find("\n", at) + 1) and len(spans) < _LONGEST_LINE:
        line = text[at : at + _LONGEST_LINE].partition("\n")[0]
        content = line.strip()
        is_entry = content.startswith("- ")
        if not content or _depth(line) < outer + (not is_entry):
            break
        said = content.removeprefix("- ").lstrip()
        if re.match(SETTING_LINE, said):
            return
        lead = line.index(content) + len(content) - len(said)
        spans.append((at + lead + (said[:1] in {'"', "'"}), at + lead + len(said.rstrip("\"'"))))
    yield from spans


def begins_line(text: str, at: int) -> bool:
    """Whether a line begins at `at`, but for indentation, the mark of a list or a comment, or a shell's `export`."""
    before = text[max(at - 160, 0) : at].rpartition("\n")[2]
    return not before.strip() or re.fullmatch(_BEFORE, before) is not None


def line_after(text: str, at: int) -> str:
    """What stands on the line from `at` on, but for a comment; the first 80 characters of it."""
    return re.sub(_COMMENT, "", text[at : at + 80].partition("\n")[0])


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _span(at: int, value: str) -> Span | None:
    return (at, at + len(value)) if value else None
