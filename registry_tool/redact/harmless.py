"""Which documents hold nothing that any rule would look at twice; remembered, because records say the same again.

Where nothing at all is found in any single text of a document, redaction has nothing to take out of it: what it spares,
and what it looks for elsewhere, begins with something that was found.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from registry_tool.record.fields import VARIABLE_MAPS
from registry_tool.redact.names import name_rule
from registry_tool.redact.search import ALL, Known, find_named, may_hold_secret

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

_NOTHING = Known(())
_MOST = 100_000
_LONGEST = 200
# Each record has its own, so there is nothing to remember.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Harmless:
    """Says of one document after another whether it is clean; `allow` are names that are exempt."""

    def __init__(self, allow: Collection[str] = ()) -> None:
        """Know no text yet."""
        self._allow = allow
        self._texts: set[tuple[str, str]] = set()
        self._keys: set[tuple[str, ...]] = set()

    def holds(self, document: Document) -> bool:
        """Whether `redact_document` would leave the document as it is. Not every clean document is recognised."""
        return self._is_clean(document, "", is_named=False)

    def _is_clean(self, value: Json | Document, name: str, *, is_named: bool) -> bool:
        if isinstance(value, str):
            return (name, value) in self._texts or self._look(name, value)
        if isinstance(value, list):
            return all(self._is_clean(item, name, is_named=False) for item in value)
        if isinstance(value, dict):
            return self._is_clean_map(value, is_named=is_named)
        return not name or self._look(name, str(value))

    def _is_clean_map(self, value: Document, *, is_named: bool) -> bool:
        keys = tuple(value)
        if keys not in self._keys:
            if not all(self._look("", key) for key in keys):
                return False
            if len(self._keys) < _MOST:
                self._keys.add(keys)
        for key, item in value.items():
            if is_named and not isinstance(item, str) and not self._look(key, str(item)):
                return False
            if not self._is_clean(item, key if is_named else "", is_named=key in VARIABLE_MAPS):
                return False
        return True

    def _look(self, name: str, text: str) -> bool:
        """Whether a text is harmless that stands under the name of a variable, if it has one."""
        if not name and _TIME.fullmatch(text):
            return True
        exempt = not name or name in self._allow
        if not exempt and name_rule(name, text, self._allow):
            return False
        said = "" if exempt else name
        if may_hold_secret(f"{said}={text}" if said else text) and find_named(said, text, ALL, _NOTHING):
            return False
        if len(self._texts) < _MOST and len(text) <= _LONGEST:
            self._texts.add((name, text))
        return True
