"""What a capture hands on: the record's fields as the project has them, and where each of them came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from registry_tool.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.record.identity import Document


class CaptureError(RegistryError):
    """The project cannot be read as it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value came from.

    `file` is relative to the project's folder; `line` counts from 1, 0 when no single line set the value. `detail` is
    the variable that held it, or the rule that made it.
    """

    kind: Literal["file", "environment", "flag", "default", "derived"]
    file: str = ""
    line: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a project says about its deployment: neither redacted nor validated, so kept out of `repr`.

    `document` holds the captured fields in the record's order, of the right types, without empty values; `sources`
    says where each leaf of it came from, by field path. `warnings` are for people, one line each. `variables` are all
    that were set once the project was read.
    """

    document: Document = field(repr=False)
    sources: Mapping[str, Source]
    warnings: tuple[str, ...]
    variables: Mapping[str, str] = field(repr=False)
