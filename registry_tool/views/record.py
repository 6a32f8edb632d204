"""How a single record looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

from registry_tool.printable import json_text, one_line, printable
from registry_tool.record.canonical import public_document, quote, to_yaml
from registry_tool.record.diff import FieldChange, Scalar, flatten
from registry_tool.record.fields import names
from registry_tool.record.identity import Document, text_of
from registry_tool.views.forms import columns

_WIDTH = 60
_BEFORE_THE_DIFFERENCE = 15
_ABSENT = "-"
# People who read a record do not ask how it is written.
_UNSHOWN = frozenset(names("format"))


def as_text(document: Document, more: Mapping[str, str]) -> str:
    """Field by field, with `more` behind the record's own."""
    pairs = [(one_line(path), text_of(value)) for path, value in flatten(document) if path not in _UNSHOWN]
    pairs += more.items()
    width = max(len(path) for path, _ in pairs)
    return "".join(_field(path, text, width) for path, text in pairs)


def as_yaml(document: Document, more: Mapping[str, str]) -> str:
    """The canonical YAML, as it is in the registry; `more` is quoted behind it."""
    return to_yaml(document).decode() + "".join(f"{name}: {quote(text)}\n" for name, text in more.items())


def as_json(document: Document, more: Mapping[str, str]) -> str:
    """The record as `--json` shows it, with `more` behind its own fields."""
    return json_text({**public_document(document), **more}, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Document, Mapping[str, str]], str]] = {
    "text": as_text,
    "yaml": as_yaml,
    "json": as_json,
}
"""Each format that a record can be written in, with what is known of it besides."""


def change_lines(changes: Sequence[FieldChange], *, indent: str = "", room: int = 0) -> str:
    """One line for each field that differs: `+` added, `-` removed, `~` changed; with `room`, fitted to a terminal."""
    lines = [f"{indent}{_change(change)}" for change in changes]
    if room:
        from registry_tool.views.fitting import shortened_middle  # a registration does without

        lines = [shortened_middle(line, room) for line in lines]
    return "".join(f"{line}\n" for line in lines)


def field_table(fields: Sequence[FieldChange], *, room: int = 0) -> str:
    """The fields that changed, one a line under a heading; nothing for none. With `room`, fitted to a terminal."""
    heading = ("FIELD", "BEFORE", "AFTER")
    rows = [(one_line(field.path), *cut(field.before, field.after)) for field in fields]
    how = None
    if room:
        from registry_tool.views.fitting import Fit  # a registration does without

        how = Fit(room=room, kept=heading, shortened=heading)
    return columns([heading, *rows], indent="  ", fit=how) if rows else ""


def cut(*values: Scalar, width: int = _WIDTH) -> tuple[str, ...]:
    """Values of one field, each on a line; where one is long, all from a little before they differ."""
    lines = [one_line(text_of(value)) or _ABSENT for value in values]
    if max(map(len, lines)) <= width:
        return tuple(lines)
    there = {line for line, value in zip(lines, values, strict=True) if value is not None}
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*there, strict=False))
    same = sum(1 for _ in alike) if len(there) > 1 else 0
    start = max(0, same - _BEFORE_THE_DIFFERENCE)
    return tuple(_window(line, start, start + width) for line in lines)


def _field(path: str, text: str, width: int) -> str:
    """A label and its value; further lines of the value are below its first."""
    first, *rest = printable(text).split("\n")
    margin = " " * (width + 2)
    return f"{path.ljust(width)}  {first}\n" + "".join(f"{margin}{line}".rstrip() + "\n" for line in rest)


def _change(change: FieldChange) -> str:
    path = one_line(change.path)
    if change.before is None:
        return f"+ {path}: {one_line(text_of(change.after))}"
    if change.after is None:
        return f"- {path}: {one_line(text_of(change.before))}"
    return f"~ {path}: {one_line(text_of(change.before))} -> {one_line(text_of(change.after))}"


def _window(text: str, start: int, end: int) -> str:
    if len(text) <= start:
        return text[start - end :]
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")
