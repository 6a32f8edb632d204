"""How the CI table's creation looks, and how its template is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import json_text, one_line
from registry_tool.record.canonical import quote
from registry_tool.record.identity import Document, Json
from registry_tool.views.forms import columns

if TYPE_CHECKING:
    from registry_tool.ci.dynamodb.creation import CreatedTable

_STATES = {
    "made": "made",
    "agrees": "agrees",
    "differs": "differs, and was left as it is",
    "unknown": "not known: this endpoint does not offer it",
}


def as_text(outcome: CreatedTable) -> str:
    """What was done with the table, and how each part of it stands; for a rehearsal, what would be done."""
    verb = ("would create" if outcome.rehearsal else "created") if outcome.created else "found"
    made = "to be made" if outcome.rehearsal else "made"
    rows = [(part.name, part.value, made if part.state == "made" else _STATES[part.state]) for part in outcome.parts]
    return f"{verb} the CI table {one_line(str(outcome.address))}\n{columns(rows, indent='  ')}"


def template_json(template: Document) -> str:
    """The template as JSON."""
    return json_text(template, indent=2) + "\n"


def template_yaml(template: Document) -> str:
    """The template as YAML, every string quoted."""
    return "".join(f"{line}\n" for line in _yaml(template))


TEMPLATE_FORMATS: Mapping[str, Callable[[Document], str]] = {"json": template_json, "yaml": template_yaml}
"""Each format that a template can be written in."""


def _yaml(value: dict[str, Json] | list[Json]) -> Iterator[str]:
    """The lines of a mapping or a list in block style; neither is empty."""
    entries = value.items() if isinstance(value, dict) else (("-", item) for item in value)
    for name, item in entries:
        label = name if isinstance(value, list) else f"{quote(name) if ':' in name else name}:"
        if not isinstance(item, dict | list):
            yield f"{label} {_scalar(item)}"
            continue
        lines = _yaml(item)
        if isinstance(value, list):
            yield f"{label} {next(lines)}"
        else:
            yield label
        yield from (f"  {line}" for line in lines)


def _scalar(value: Json) -> str:
    """A template has no numbers."""
    return quote(str(value)) if not isinstance(value, bool) else "true" if value else "false"
