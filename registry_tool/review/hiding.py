"""What a review does not repeat: a secret that was committed by hand, for a comment outlives the commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from registry_tool.record.identity import Document
from registry_tool.redact import redact_document, redact_text

T = TypeVar("T")


class Secrets:
    """The secrets of everything that a review has read; `allow` are names of variables whose values are none.

    What one record gives away may stand in the results of another, so all is hidden in all; `api.hiding.Hiding` hides
    each record by itself.
    """

    def __init__(self, allow: Collection[str]) -> None:
        """Know none yet."""
        self._allow = allow
        self._found: set[str] = set()

    def look_through(self, document: Document) -> None:
        """Learn the secrets of a document."""
        self._found |= redact_document(document, allow=self._allow).secrets

    def hide(self, result: T) -> T:
        """The same result (a dataclass or several in a tuple), with every secret in any text of it redacted."""
        return cast("T", self._hide(result)) if self._found else result

    def _hide(self, value: object) -> object:
        if isinstance(value, str):
            return redact_text(value, self._found)
        if isinstance(value, tuple):
            return tuple(map(self._hide, value))
        if isinstance(value, Mapping):
            return {name: self._hide(inner) for name, inner in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: self._hide(getattr(value, field.name)) for field in fields(value)})
        return value
