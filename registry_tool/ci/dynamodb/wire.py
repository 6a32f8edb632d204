"""How attributes look in DynamoDB's calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from registry_tool.ci.table import Attribute
from registry_tool.record.identity import Json


def to_wire(attributes: Mapping[str, Attribute]) -> dict[str, dict[str, str]]:
    """Attributes as DynamoDB's calls take them."""
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in attributes.items()}


def from_wire(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Json]:
    """The attributes of an item that was read, as plain data; binary values in hex, sets in order."""
    return {name: _plain(*next(iter(typed.items()))) for name, typed in item.items()}


def _plain(kind: str, value: Any) -> Json:  # noqa: ANN401  whatever botocore made of it
    reading = _PLAIN.get(kind)
    return reading(value) if reading else cast("Json", value)


def _number(text: str) -> Json:
    return int(text) if text.lstrip("-").isdigit() else float(text)


_PLAIN: Mapping[str, Callable[[Any], Json]] = {
    "N": _number,
    "NULL": lambda _: None,
    "M": from_wire,
    "L": lambda entries: [_plain(*next(iter(entry.items()))) for entry in entries],
    "SS": lambda texts: [*sorted(texts)],
    "NS": lambda texts: [_number(text) for text in sorted(texts, key=float)],
    "BS": lambda entries: [data.hex() for data in sorted(map(bytes, entries))],
    "B": lambda data: bytes(data).hex(),
}
