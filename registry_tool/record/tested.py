"""What of a record CI sees: the configuration that a harness is given to test, and its digest.

Only this decides whether a record is tested again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from registry_tool.record.canonical import public_document
from registry_tool.record.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.record.identity import Document, Json

ENVIRONMENT = "icEnvVars"
"""Under this name a harness reads the deploy-time variables, which a record has as `icEnvironment`."""

ROOM = (400 - 16) * 1024
"""The bytes that an item of a CI table has for a record: DynamoDB takes 400 KB, and a harness adds its results."""

_SEEN = frozenset(field.name for field in FIELDS if field.in_ci)
_SEEN_OF_ENTRY = tuple(inner.name for field in FIELDS if field.name == "icList" for inner in field.inner if inner.in_ci)


def seen_by_ci(document: Document) -> Document:
    """The record with the first of its inference components by name, and all adapters: CI tests no other component.

    Of both, the fields that readers of the CI table know; a text that one lacks is "" to them.
    """
    entries = document.get("icList")
    # A record that breaks the rules is reviewed, too.
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return document
    named = cast("list[dict[str, Json]]", entries)
    adapters = [entry for entry in named if entry.get("isAdapter") is True]
    components = sorted((entry for entry in named if entry not in adapters), key=lambda entry: str(entry.get("name")))
    return {**document, "icList": [_seen_entry(entry) for entry in (*components[:1], *adapters)]}


def tested_configuration(document: Document) -> Document:
    """What a harness is given to test of a record."""
    shown = public_document(seen_by_ci(document))
    seen = {name: value for name, value in shown.items() if name in _SEEN}
    if environment := document.get("icEnvironment"):
        seen[ENVIRONMENT] = environment
    return seen


def compact(configuration: Mapping[str, Json]) -> str:
    """A configuration as compact JSON: the same configuration, the same text."""
    import json

    return json.dumps(configuration, ensure_ascii=False, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 (hex) over a text, such as a configuration in compact JSON."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Excess(NamedTuple):
    """That a record is too large for a CI table: its bytes there, and the field that has the most of them."""

    total: int
    field: tuple[str, ...]
    bytes: int


def find_excess(document: Document) -> Excess | None:
    """What makes a record too large for an item of a CI table; None if there is room for it."""
    notes = str(document.get("notes", ""))
    configuration = tested_configuration(document)
    total = len(compact(configuration).encode("utf-8", "surrogatepass")) + len(notes.encode("utf-8", "surrogatepass"))
    if total <= ROOM:
        return None
    sizes: dict[tuple[str, ...], int] = {}
    for name, value in {**document, "notes": notes}.items():
        parts = value if isinstance(value, dict) else {"": value}
        for inner, part in parts.items():
            sizes[(name, inner) if inner else (name,)] = len(compact({"": part}).encode("utf-8", "surrogatepass"))
    field = max(sizes, key=lambda one: sizes[one])
    return Excess(total, field, sizes[field])


def tested_digest(document: Document) -> str:
    """The digest of what a harness is given to test: records with the same digest need only one test."""
    return digest_of(compact(tested_configuration(document)))


def _seen_entry(entry: Mapping[str, Json]) -> dict[str, Json]:
    expected = {"baseIcName", "artifactUrl"} if entry.get("isAdapter") is True else {"image"}
    return {name: entry.get(name, "") for name in _SEEN_OF_ENTRY if name in entry or name in expected}
