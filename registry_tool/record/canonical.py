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
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from registry_tool.printable import INVISIBLE
from registry_tool.record.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registry_tool.record.fields import Field
    from registry_tool.record.identity import Document, Json

MODELINE = b"# yaml-language-server: $schema="
"""What a line begins with that tells an editor which schema a YAML file has."""

_SCALARS = frozenset({"text", "number", "flag"})
_MAPS = frozenset({"variables", "texts"})

# Letters first, so nothing that any reader takes for a number or a date; ":" and "#" only where they cannot open
# a mapping or a comment.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@+=-]|:(?=[A-Za-z0-9_./@+=-])| (?=[A-Za-z0-9(]))*")
_LONGEST_RETYPED = len("infinity")
_RETYPED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"})
_LINE = re.compile(r'( *)(- )?("(?:[^"\\]|\\.)*"|[A-Za-z_][\w./-]*):(?: (.*))?')
_BLOCK = re.compile(r"\|(2?)([+-]?)")


def to_yaml(document: Document) -> bytes:
    """The canonical YAML of a valid document, as UTF-8. Absent and empty fields are left out."""
    lines: list[str] = []
    _write_group(lines, "", FIELDS, document)
    return ("\n".join(lines) + "\n").encode()


def split_modeline(data: bytes) -> tuple[bytes, bytes]:
    """The first line if it tells an editor which schema to use, and the rest; it is no part of the record."""
    if not data.startswith(MODELINE):
        return b"", data
    line, end, rest = data.partition(b"\n")
    return line + end, rest


def parse_canonical(data: bytes) -> Document | None:
    """The document whose canonical YAML is exactly `data`, or None if `data` is not canonical.

    A line for editors is allowed in front.
    """
    _, data = split_modeline(data)
    try:
        document = _parse_lines(data.decode().split("\n"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    try:
        return document if to_yaml(document) == data else None
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def in_order(document: Document) -> Document:
    """The document with its fields, and those inside them, in the table's order; without top fields that are empty."""
    known = (field for field in FIELDS if not _is_absent(document.get(field.name)))
    return {field.name: _ordered(field, document[field.name]) for field in known}


def public_document(document: Document) -> Document:
    """The document as `--json` and the CI table show it: readers of those expect `""` where a text is missing."""
    return {
        field.name: document.get(field.name, "") for field in FIELDS if field.name in document or field.is_always_said
    }


def quote(text: str) -> str:
    """`text` as a double-quoted YAML scalar; invisible characters are escaped. Also valid JSON below U+10000."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'  # nearly all
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


def _ordered(field: Field, value: Json) -> Json:
    """The value with the fields of a group in the table's order; what the table does not know stays behind them."""
    if field.kind == "group" and isinstance(value, dict):
        known = {inner.name: _ordered(inner, value[inner.name]) for inner in field.inner if inner.name in value}
        return known | {name: value[name] for name in value if name not in known}
    if field.kind == "entries" and isinstance(value, list):
        return [_ordered(field._replace(kind="group"), entry) for entry in value]
    return value


def _is_absent(value: Json) -> bool:
    return not value and not isinstance(value, int | float)  # 0 and false are said


def _write_group(
    lines: list[str], margin: str, fields: Iterable[Field], values: Mapping[str, Json], *, in_list: bool = False
) -> None:
    """The lines of a group's fields. Of an entry in a list, texts that are empty are written too."""
    for field in fields:
        value = values.get(field.name)
        if _is_absent(value) and not (in_list and value == ""):
            continue
        if field.kind in _SCALARS:
            _write_entry(lines, margin, field.name, value, quoted=field.is_quoted)
            continue
        heading = f"{margin}{field.name}:"
        lines.append(heading)
        if field.kind == "group":
            _write_group(lines, margin + "  ", field.inner, cast("dict[str, Json]", value))
        elif field.kind in _MAPS:
            variables = cast("dict[str, Json]", value)
            for name in sorted(variables):
                key = name if _is_plain(name) else quote(name)
                _write_entry(lines, margin + "  ", key, variables[name], quoted=True)
        else:
            for entry in cast("list[dict[str, Json]]", value):
                _write_list_entry(lines, margin, field.inner, entry)
        if lines[-1] is heading:  # every field of the group is empty
            lines.pop()


def _write_list_entry(lines: list[str], margin: str, fields: Iterable[Field], entry: Mapping[str, Json]) -> None:
    start = len(lines)
    _write_group(lines, margin + "    ", fields, entry, in_list=True)
    if len(lines) == start:  # it has no field of a record
        lines.append(f"{margin}    {{}}")
    lines[start] = f"{margin}  - {lines[start][len(margin) + 4 :]}"


def _write_entry(lines: list[str], indent: str, key: str, value: Json, *, quoted: bool) -> None:
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


@lru_cache(maxsize=10_000)
def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and (len(text) > _LONGEST_RETYPED or text.lower() not in _RETYPED)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  the end of the basic plane


def _parse_lines(lines: list[str]) -> Document:
    """Read the canonical subset. Whatever else it makes of other text, `parse_canonical` throws away."""
    document: Document = {}
    # The mapping, and the list, whose keys are written at each indentation.
    mappings: dict[int, dict[str, Json]] = {0: document}
    lists: dict[int, list[Json]] = {}
    numbered = iter(range(len(lines) - 1))
    for at in numbered:
        margin, is_entry, key, text, value = _read_line(lines[at])
        if is_entry:
            margin += 2
            entry: dict[str, Json] = {}
            lists[margin].append(entry)
            mappings[margin] = entry
        if text is None:
            if lines[at + 1].startswith(" " * margin + "  - "):
                mappings[margin][key] = lists[margin + 4] = []
            else:
                mappings[margin][key] = mappings[margin + 2] = {}
        elif text[:1] == "|" and (block := _BLOCK.fullmatch(text)):
            mappings[margin][key] = _read_block(lines, at, margin + 2, block[2], numbered)
        else:
            mappings[margin][key] = value
    return document


@lru_cache(maxsize=20_000)
def _read_line(line: str) -> tuple[int, bool, str, str | None, Json]:
    """Its indentation, whether it begins an entry of a list, its key, and what is behind that: the text, and its value.

    Records say the same again, so most lines of a registry were read before.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    indent, dash, key, text = match.groups()
    if key[0] == '"':
        key = json.loads(key)
    value = None if text is None or text[0] == "|" else _read_scalar(text)
    return len(indent), bool(dash), key, text, value


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
        return text[1:-1] if "\\" not in text else cast("str", json.loads(text))
    if text in {"true", "false"}:
        return text == "true"
    if text[0] in "-0123456789":
        return float(text) if "." in text else int(text)
    return text
