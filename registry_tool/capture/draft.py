"""What a capture hands on: the record's fields as the project has them, and where each of them came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from registry_tool.errors import RegistryError
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registry_tool.record.identity import Document


class CaptureError(RegistryError):
    """The project cannot be read as it is."""


class Source(NamedTuple):
    """Where a field's value came from.

    `file` is relative to the project's folder; `line` counts from 1, 0 when no single line set the value. `detail` is
    the variable that held it, or the rule that made it.
    """

    kind: Literal["file", "environment", "flag", "default", "derived"]
    file: str = ""
    line: int = 0
    detail: str = ""


def place(source: Source) -> str:
    """The source as people say it: `do/config:12`, `the environment`."""
    if source.kind == "environment":
        return "the environment"
    file = one_line(source.file)
    return f"{file}:{source.line}" if source.line else file


def in_users_words(sources: Mapping[str, Source]) -> dict[str, str]:
    """By field path, what the user knows a field as: `AWS_REGION (do/config:6)`, `--notes`.

    Fields that are derived, or that nobody has set, are not in it.
    """
    return {
        path: source.detail if source.kind == "flag" else f"{source.detail} ({place(source)})"
        for path, source in sources.items()
        if source.kind in {"file", "environment", "flag"}
    }


class LeftOut(NamedTuple):
    """A variable that the project sets and the record does not have, and why."""

    name: str
    reason: str


class Draft(NamedTuple):
    """What a project says about its deployment: neither redacted nor validated, so kept out of `repr`.

    `document` holds the captured fields in the record's order, of the right types, without empty values; `sources`
    says where each leaf of it came from, by field path. `warnings` are for people, one line each. `left_out` are the
    variables that the project sets and the record does not have. `variables` are all that were set once the project was
    read, and `source` says where each got its value from.
    """

    document: Document
    sources: Mapping[str, Source]
    warnings: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    variables: Mapping[str, str]
    source: Callable[[str], Source]

    def __repr__(self) -> str:
        """The class alone: what it holds may be secret."""
        return f"{type(self).__name__}(...)"
