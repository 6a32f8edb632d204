"""Whether a document satisfies its JSON Schema, and in plain words where it does not.

`conformity` answers the usual case, yes, in microseconds. Only after a no is `jsonschema`, the oracle, loaded to
explain it; that the two agree is tested. A description beside a `not` in the schemas is the message for whoever breaks
it, and a description beside a `pattern` says the pattern in words. Nothing that a schema refers to is ever fetched.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from registry_tool import __version__
from registry_tool.printable import json_text, one_line
from registry_tool.problems import Problem, field_path
from registry_tool.record.fields import FIELDS, RECORD_VERSIONS, SCHEMA_VERSION
from registry_tool.record.yamldoc import MAX_DEPTH, MOST_PROBLEMS, Place
from registry_tool.rules.conformity import Check, compile_schema

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

    from registry_tool.record.identity import Document, Json

_NO_PLACES: Mapping[str, Place] = MappingProxyType({})

_MESSAGES = {
    "type": "is {kind}, not {type}",
    "enum": "is not one of the allowed values",
    "const": "is not the required value",
    "pattern": "does not have the required form",
    "not": "{description}",
    "minimum": "is less than {limit}",
    "exclusiveMinimum": "is not more than {limit}",
    "maximum": "is more than {limit}",
    "exclusiveMaximum": "is not less than {limit}",
    "multipleOf": "is not a multiple of {limit}",
    "minLength": "is shorter than {limit} characters",
    "maxLength": "is longer than {limit} characters",
    "minItems": "has fewer than {limit} entries",
    "maxItems": "has more than {limit} entries",
    "minProperties": "has fewer than {limit} entries",
    "maxProperties": "has more than {limit} entries",
    "uniqueItems": "names something twice",
    "contains": "has no entry that satisfies `contains`",
    "anyOf": "matches none of the allowed alternatives",
    "oneOf": "matches none, or more than one, of the allowed alternatives",
    "dependentRequired": "lacks a field that another field requires",
    "false": "is not allowed",
}
_OTHER_MESSAGE = "breaks a rule"
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
_UNSHOWN = frozenset(field.name for field in FIELDS if field.is_free)


def load(name: str) -> dict[str, Json]:
    """The schema `name`, such as `record-1`."""
    return cast("dict[str, Json]", json.loads(schema_file(name).read_bytes()))


def schema_file(name: str) -> Path:
    """The file of the schema `name`."""
    return _folder() / f"{name}.schema.json"


def schema_files() -> list[Path]:
    """The files of all schemas."""
    return sorted(_folder().glob("*.schema.json"))


def check_record(
    document: Document, *, places: Mapping[str, Place] = _NO_PLACES, file: str = ""
) -> tuple[Problem, ...]:
    """What the schema of the record's own version finds wrong with it, found at `places` (by field path) of `file`.

    A record that says no version is held to the newest; one of a newer tool is told to be just that.
    """
    version = document.get("schemaVersion")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        place = place_of(("schemaVersion",), places)
        message = (
            f"is {version}, and this registry-tool ({__version__}) is too old for it: it reads versions up to "
            f"{SCHEMA_VERSION}; upgrade to one that reads {version}"
        )
        newer = Problem(rule="schema/version", message=message, path="schemaVersion", file=file)
        return (replace(newer, line=place.line, column=place.column),)
    known = version if version in RECORD_VERSIONS else SCHEMA_VERSION
    return _own(f"record-{known}").check(document, places=places, file=file)


def check_settings(
    document: Document, *, places: Mapping[str, Place] = _NO_PLACES, file: str = ""
) -> tuple[Problem, ...]:
    """What the schema of registry.yaml finds wrong with `document`, found at `places` (by field path) of `file`."""
    return _own("registry-1").check(document, places=places, file=file)


def explain_schema(schema: Json, *, places: Mapping[str, Place] = _NO_PLACES, file: str = "") -> tuple[Problem, ...]:
    """What is wrong with `schema` itself, as a JSON Schema of draft 2020-12."""
    from jsonschema import Draft202012Validator

    meta = Checker(cast("Document", Draft202012Validator.META_SCHEMA), quick=None)
    return meta.check(cast("Document", schema), places=places, file=file)


def place_of(parts: Sequence[str | int], places: Mapping[str, Place]) -> Place:
    """The place of a field, or of the nearest field around it that exists; line 0 if no places are known."""
    for end in range(len(parts), -1, -1):
        if place := places.get(field_path(parts[:end])):
            return place
    return Place(0, 0)


class Checker:
    """A JSON Schema that documents are checked against."""

    def __init__(self, schema: Document, *, quick: Check | None, kind: str = "schema") -> None:
        """Check against `schema`; `quick` says yes of what surely conforms. The rules' ids begin with `kind`.

        The violations of a schema of another kind than `schema` are explained by the words that it holds.
        """
        self._schema, self._quick, self._kind = schema, quick, kind

    def check(
        self, document: Document, *, places: Mapping[str, Place] = _NO_PLACES, file: str = ""
    ) -> tuple[Problem, ...]:
        """What is wrong with `document`, found at `places` (by field path) of `file`."""
        if self._quick and self._quick(document):
            return ()
        problems = []
        for flaw in dict.fromkeys(self._explain(document)):
            place = place_of(flaw.parts, places)
            problems.append(
                Problem(
                    rule=f"{self._kind}/{flaw.keyword}",
                    message=flaw.message,
                    path=_encodable(field_path(flaw.parts)),
                    file=file,
                    line=place.line,
                    column=place.column,
                    found=flaw.found,
                    expected=flaw.expected,
                    nearest=flaw.nearest,
                    explanation=flaw.explanation,
                )
            )
        return tuple(problems)

    def _explain(self, document: Document) -> Iterator[_Flaw]:
        flaws = tuple(islice(_not_json(document), MOST_PROBLEMS))
        if self._kind == "schema":
            yield from flaws
        if any(len(flaw.parts) > MAX_DEPTH for flaw in flaws):
            return  # the oracle recurses
        for error in islice(self._oracle.iter_errors(document), MOST_PROBLEMS):
            for flaw in _describe(error):
                yield flaw if self._kind == "schema" else _in_their_words(flaw, self._schema, error)

    @cached_property
    def _oracle(self) -> Draft202012Validator:
        from jsonschema import Draft202012Validator  # 75 ms that only bad documents pay
        from referencing import Registry

        return Draft202012Validator(self._schema, registry=Registry())


def _folder() -> Path:
    """Where the schemas are: in the installed package, else in the repository that it is run from."""
    package = Path(__file__).parents[1]
    installed = package / "_schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


class _Flaw(NamedTuple):
    """A problem before it has a place."""

    keyword: str
    parts: tuple[str | int, ...]
    message: str
    found: str = ""
    expected: str = ""
    nearest: str = ""
    explanation: str = ""


@cache
def _own(name: str) -> Checker:
    schema = load(name)
    return Checker(schema, quick=compile_schema(schema))


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
    """The flaws that one of the oracle's errors means."""
    keyword, instance = str(error.validator or "false"), cast("Json", error.instance)
    schema = cast("Mapping[str, Json]", error.schema) if isinstance(error.schema, dict) else {}
    parts = tuple(cast("Iterable[str | int]", error.absolute_path))
    if "propertyNames" in error.absolute_schema_path:
        expected = str(schema.get("description", ""))
        yield _Flaw("propertyNames", (*parts, str(instance)), "is not an allowed name here", expected=expected)
    elif keyword == "required":
        missing = (name for name in cast("list[str]", schema[keyword]) if name not in cast("Document", instance))
        yield from (_Flaw(keyword, (*parts, name), "is missing") for name in missing)
    elif keyword == "additionalProperties" and "patternProperties" not in schema:
        known = cast("Document", schema.get("properties", {}))
        unused = known.keys() - cast("Document", instance)
        unknown = (name for name in cast("Document", instance) if name not in known)
        yield from (
            _Flaw(keyword, (*parts, name), "is not a known field", nearest=find_nearest(name, unused))
            for name in unknown
        )
    else:
        yield _describe_value(keyword, parts, schema, instance)


def _describe_value(keyword: str, parts: tuple[str | int, ...], schema: Mapping[str, Json], instance: Json) -> _Flaw:
    limit, description = schema.get(keyword), schema.get("description", "")
    message = _MESSAGES.get(keyword, _OTHER_MESSAGE).format(
        limit=limit, description=description, kind=_kind(instance), type=_type_name(limit)
    )
    if keyword in {"minLength", "minItems", "minProperties"} and limit == 1:
        message = "is empty"
    found = "" if _UNSHOWN.intersection(parts[:1]) else _shown(instance)
    expected, nearest = "", ""
    if keyword == "enum":
        known = [value if isinstance(value, str) else json_text(value) for value in cast("list[Json]", limit)]
        expected, nearest = f"one of {', '.join(known)}", find_nearest(instance, known)
    elif keyword == "const":
        expected = json_text(limit)
    elif keyword == "pattern":
        expected = str(description or f"what matches {limit}")
    return _Flaw(keyword, parts, message, found, expected, nearest)


def _in_their_words(flaw: _Flaw, schema: Document, error: ValidationError) -> _Flaw:
    """The flaw with what the schema itself says about it: to a team, a description says what is expected."""
    explanation = _explanation(schema, error)
    if flaw.keyword != "not":
        return flaw._replace(explanation=explanation)
    rule = cast("Document", error.schema)
    expected = one_line(str(rule.get("description", "")))
    return flaw._replace(message="is not allowed", expected=expected, explanation=explanation)


def _explanation(schema: Document, error: ValidationError) -> str:
    """The title and the comment of the rule that was broken: of the innermost schema around it that has any."""
    node: object = schema
    words = _words(schema)
    for step in error.absolute_schema_path:
        while isinstance(node, dict) and step not in node and "$ref" in node:
            node = resolve(schema, str(node["$ref"]))
            words = _words(node) or words
        try:
            node = node[step]  # type: ignore[index]  # whatever does not fit ends the walk
        except (KeyError, IndexError, TypeError):
            break
        words = _words(node) or words
    return words


def resolve(schema: Document, reference: str) -> Json:
    """What a reference such as `#/$defs/region` means in `schema`; None if it means nothing there."""
    node: Json = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            node = node.get(name) if isinstance(node, dict) else None
    return node


def _words(node: object) -> str:
    said = [node.get("title"), node.get("$comment")] if isinstance(node, dict) else []
    return ": ".join(one_line(text) for text in said if isinstance(text, str) and text)


def _type_name(limit: Json) -> str:
    names = limit if isinstance(limit, list) else [limit]
    return " or ".join(_TYPES.get(str(name), str(name)) for name in names)


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
    """The value on one line of bearable length; "" for a list or a mapping."""
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


def find_nearest(value: Json, known: Iterable[str]) -> str:
    """The one of `known` that is written much like `value`; empty if none is."""
    from difflib import get_close_matches

    close = get_close_matches(value[:_SHOWN], sorted(known), n=1) if isinstance(value, str) else []
    return close[0] if close else ""


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()
