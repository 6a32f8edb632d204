"""A quick yes to whether data conforms to a JSON Schema; a no may also mean that it cannot say.

A schema becomes a tree of Python closures, in a millisecond and with nothing imported: loading any validator library
takes longer than the commit of a registration. Only the keywords that this project's schemas use are known, and an
unknown one is an error when the schema is compiled, so a yes is never given by overlooking a rule. Tests hold it
against the reference validator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from registry_tool.record.identity import Json

Check: TypeAlias = Callable[[Json], bool]
Schema: TypeAlias = Mapping[str, Json]

_NOT_TEXT = re.compile("[\ud800-\udfff]")
# Beyond it, JSON readers disagree about a number.
_LARGEST = 1 << 53
_NO_RULES = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "deprecated", "then", "else"}
)


def compile_schema(schema: Schema) -> Check:
    """The check for a schema (draft 2020-12, local `$ref` only). `NotImplementedError` names a keyword it lacks."""
    check = _compile(schema, schema)

    def answer(value: Json) -> bool:
        try:
            return check(value)
        except _CannotSayError:
            return False

    return answer


class _CannotSayError(Exception):
    """The data holds what JSON cannot, or not in every program. Not a no, which a `not` would turn into a yes."""


def _compile(schema: Json | Schema, root: Schema) -> Check:
    if isinstance(schema, bool):
        return lambda _: schema
    rules = cast("Schema", schema)
    checks = []
    for keyword in rules:
        if keyword in _KEYWORDS:
            checks.append(_KEYWORDS[keyword](rules, root))
        elif keyword not in _NO_RULES:
            raise NotImplementedError(f"the JSON Schema keyword {keyword!r}")
    if len(checks) == 1:
        return checks[0]

    def check(value: Json) -> bool:
        for one in checks:  # noqa: SIM110  a generator for each value costs more than all the rest
            if not one(value):
                return False
        return True

    return check


def _reference(schema: Schema, root: Schema) -> Check:
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    return _compile(cast("Schema", root["$defs"])[name], root)


def _type(schema: Schema, _root: Schema) -> Check:
    return _TYPES[str(schema["type"])]


def _is_text(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    if not value.isascii() and _NOT_TEXT.search(value):
        raise _CannotSayError
    return True


def _is_number(value: Json) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    if not -_LARGEST <= value <= _LARGEST:
        raise _CannotSayError
    return True


def _is_integer(value: Json) -> bool:
    return _is_number(value) and cast("float", value) == int(cast("float", value))


def _constant(schema: Schema, _root: Schema) -> Check:
    return _one_of([schema["const"]])


def _enumeration(schema: Schema, _root: Schema) -> Check:
    return _one_of(cast("list[Json]", schema["enum"]))


def _one_of(values: list[Json]) -> Check:
    # True equals 1 in Python, but not in JSON.
    wanted = [(isinstance(value, bool), value) for value in values]
    return lambda value: (isinstance(value, bool), value) in wanted


def _pattern(schema: Schema, _root: Schema) -> Check:
    search = re.compile(str(schema["pattern"])).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _least_length(schema: Schema, _root: Schema) -> Check:
    least = cast("int", schema["minLength"])
    return lambda value: not isinstance(value, str) or len(value) >= least


def _most(keyword: str, kind: type[str | list[Json] | dict[str, Json]]) -> Callable[[Schema, Schema], Check]:
    def rule(schema: Schema, _root: Schema) -> Check:
        most = cast("int", schema[keyword])
        return lambda value: not isinstance(value, kind) or len(value) <= most

    return rule


def _minimum(schema: Schema, _root: Schema) -> Check:
    least = cast("float", schema["minimum"])
    return lambda value: not isinstance(value, int | float) or isinstance(value, bool) or value >= least


def _maximum(schema: Schema, _root: Schema) -> Check:
    most = cast("float", schema["maximum"])
    return lambda value: not isinstance(value, int | float) or isinstance(value, bool) or value <= most


def _required(schema: Schema, _root: Schema) -> Check:
    names = frozenset(cast("list[str]", schema["required"]))
    return lambda value: not isinstance(value, dict) or value.keys() >= names


def _properties(schema: Schema, root: Schema) -> Check:
    """`properties` and `additionalProperties`, which means the ones that `properties` does not name."""
    named = {name: _compile(inner, root) for name, inner in cast("Schema", schema.get("properties", {})).items()}
    others = _compile(schema.get("additionalProperties", True), root)

    def check(value: Json) -> bool:
        if not isinstance(value, dict):
            return True
        for name, inner in value.items():  # noqa: SIM110  as above
            if not named.get(name, others)(inner):
                return False
        return True

    return check


def _property_names(schema: Schema, root: Schema) -> Check:
    check = _compile(schema["propertyNames"], root)
    return lambda value: not isinstance(value, dict) or all(_is_text(name) and check(name) for name in value)


def _items(schema: Schema, root: Schema) -> Check:
    check = _compile(schema["items"], root)
    return lambda value: not isinstance(value, list) or all(check(item) for item in value)


def _unique(schema: Schema, _root: Schema) -> Check:
    if schema["uniqueItems"] is not True:
        return _yes

    def check(value: Json) -> bool:
        if not isinstance(value, list):
            return True
        if not all(isinstance(item, str) for item in value):
            raise _CannotSayError
        return len(set(cast("list[str]", value))) == len(value)

    return check


def _all_of(schema: Schema, root: Schema) -> Check:
    checks = [_compile(inner, root) for inner in cast("list[Json]", schema["allOf"])]
    return lambda value: all(check(value) for check in checks)


def _negation(schema: Schema, root: Schema) -> Check:
    check = _compile(schema["not"], root)
    return lambda value: not check(value)


def _condition(schema: Schema, root: Schema) -> Check:
    condition, met, unmet = (_compile(schema.get(keyword, True), root) for keyword in ("if", "then", "else"))
    return lambda value: met(value) if condition(value) else unmet(value)


_TYPES: Mapping[str, Check] = {
    "string": _is_text,
    "integer": _is_integer,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}
_KEYWORDS: Mapping[str, Callable[[Schema, Schema], Check]] = {
    "$ref": _reference,
    "type": _type,
    "const": _constant,
    "enum": _enumeration,
    "pattern": _pattern,
    "minLength": _least_length,
    "maxLength": _most("maxLength", str),
    "maxItems": _most("maxItems", list),
    "maxProperties": _most("maxProperties", dict),
    "minimum": _minimum,
    "maximum": _maximum,
    "required": _required,
    "properties": _properties,
    "additionalProperties": lambda schema, root: _properties(schema, root) if "properties" not in schema else _yes,
    "propertyNames": _property_names,
    "items": _items,
    "uniqueItems": _unique,
    "allOf": _all_of,
    "not": _negation,
    "if": _condition,
}


def _yes(_value: Json) -> bool:
    return True
