"""What says which deployment a record is about, and is no secret because another variable has the same value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.problems import field_path
from registry_tool.record.fields import FIELDS
from registry_tool.redact.search import BY_PLACE, Known, find, narrow
from registry_tool.redact.values import looks_random

if TYPE_CHECKING:
    from registry_tool.record.identity import Json
    from registry_tool.redact.search import Hit

_TEXTS = tuple(
    field.name for field in FIELDS if field.kind == "text" and field.role in {"identity", "derived", "content"}
)
_COMPONENTS = {
    field.name: tuple(inner.name for inner in field.inner if inner.kind == "text")
    for field in FIELDS
    if field.kind == "entries"
}
_SHORTEST_WORD = 8


class Identities:
    """The values that identify a deployment: project, model, image, place, the names of its ICs and adapters."""

    __slots__ = ("_clear", "_document", "_fields")

    def __init__(self, document: Mapping[str, Json]) -> None:
        """Take those of this document."""
        self._document = document
        # Nearly no document has a secret that stands in one of them.
        self._clear: dict[str, str] | None = None
        self._fields: dict[str, str] | None = None

    def fields_with(self, value: str) -> list[str]:
        """The paths of the fields that `value` identifies: they are it, or hold it as a word of their own.

        What looks random is no word: a token that was pasted into an image's tag is still a token.
        """
        if self._clear is None:
            self._clear = dict(_leaves(self._document))
        if not any(value in text for text in self._clear.values()):
            return []
        if self._fields is None:
            self._fields = dict(_without_secrets(self._clear))
        is_word = len(value) >= _SHORTEST_WORD and not looks_random(value)
        word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])")
        return [path for path, text in self._fields.items() if text == value or (is_word and word.search(text))]

    def spare(self, hit: Hit) -> bool:
        """Whether what was found is no secret: only its place says so, and it identifies the deployment."""
        _, _, rule, secret = hit
        return rule in BY_PLACE and bool(self.fields_with(secret))


def _leaves(document: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name in _TEXTS:
        if isinstance(value := document.get(name), str):
            yield name, value
    for group, names in _COMPONENTS.items():
        entries = document.get(group)
        for at, entry in enumerate(entries if isinstance(entries, list) else ()):
            for name in names if isinstance(entry, dict) else ():
                if isinstance(value := entry.get(name), str):  # type: ignore[union-attr]
                    yield field_path([group, at, name]), value


def _without_secrets(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fields, but what a format or a place says is a secret in them: `user:password@` before an image's name."""
    candidates, nothing = narrow("\x1e".join(fields.values())), Known(())
    for path, text in fields.items():
        kept, at = "", 0
        for start, end, _, _ in sorted(find(text, candidates, nothing)):
            kept += text[at:start] + "\x1e"
            at = max(at, end)
        yield path, kept + text[at:]
