"""Which line of which file, or whose environment, gave a variable its value.

Bash does not say, so it is read off the files: their assignments are found without running anything, and the last one
that can have made the value counts as its source. That explains a value; the value itself is always bash's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.capture.draft import Source
from registry_tool.capture.project import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NAME = r"[A-Za-z_]\w*"
_COMMAND_START = re.compile(
    # where a command can begin, perhaps `export -x`, then an assignment
    r"(?:^|[;&|(){]|\b(?:then|do|else)\s)\s*(?:(?:export|declare|typeset|readonly)\s+(?:-\w+\s+)*)?"
    rf"(?={_NAME}\+?=)"
)
_ASSIGNMENT = re.compile(
    rf"({_NAME})(\+?)="
    r"""((?:"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^()]*\)|\\.|[^\s;&|()"'\\])*)"""  # a word, as far as its quotes are closed
    r"""([\"'(])?\s*"""  # or not, when it goes on in the next line, or deeper than a pattern can look
)
_DEFAULT_COMMAND = re.compile(rf":\s+(\"?\$\{{({_NAME}):?=[^}}]*\}}\"?)")  # : "${NAME:=default}"
_SELF_REFERENCE = re.compile(rf"(\"?)\$(?:({_NAME})|\{{({_NAME})(?::?[-=](.*))?\}})\1")
_REFERENCE = re.compile(rf"\$(?:({_NAME})|\{{({_NAME})\}})")

_UNKNOWN = "$(...)"  # stands for a word that only bash can read


class Assignment(NamedTuple):
    """One `NAME=word` in a file. `word` is as written, quotes included.

    `default` is the x of `NAME=${NAME:-x}`, which leaves a value that is there alone; None for any other word.
    """

    name: str
    word: str
    default: str | None
    file: str
    line: int


def find_assignments(text: str, file: str) -> tuple[Assignment, ...]:
    """Every assignment in a bash file, in its order; comments do not count."""
    return tuple(
        Assignment(name, word, _default(name, word), file, number)
        for number, line in enumerate(text.split("\n"), start=1)
        if "=" in line
        for name, word in _assignments_in(line.strip())
    )


def find_source(
    name: str,
    value: str,
    assignments: Sequence[Assignment],
    *,
    variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> Source:
    """Where variable `name` got `value` from: the last of its `assignments` that can have made it, or the caller.

    `NAME=${NAME:-x}` counts as the caller's doing only where x is not the value and the caller's is.
    """
    latest_first = assignments[::-1]
    plain = [made for made in latest_first if made.default is None]
    defaults = [made for made in latest_first if made.default is not None]
    made_it = [
        *(made for made in plain if _expand(made.word, variables) == value),
        *(made for made in plain if _expand(made.word, variables) is None),
        *(made for made in defaults if _expand(f'"{made.default}"', variables) == value),
    ]
    if not made_it and environment.get(name) == value:
        return Source("environment", detail=name)
    for made in (*made_it, *defaults):
        return Source("file", made.file, made.line, name)
    return Source("file", CONFIG, 0, name)


def _assignments_in(line: str) -> Iterator[tuple[str, str]]:
    if line.startswith("#"):
        return
    if default := _DEFAULT_COMMAND.match(line):
        yield default[2], default[1]
        return
    at = 0
    while command := _COMMAND_START.search(line, at):
        at = command.end()
        while made := _ASSIGNMENT.match(line, at):
            name, adds, word, goes_on = made.groups()
            yield name, _UNKNOWN if adds or goes_on else word
            at = made.end()


def _default(name: str, word: str) -> str | None:
    reference = _SELF_REFERENCE.fullmatch(word)
    return (reference[4] or "") if reference and name in reference.group(2, 3) else None


def _expand(word: str, variables: Mapping[str, str]) -> str | None:
    """What the word stands for, if it is text and `$NAME`s in one kind of quotes or none; else None."""
    if word[:1] == "'":
        return word[1:-1] if word.count("'") == 2 else None  # noqa: PLR2004  the opening and the closing one
    inner = word[1:-1] if word[:1] == '"' else word
    if any(character in inner for character in "\"'\\`") or "$" in _REFERENCE.sub("", inner):
        return None
    return _REFERENCE.sub(lambda match: variables.get(match[1] or match[2], ""), inner)
