"""Whether a document satisfies its JSON Schema, and in plain words where it does not.

`conformity` answers the usual case, yes, in microseconds. Only after a no is `jsonschema`, the oracle, loaded to
explain it; that the two agree is tested. A description beside a `not` in the schemas is the message for whoever breaks
it, and a description beside a `pattern` says the pattern in words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from registry_tool.conformity import compile_schema
from registry_tool.printable import json_text
from registry_tool.problems import Problem, field_path
from registry_tool.yamldoc import MAX_DEPTH, MOST_PROBLEMS, Place

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from registry_tool.record import Document, Json

_NO_PLACES: Mapping[str, Place] = MappingProxyType({})

_MESSAGES = {
    "type": "is {kind}, not {type}",
    "enum": "is none of the values that it may have",
    "const": "is not the value that it must have",
    "pattern": "is not written as it must be",
    "not": "{description}",
    "minimum": "is less than {limit}",
    "maximum": "is more than {limit}",
    "minLength": "is empty",
    "maxLength": "is longer than {limit} characters",
    "maxItems": "has more than {limit} entries",
    "maxProperties": "has more than {limit} entries",
    "uniqueItems": "names something twice",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_SHOWN = 60
_LARGEST_SHOWN = 10**50
# What an engineer wrote in free text or set as a parameter may hold a secret, and a secret is never shown.
_UNSHOWN = frozenset({"parameters", "icEnvironment", "notes", "project"})


def load(name: str) -> dict[str, Json]:
    """The schema `name`, such as `record-1`: from the installed package, else from the repository's `schemas/`."""
    package = Path(__file__).parent
    file = package / "_schemas" / f"{name}.schema.json"
    if not file.is_file():
        file = package.parent / "schemas" / file.name
    return cast("dict[str, Json]", json.loads(file.read_bytes()))


def check_record(
    document: Document, *, places: Mapping[str, Place] = _NO_PLACES, file: str = ""
) -> tuple[Problem, ...]:
    """What the record's schema finds wrong with `document`, found at `places` (by field path) of `file`."""
    return _check("record-1", document, places, file)


def check_settings(
    document: Document, *, places: Mapping[str, Place] = _NO_PLACES, file: str = ""
) -> tuple[Problem, ...]:
    """What the schema of registry.yaml finds wrong with `document`, found at `places` (by field path) of `file`."""
    return _check("registry-1", document, places, file)


def place_of(parts: Sequence[str | int], places: Mapping[str, Place]) -> Place:
    """Where a field stands, or the nearest field around it that is there; line 0 if no places are known."""
    for end in range(len(parts), -1, -1):
        if place := places.get(field_path(parts[:end])):
            return place
    return Place(0, 0)


class _Flaw(NamedTuple):
    """A problem before it has a place."""

    keyword: str
    parts: tuple[str | int, ...]
    message: str
    found: str = ""
    expected: str = ""
    nearest: str = ""


def _check(name: str, document: Document, places: Mapping[str, Place], file: str) -> tuple[Problem, ...]:
    if _quick_answer(name)(document):
        return ()
    problems = []
    for flaw in dict.fromkeys(_explain(name, document)):
        place = place_of(flaw.parts, places)
        problems.append(
            Problem(
                rule=f"schema/{flaw.keyword}",
                message=flaw.message,
                path=_encodable(field_path(flaw.parts)),
                file=file,
                line=place.line,
                column=place.column,
                found=flaw.found,
                expected=flaw.expected,
                nearest=flaw.nearest,
            )
        )
    return tuple(problems)


@cache
def _quick_answer(name: str) -> Callable[[Document], bool]:
    """Tells whether a document is surely valid."""
    return compile_schema(load(name))


def _explain(name: str, document: Document) -> Iterator[_Flaw]:
    from jsonschema import Draft202012Validator  # 75 ms that only bad documents pay

    flaws = tuple(islice(_not_json(document), MOST_PROBLEMS))
    yield from flaws
    if any(len(flaw.parts) > MAX_DEPTH for flaw in flaws):
        return  # the oracle recurses
    for error in islice(Draft202012Validator(load(name)).iter_errors(document), MOST_PROBLEMS):
        yield from _describe(error)


def _not_json(document: Document) -> Iterator[_Flaw]:
    """What Python can hold and JSON cannot, or not in every program. The oracle takes no offence at it."""
    waiting: list[tuple[tuple[str | int, ...], Json]] = [((), document)]
    while waiting:
        parts, value = waiting.pop()
        if len(parts) > MAX_DEPTH:
            yield _Flaw("json", parts, f"is nested more than {MAX_DEPTH} levels deep")
        elif isinstance(value, dict):
            waiting += [((*parts, key), child) for key, child in value.items()]
            waiting += [((*parts, key), key) for key in value]
        elif isinstance(value, list):
            waiting += [((*parts, at), child) for at, child in enumerate(value)]
        elif isinstance(value, str) and _encodable(value) != value:
            yield _Flaw("json", parts, "is not text that UTF-8 can hold")
        elif isinstance(value, float) and not math.isfinite(value):
            yield _Flaw("json", parts, "is not a number that JSON can hold")


def _describe(error: ValidationError) -> Iterator[_Flaw]:
    """The flaws that one of the oracle's errors stands for."""
    keyword, instance = str(error.validator), cast("Json", error.instance)
    schema = cast("Mapping[str, Json]", error.schema)
    parts = tuple(cast("Iterable[str | int]", error.absolute_path))
    if "propertyNames" in error.absolute_schema_path:
        expected = str(schema["description"])
        yield _Flaw("propertyNames", (*parts, str(instance)), "is no name that may stand here", expected=expected)
    elif keyword == "required":
        missing = (name for name in cast("list[str]", schema[keyword]) if name not in cast("Document", instance))
        yield from (_Flaw(keyword, (*parts, name), "is missing") for name in missing)
    elif keyword == "additionalProperties":
        known = cast("Document", schema["properties"])
        unused = known.keys() - cast("Document", instance)
        unknown = (name for name in cast("Document", instance) if name not in known)
        yield from (
            _Flaw(keyword, (*parts, name), "is no known field", nearest=_nearest(name, unused)) for name in unknown
        )
    else:
        yield _describe_value(keyword, parts, schema, instance)


def _describe_value(keyword: str, parts: tuple[str | int, ...], schema: Mapping[str, Json], instance: Json) -> _Flaw:
    limit, description = schema[keyword], schema.get("description", "")
    message = _MESSAGES[keyword].format(
        limit=limit, description=description, kind=_kind(instance), type=_TYPES.get(str(limit))
    )
    found = "" if _UNSHOWN.intersection(parts[:1]) else _shown(instance)
    expected, nearest = "", ""
    if keyword == "enum":
        known = cast("list[str]", limit)
        expected, nearest = f"one of {', '.join(known)}", _nearest(instance, known)
    elif keyword == "const":
        expected = json_text(limit)
    elif keyword == "pattern":
        expected = str(description)
    return _Flaw(keyword, parts, message, found, expected, nearest)


def _kind(value: Json) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a mapping"


def _shown(value: Json) -> str:
    """The value on one line of bearable length; "" for what is no single value."""
    match value:
        case None | list() | dict():
            return ""
        case str():
            text = json_text(value[:_SHOWN])
        case int() if abs(value) > _LARGEST_SHOWN:
            return "a huge number"
        case _:
            text = json_text(value)
    text = _encodable(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _nearest(value: Json, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(value[:_SHOWN], sorted(known), n=1) if isinstance(value, str) else []
    return close[0] if close else ""


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()
