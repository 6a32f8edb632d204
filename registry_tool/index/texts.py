"""Full-text search: what of a record is searched, how words are matched, and which field matched.

The texts live in an FTS5 table without content: only its word lists are kept, and a record's own text is read from git
when a result is shown. They are filled when a search first needs them, so listing never pays for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from registry_tool.errors import UsageError
from registry_tool.index.rows import composed
from registry_tool.record.diff import flatten
from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import Document

WEIGHTS: Mapping[str, float] = {field.name: field.weight for field in FIELDS if field.weight}
"""The fields that are searched, and how much a match in each counts."""

TEXTS = f"CREATE VIRTUAL TABLE texts USING fts5({', '.join(WEIGHTS)}, content='')"
"""The statement that makes the table; its rows go by the `text` of a record's row."""

# How FTS5's default tokenizer cuts text into words.
_WORD = re.compile(r"[^\W_]+")
_CONTEXT = 60


class TextMatch(NamedTuple):
    """Where a record matches: the path of a field, and its value around the word."""

    path: str
    excerpt: str


def searchable(document: Document) -> tuple[str, ...]:
    """The text of each field of `WEIGHTS`: names and values of everything in it."""
    return tuple(composed("\n".join(name + value for _, name, value in _leaves(document, field))) for field in WEIGHTS)


def expression(words: Sequence[str]) -> str:
    """The FTS5 query for records in which every word occurs, each perhaps only as the start of a longer one."""
    wanted = [part for word in words if (part := " ".join(_WORD.findall(composed(word))))]
    if not wanted:
        raise UsageError("there is no word to search for", hint='such as: registry search "latency improvement"')
    return " AND ".join(f'"{part}"*' for part in wanted)


def find_match(document: Document, words: Sequence[str]) -> TextMatch:
    """The field that matches best: the weightiest in which the most words occur."""
    wanted = [part.casefold() for word in words for part in _WORD.findall(composed(word))]
    best, most = TextMatch("", ""), 0
    for field in sorted(WEIGHTS, key=lambda name: -WEIGHTS[name]):
        for path, name, value in _leaves(document, field):
            tokens = [(token.start(), token[0].casefold()) for token in _WORD.finditer(composed(name + value))]
            places = [at for at, token in tokens if any(token.startswith(word) for word in wanted)]
            count = sum(any(token.startswith(word) for _, token in tokens) for word in wanted)
            if count > most:
                best, most = TextMatch(path, _excerpt(value, max(0, places[0] - len(name)))), count
    return best


def _leaves(document: Document, field: str) -> Iterator[tuple[str, str, str]]:
    """The path of each value of a field, the names in it that are searched as well, and the value."""
    for path, value in flatten({field: document.get(field)}):
        if value is not None:
            yield path, "" if path == field else path.removeprefix(f"{field}.") + " ", str(value)


def _excerpt(text: str, at: int) -> str:
    """The line around a place, cut to a readable length."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    if len(line) <= _CONTEXT:
        return line
    first = max(0, at - start - _CONTEXT // 3)
    return ("..." if first else "") + line[first : first + _CONTEXT] + ("..." if first + _CONTEXT < len(line) else "")
