"""What a pull request does to the rules: the settings and the policy, and which records that frees or breaks.

Who may change the rules and use the change in one pull request has no rules. So the records are checked by the rules
of the base too, and what only the new rules allow is listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from registry_tool.problems import Problem
from registry_tool.record.diff import FieldChange, Scalar
from registry_tool.record.identity import Json
from registry_tool.record.layout import MARKER, POLICY
from registry_tool.record.yamldoc import parse

Change: TypeAlias = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """The settings or the policy: how the file changed, and in which rules.

    An entry of a list, such as an allowed region, is a rule of its own: it has no value before or none after. `unread`
    says that a version of the file could not be read, so `rules` is empty.
    """

    path: str
    change: Change
    rules: tuple[FieldChange, ...]
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What happens to the rules; without `files`, nothing does.

    Each problem says what is wrong with a record as it is afterwards. `relied_on` are problems by the base's rules that
    the new ones allow, in records that the pull request changes; `freed` are such problems in other records. `broken`
    are other records' problems that only the new rules find.
    """

    files: tuple[RuleFile, ...] = ()
    relied_on: tuple[Problem, ...] = ()
    freed: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()


def compare_rules(before: Sequence[bytes | None], after: Sequence[bytes | None]) -> Iterator[RuleFile]:
    """How the settings and the policy changed, given the content of both before and after; None where there is none."""
    for path, old, new in zip((MARKER, POLICY), before, after, strict=True):
        if old != new:
            change: Change = "added" if old is None else "removed" if new is None else "changed"
            read = _read_yaml if path == MARKER else _read_json
            rules = _compare(read(old), read(new))
            yield RuleFile(path=path, change=change, rules=tuple(rules or ()), unread=rules is None)


def judge(
    files: Iterable[RuleFile], by_base: Iterable[Problem], by_head: Iterable[Problem], changed: frozenset[str]
) -> Ruling:
    """What changed `files` of rules do to records, given what both rules find in them afterwards.

    `changed` are the paths of the records that the pull request changes itself.
    """
    old, new = {_key(problem): problem for problem in by_base}, {_key(problem): problem for problem in by_head}
    allowed = [problem for key, problem in old.items() if key not in new]
    return Ruling(
        files=tuple(files),
        relied_on=tuple(problem for problem in allowed if problem.file in changed),
        freed=tuple(problem for problem in allowed if problem.file not in changed),
        broken=tuple(problem for key, problem in new.items() if key not in old and _is_of_other(problem, changed)),
    )


def _is_of_other(problem: Problem, changed: frozenset[str]) -> bool:
    return problem.file not in changed and problem.file not in {MARKER, POLICY}


def _key(problem: Problem) -> tuple[str, ...]:
    return problem.file, problem.rule, problem.path, problem.message, problem.found, problem.expected


def _compare(before: Json, after: Json) -> list[FieldChange] | None:
    """The rules in which two documents differ; None if one cannot be read."""
    if before is None or after is None:
        return None
    old, new = _rules(before), _rules(after)
    paths = dict.fromkeys((*new, *old))
    changes: list[FieldChange] = []
    for path in paths:
        gone = [value for value in old.get(path, ()) if value not in new.get(path, ())]
        come = [value for value in new.get(path, ()) if value not in old.get(path, ())]
        if len(gone) == len(come) == 1:
            changes.append(FieldChange(path, gone[0], come[0]))
        else:
            changes += [FieldChange(path, value, None) for value in gone]
            changes += [FieldChange(path, None, value) for value in come]
    return changes


def _rules(document: Json) -> dict[str, list[Scalar]]:
    """The values at each path of a document: one, or those of a list, whose order says nothing."""
    found: dict[str, list[Scalar]] = {}
    for path, value in _leaves("", document):
        found.setdefault(path, []).append(value)
    return found


def _leaves(path: str, value: Json) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
        if not value and path:
            yield path, "{}"
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(f"{path}[{place}]" if isinstance(inner, (dict, list)) else path, inner)
        if not value:
            yield path, "[]"
    else:
        yield path, value


def _read_yaml(data: bytes | None) -> Json:
    """The settings' own document, empty if there is no file; None if it cannot be read."""
    if data is None:
        return {}
    return cast("Json", parse(data, file=MARKER).document)


def _read_json(data: bytes | None) -> Json:
    if not data:
        return {}
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
