"""How a record is written down, and read back from what was written.

Canonical YAML is a small, fixed subset that every YAML reader understands the same way: keys in the schema's order,
parameters sorted, ids and versions and parameter values always quoted, multi-line text as block literals, anything
that is not plainly a word quoted with JSON's escapes, UTF-8, one final newline. Same document, same bytes.

PyYAML is not needed to read that subset back: `parse_canonical` reads it line by line and then proves the result by
writing it again. It costs half of what PyYAML's C loader does, and start-up never pays for the import.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from registry_tool.printable import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry_tool.record.identity import Document, Json

FIELDS = (
    "schemaVersion",
    "configId",
    "projectName",
    "deploymentConfig",
    "architecture",
    "backend",
    "modelName",
    "modelFormat",
    "instanceType",
    "awsRegion",
    "deploymentTarget",
    "buildTarget",
    "buildStrategy",
    "baseImage",
    "endpointConfig",
    "icConfig",
    "icList",
    "parameters",
    "icEnvironment",
    "status",
    "notes",
    "generatorVersion",
    "registeredAt",
    "project",
)
"""The fields of a record, in the order in which they are written."""

NESTED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "endpointConfig": ("initialInstanceCount", "dataCapturePercent", "variantName", "volumeSize"),
    "icConfig": ("cpuCount", "memorySize", "gpuCount", "copyCount", "modelWeight"),
    "icList": ("name", "isAdapter", "baseIcName", "image", "artifactUrl", "gpuCount", "copyCount"),
    "project": ("remote", "commit", "branch", "dirty", "path"),
}

_MAPS = frozenset({"parameters", "icEnvironment"})
_QUOTED = frozenset({"configId", "generatorVersion", "registeredAt", "commit"})

# Letters first, so nothing that any reader takes for a number or a date; ":" and "#" only where they cannot open
# a mapping or a comment.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@+=-]|:(?=[A-Za-z0-9_./@+=-])| (?=[A-Za-z0-9(]))*")
_LONGEST_RETYPED = len("infinity")
_RETYPED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"})
_LINE = re.compile(r'( {0,4})(- )?("(?:[^"\\]|\\.)*"|[A-Za-z_][\w./-]*):(?: (.*))?')
_BLOCK = re.compile(r"\|(2?)([+-]?)")


def to_yaml(document: Document) -> bytes:
    """The canonical YAML of a valid document, as UTF-8. Absent and empty fields are left out."""
    lines: list[str] = []
    for name in FIELDS:
        value = document.get(name)
        if _is_absent(value):
            continue
        if isinstance(value, dict):
            lines.append(f"{name}:")
            names = sorted(value) if name in _MAPS else [key for key in NESTED_FIELDS[name] if key in value]
            for key in names:
                if name in _MAPS or not _is_absent(value[key]):
                    _write_entry(lines, "  ", key, value[key], quoted=name in _MAPS or key in _QUOTED)
        elif isinstance(value, list):
            lines.append(f"{name}:")
            for item in value:
                _write_item(lines, cast("dict[str, Json]", item))
        else:
            _write_entry(lines, "", name, value, quoted=name in _QUOTED)
    return ("\n".join(lines) + "\n").encode()


def parse_canonical(data: bytes) -> Document | None:
    """The document whose canonical YAML is exactly `data`, or None if `data` is not canonical."""
    try:
        document = _parse_lines(data.decode().split("\n"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    try:
        return document if to_yaml(document) == data else None
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def in_order(document: Document) -> Document:
    """The document with its fields in the schema's order, without those that are empty."""
    return {name: document[name] for name in FIELDS if not _is_absent(document.get(name))}


def public_document(document: Document) -> Document:
    """The document as `--json` and the CI table show it: readers of those expect `""` where a text is missing."""
    return {
        name: document.get(name, "")
        for name in FIELDS
        if name in document or name in {"backend", "modelName", "baseImage"}
    }


def quote(text: str) -> str:
    """`text` as a double-quoted YAML scalar; invisible characters are escaped. Also valid JSON below U+10000."""
    return INVISIBLE.sub(_escape, json.dumps(text, ensure_ascii=False))


def number(value: float) -> str:
    """A number without exponent, which YAML readers disagree about: `1`, `0.5`, `0.0000001`."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    digits = repr(value)
    if "e" not in digits:
        return digits
    from decimal import Decimal  # only the smallest of weights come here

    return format(Decimal(digits), "f")


def _is_absent(value: Json) -> bool:
    return not value and not isinstance(value, int | float)  # 0 and false are said


def _write_item(lines: list[str], item: Mapping[str, Json]) -> None:
    indent = "  - "
    for key in NESTED_FIELDS["icList"]:
        if key in item:
            _write_entry(lines, indent, key, item[key], quoted=False)
            indent = "    "


def _write_entry(lines: list[str], indent: str, key: str, value: Json, *, quoted: bool) -> None:
    if quoted and not _is_plain(key):  # only the names of variables come from outside
        key = quote(key)
    if isinstance(value, str):
        if "\n" in value and value.strip() and not INVISIBLE.search(value):
            indicator = "2" if value[0] in " \n\t" else ""
            chomp = "-" if value[-1] != "\n" else "+" if value[-2:] == "\n\n" else ""
            margin = " " * (len(indent) + 2)
            lines.append(f"{indent}{key}: |{indicator}{chomp}")
            lines.extend(margin + line if line else "" for line in value.removesuffix("\n").split("\n"))
            return
        text = value if not quoted and _is_plain(value) else quote(value)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = number(cast("float", value))
    lines.append(f"{indent}{key}: {text}")


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and (len(text) > _LONGEST_RETYPED or text.lower() not in _RETYPED)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  the end of the basic plane


def _parse_lines(lines: list[str]) -> Document:
    """Read the canonical subset. Whatever else it makes of other text, `parse_canonical` throws away."""
    document: Document = {}
    inner: dict[str, Json] = {}
    last = ""
    numbered = iter(range(len(lines) - 1))
    for at in numbered:
        match = _LINE.fullmatch(lines[at])
        if match is None:
            raise ValueError(lines[at])
        indent, dash, key, text = match.groups()
        if key[0] == '"':
            key = json.loads(key)
        target = inner if indent else document
        if text is None:
            inner = {}
            starts_list = lines[at + 1].startswith("  - ")
            document[key] = [] if starts_list else inner
            last = key
            continue
        if dash:
            inner = target = {}
            cast("list[Json]", document[last]).append(inner)
        if block := _BLOCK.fullmatch(text):
            margin = len(indent) + (4 if dash else 2)
            target[key] = _read_block(lines, at, margin, block[2], numbered)
        else:
            target[key] = _read_scalar(text)
    return document


def _read_block(lines: list[str], at: int, margin: int, chomp: str, numbered: Iterator[int]) -> str:
    end = at + 1
    prefix = " " * margin
    while end < len(lines) - 1 and (not lines[end] or lines[end].startswith(prefix)):
        end += 1
        next(numbered)
    text = "\n".join(line[margin:] for line in lines[at + 1 : end])
    return text if chomp == "-" else text + "\n"


def _read_scalar(text: str) -> Json:
    if text[0] == '"':
        return cast("str", json.loads(text))
    if text in {"true", "false"}:
        return text == "true"
    if text[0] in "-0123456789":
        return float(text) if "." in text else int(text)
    return text
