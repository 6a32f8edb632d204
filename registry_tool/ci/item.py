"""What an item of the CI table says of a record: which attributes the registry writes, how, and which it leaves alone.

The registry owns `OWNED`. `testStatus`, `lastTestTimestamp` and `createdAt` are set when an item is made; of these only
`testStatus` is ever set again, to `untested`. Everything else in an item belongs to the harness.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from registry_tool.record.canonical import public_document
from registry_tool.record.fields import FIELDS, SCHEMA_VERSION
from registry_tool.record.identity import Document, Json, content_digest

KEY = "configId"
STATUS, TESTED_AT = "testStatus", "lastTestTimestamp"
UNTESTED, RUNNING = "untested", "running"
NEVER = "1970-01-01T00:00:00Z"
"""When an item was last tested that never was."""
MANAGED_BY = "registry-tool"
TESTED_DIGEST = "testedDigest"
"""The harness's: the `contentDigest` of what it tested. Unless the two are the same, the result is a stale one."""

FOLLOWED = (
    "schemaVersion",
    "configJson",
    "deploymentConfig",
    "baseImage",
    "baseImageVersion",
    "buildStrategy",
    "projectName",
    "status",
    "notes",
    "registeredAt",
    "contentDigest",
    "managedBy",
)
"""The attributes that follow the record: an item in which one of them differs is written."""
SIGNATURE = "registryDigest"
"""A digest of the registry's attributes as they were written: it tells a change by someone else from one of ours."""
SOURCE = "sourceCommit"
FORCED_AT = "retestForcedAt"
OWNED = (*FOLLOWED, SOURCE, SIGNATURE, FORCED_AT)
"""All attributes that the registry owns."""

LARGEST = 400 * 1024
"""The most bytes that DynamoDB takes in an item."""

_SIGNED = (*FOLLOWED, SOURCE)
_IN_CONFIG = frozenset(field.name for field in FIELDS if field.in_ci)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the item of a record is to say: the `FOLLOWED` attributes that the record has a value for."""

    config_id: str
    attributes: Mapping[str, str | int]


def wanted(document: Document) -> Wanted:
    """What the item of a valid record is to say."""
    image = str(document.get("baseImage", ""))
    attributes: dict[str, str | int] = {
        "schemaVersion": SCHEMA_VERSION,
        "configJson": _config_json(document),
        "deploymentConfig": str(document["deploymentConfig"]),
        "baseImage": image,
        "baseImageVersion": image_version(image),
        "buildStrategy": str(document.get("buildStrategy", "")),
        "projectName": str(document["projectName"]),
        "status": str(document["status"]),
        "registeredAt": str(document["registeredAt"]),
        "contentDigest": content_digest(document),
        "managedBy": MANAGED_BY,
    }
    if notes := document.get("notes"):
        attributes["notes"] = str(notes)
    return Wanted(str(document[KEY]), attributes)


def seen_by_ci(document: Document) -> Document:
    """The record as the CI table's readers see it: of its inference components the first by name, and all adapters."""
    entries = cast("list[dict[str, Json]]", document.get("icList", []))
    adapters = [entry for entry in entries if entry.get("isAdapter") is True]
    components = sorted((entry for entry in entries if entry not in adapters), key=lambda entry: str(entry["name"]))
    return {**document, "icList": [*components[:1], *adapters]} if "icList" in document else document


def image_version(image: str) -> str:
    """The tag of a container image; empty if it has none.

    >>> image_version("localhost:5000/vllm:v0.8.5@sha256:0f")
    'v0.8.5'
    >>> image_version("localhost:5000/vllm")
    ''
    """
    _, colon, tag = image.partition("@")[0].rpartition("/")[2].rpartition(":")
    return tag if colon else ""


def owned(item: Wanted, source: str) -> dict[str, str | int]:
    """The attributes to write for an item, from the commit `source`."""
    attributes = {**item.attributes, SOURCE: source}
    return {**attributes, SIGNATURE: signature(attributes)}


def signature(attributes: Mapping[str, Json] | Mapping[str, str | int]) -> str:
    """The digest that stands in `SIGNATURE` if the registry's other attributes are as it wrote them."""
    from hashlib import sha256

    signed = [(name, attributes[name]) for name in _SIGNED if name in attributes]
    return sha256(json.dumps(signed, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def made(item: Wanted, source: str, at: str) -> dict[str, str | int]:
    """The whole of a new item, made at the time `at`."""
    return {
        KEY: item.config_id,
        **owned(item, source),
        STATUS: UNTESTED,
        TESTED_AT: NEVER,
        "createdAt": at,
    }


def size(attributes: Mapping[str, str | int]) -> int:
    """The bytes that DynamoDB counts for an item: the names and values as UTF-8, two digits of a number in one."""
    return sum(
        len(name.encode()) + (len(value.encode()) if isinstance(value, str) else (len(str(value)) + 1) // 2 + 1)
        for name, value in attributes.items()
    )


def config_of(text: Json) -> dict[str, Json] | None:
    """What a `configJson` says, whatever tool wrote it; None if it is no JSON object."""
    try:
        said: Json = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def to_wire(attributes: Mapping[str, str | int]) -> dict[str, dict[str, str]]:
    """Attributes as DynamoDB's calls take them."""
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in attributes.items()}


def from_wire(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Json]:
    """The attributes of an item that was read, as plain data; binary values in hex, sets in order."""
    return {name: _plain(*next(iter(typed.items()))) for name, typed in item.items()}


def _config_json(document: Document) -> str:
    shown = public_document(seen_by_ci(document))
    config = {name: value for name, value in shown.items() if name in _IN_CONFIG}
    return json.dumps(config, ensure_ascii=False, separators=(",", ":"))


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
