"""Which documents hold nothing that any rule would look at twice; remembered, because records say the same again.

Where nothing at all is found in any single text of a document, redaction has nothing to take out of it: what it spares,
and what it looks for elsewhere, begins with something that was found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.record.fields import VARIABLE_MAPS
from registry_tool.redact.document import find_named, name_rule
from registry_tool.redact.search import ALL, Known

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

_NOTHING = Known(())
_MOST = 100_000
_LONGEST = 200


class Harmless:
    """Says of one document after another whether it is clean; `allow` are names that are exempt."""

    def __init__(self, allow: Collection[str] = ()) -> None:
        """Know no text yet."""
        self._allow = allow
        self._known: set[tuple[str, str]] = set()

    def holds(self, document: Document) -> bool:
        """Whether `redact_document` would leave the document as it is. Not every clean document is recognised."""
        return all(one in self._known or self._look(*one) for one in _texts(document, ""))

    def _look(self, name: str, text: str) -> bool:
        exempt = not name or name in self._allow
        if not exempt and name_rule(name, text, self._allow):
            return False
        if find_named("" if exempt else name, text, ALL, _NOTHING):
            return False
        if len(self._known) < _MOST and len(text) <= _LONGEST:
            self._known.add((name, text))
        return True


def _texts(value: Json | Mapping[str, Json], name: str, *, is_named: bool = False) -> Iterator[tuple[str, str]]:
    """Each text with the name of the variable that it is, and each key, which is a text as well."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield "", key
            if is_named and not isinstance(item, str):
                yield key, str(item)
            yield from _texts(item, key if is_named else "", is_named=key in VARIABLE_MAPS)
