"""What a team's own policy is: a JSON Schema in `registry-data/policy.schema.json` that records satisfy as well.

The policy is checked before anything is checked against it. A keyword that would have no effect is refused, because a
rule must never be silently off. References stay inside the file, because nothing is ever fetched. Patterns have a
largest length, and checking one record has a limit of processor time, because some patterns would take years.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, cast

from registry_tool.errors import TimeUpError, time_is_up
from registry_tool.problems import Problem, field_path
from registry_tool.record.yamldoc import MAX_DEPTH, MOST_PROBLEMS, Place, parse
from registry_tool.rules.schema import Checker, explain_schema, find_nearest, place_of, resolve
from registry_tool.rules.settings import PolicyError

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

MAX_BYTES = 1 << 18
LONGEST_PATTERN = 1_000
SECONDS = 2.0
"""Of processor time, for one record."""


class Policy:
    """A usable policy."""

    def __init__(self, schema: Document, file: str) -> None:
        """Hold records against `schema`, which is in `file`."""
        self._checker = Checker(schema, quick=None, kind="policy")
        self._file = file

    def check(self, document: Document, *, places: Mapping[str, Place], file: str) -> tuple[Problem, ...]:
        """What breaks the policy in a record; a `PolicyError` if that cannot be found out in reasonable time."""
        try:
            with _limited():
                return self._checker.check(document, places=places, file=file)
        except TimeUpError:
            message = f"takes more than {SECONDS:.0f} seconds for {file or 'this record'}: simplify its patterns"
            raise PolicyError((Problem(rule="policy/time", message=message, file=self._file, line=1),)) from None
        except RecursionError:
            message = "refers to itself without end"
            raise PolicyError((Problem(rule="policy/schema", message=message, file=self._file, line=1),)) from None


@cache
def parse_policy(data: bytes, *, file: str) -> Policy:
    """The policy in the text of a `policy.schema.json`; `PolicyError` if it cannot be used.

    `file` names it in messages. The answer is remembered, because all records of a registry are checked with one text.
    """
    schema = _parse_json(data, file)
    places = parse(data, file=file).places
    problems = tuple(_problem(flaw, places, file) for flaw in islice(_find_flaws(schema), MOST_PROBLEMS))
    problems = problems or explain_schema(schema, places=places, file=file)
    if problems:
        raise PolicyError(tuple(sorted(problems, key=lambda problem: (problem.line, problem.column))))
    _spell_out(cast("Document", schema))
    return Policy(cast("Document", schema), file)


def _parse_json(data: bytes, file: str) -> Json:
    def wrong(message: str, line: int = 1, column: int = 1) -> PolicyError:
        return PolicyError((Problem(rule="policy/json", message=message, file=file, line=line, column=column),))

    def pairs(items: list[tuple[str, Json]]) -> dict[str, Json]:
        names = [name for name, _ in items]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise wrong(f"says {json.dumps(twice)} twice in one place")
        return dict(items)

    def constant(name: str) -> Json:
        raise wrong(f"is not JSON: {name}")

    if len(data) > MAX_BYTES:
        raise wrong(f"is larger than {MAX_BYTES >> 10} KiB")
    try:
        return cast("Json", json.loads(data.decode(), object_pairs_hook=pairs, parse_constant=constant))
    except json.JSONDecodeError as err:
        raise wrong(f"is not JSON: {err.msg}", err.lineno, err.colno) from err
    except UnicodeDecodeError as err:
        raise wrong("is not UTF-8 text") from err
    except (RecursionError, ValueError) as err:  # a number of thousands of digits is a ValueError
        raise wrong("is nested too deep, or holds a number that is too long") from err


_Flaw: TypeAlias = tuple[tuple[str | int, ...], str, str]
"""Where in the policy, what is wrong there, and the keyword that may have been meant."""

_ONE = frozenset(
    {
        "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
        "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
_OTHERS = frozenset(
    {
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
        "maxProperties", "minProperties", "required", "dependentRequired", "$ref",
        "title", "description", "$comment", "default", "deprecated", "readOnly", "writeOnly", "examples",
        "$schema", "$id",
    }
)  # fmt: skip
_KEYWORDS = _ONE | _LISTS | _MAPS | _OTHERS
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _find_flaws(schema: Json) -> Iterator[_Flaw]:
    """What a JSON Schema may hold and a policy may not. Whether it is one at all is another question."""
    if not isinstance(schema, dict):
        yield (), "must be an object", ""
        return
    if schema.get("$schema", _DRAFT) != _DRAFT:
        yield ("$schema",), f"must be {_DRAFT}", ""
    for parts, node in _nodes(schema):
        if len(parts) > MAX_DEPTH:
            yield parts[:MAX_DEPTH], f"is nested more than {MAX_DEPTH} levels deep", ""
            return
        for keyword in node:
            if keyword not in _KEYWORDS or (keyword in {"$schema", "$id"} and parts):
                near = find_nearest(keyword, _KEYWORDS)
                yield (*parts, keyword), "is not a keyword that is checked, so a policy cannot have it", near
        if "$ref" in node and isinstance(reference := node["$ref"], str):
            if not reference.startswith("#/") and reference != "#":
                yield (*parts, "$ref"), "points out of this file, and nothing is fetched: write #/$defs/NAME", ""
            elif not isinstance(resolve(schema, reference), dict | bool):
                yield (*parts, "$ref"), "points at nothing in this file", ""
        yield from _find_bad_patterns(parts, node)


def _find_bad_patterns(parts: tuple[str | int, ...], node: Mapping[str, Json]) -> Iterator[_Flaw]:
    found: list[tuple[tuple[str | int, ...], Json]] = [((*parts, "pattern"), node.get("pattern"))]
    if isinstance(named := node.get("patternProperties"), dict):
        found += [((*parts, "patternProperties", name), name) for name in named]
    for place, pattern in found:
        if isinstance(pattern, str):
            if len(pattern) > LONGEST_PATTERN:
                yield place, f"is a pattern of more than {LONGEST_PATTERN:,} characters", ""
                continue
            try:
                re.compile(pattern)
            except (re.error, RecursionError, OverflowError) as err:
                yield place, f"is not a regular expression: {err}", ""


def _nodes(root: dict[str, Json]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Json]]]:
    """Every schema in the policy that is an object, and its path."""
    waiting: list[tuple[tuple[str | int, ...], Json]] = [((), root)]
    while waiting:
        parts, node = waiting.pop()
        if not isinstance(node, dict):
            continue
        yield parts, node
        waiting += [((*parts, *steps), inner) for steps, inner in _inner(node)]


def _inner(node: Mapping[str, Json]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """The schemas directly inside a schema, and their paths."""
    for keyword, value in node.items():
        if keyword in _ONE:
            yield (keyword,), value
        elif keyword in _LISTS and isinstance(value, list):
            yield from (((keyword, at), one) for at, one in enumerate(value))
        elif keyword in _MAPS and isinstance(value, dict):
            yield from (((keyword, name), one) for name, one in value.items())


def _problem(flaw: _Flaw, places: Mapping[str, Place], file: str) -> Problem:
    parts, message, near = flaw
    place = place_of(parts, places)
    return Problem(
        rule="policy/schema",
        message=message,
        path=field_path(parts),
        file=file,
        line=place.line,
        column=place.column,
        nearest=near,
    )


def _spell_out(schema: Document) -> None:
    """Rewrite `false` schemas as `{"not": {}}`, so that jsonschema says which field is forbidden."""
    for _, node in _nodes(schema):
        for keyword in ("properties", "patternProperties"):
            named = node.get(keyword)
            if isinstance(named, dict):
                forbidden = [name for name, inner in named.items() if inner is False]
                named |= {name: {"not": {}} for name in forbidden}


@contextmanager
def _limited() -> Iterator[None]:
    """Limit the block's processor time. Python's regular expressions look for signals while they search.

    Only where the program has installed `errors.time_is_up`, as the command line does, and in its main thread, which
    alone gets signals. Elsewhere there is no limit.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGVTALRM) is not time_is_up:
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
