"""What makes a record acceptable: its YAML, its schema, the rules between fields and paths, and the team's policy.

A record in canonical form that breaks no rule, which is what nearly all are, is read without any YAML parser. Only what
turns out to be wrong is read again by the parser that knows the place of every field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.problems import Problem, field_path
from registry_tool.record.canonical import split_modeline, to_yaml
from registry_tool.record.identity import config_id, split_deployment_config
from registry_tool.record.layout import MARKER, POLICY, RECORDS, REGISTRY_FOLDER, is_config_id
from registry_tool.record.load import load
from registry_tool.record.tested import ROOM, find_excess
from registry_tool.record.yamldoc import MAX_BYTES, Parsed, parse
from registry_tool.rules.leaks import find_leaks, hide_leaks
from registry_tool.rules.schema import check_record, place_of
from registry_tool.rules.settings import Settings

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json
    from registry_tool.record.yamldoc import Place

_KEY_FIELDS = frozenset(
    {"configId", "deploymentConfig", "modelName", "instanceType", "awsRegion", "deploymentTarget", "icList"}
)


def check_file(data: bytes, *, path: str, settings: Settings) -> tuple[Problem, ...]:
    """Everything that is wrong with a record's file, in the file's order. `path` is relative to the registry's root.

    A secret in it is a problem, and then no problem quotes the file.
    """
    parsed = load(data, file=path)
    problems = _check_parsed(parsed, data, path, settings)
    leaks = find_leaks(data, file=path, allow=settings.allow, parsed=parsed) if len(data) <= MAX_BYTES else ()
    if (problems or leaks) and not parsed.places:
        parsed = parse(data, file=path)
        problems = _check_parsed(parsed, data, path, settings)
    if leaks:
        leaks = find_leaks(data, file=path, allow=settings.allow, parsed=parsed)
        problems = [*hide_leaks(problems, data), *leaks]
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def check_version(data: bytes, *, path: str) -> tuple[Problem, ...]:
    """Everything that keeps a version of a record, committed at whatever time, from being read today.

    What it had to look like, what the team wanted of records and what is known of secrets may have changed since.
    """
    problems = check_file(data, path=path, settings=Settings())
    return tuple(
        problem
        for problem in problems
        if problem.rule not in {"record/canonical", "record/size"} and not problem.rule.startswith("secret/")
    )


def check_place(path: str) -> tuple[Problem, ...]:
    """What is wrong with there being a regular file at `path`, if it is none of a record."""
    if path in {MARKER, POLICY} or path.startswith(f"{RECORDS}/"):
        return ()
    folder, _, name = path.rpartition("/")
    if folder == REGISTRY_FOLDER and (name.startswith(".") or name.endswith(".md")):
        return ()
    return (Problem(rule="layout/unknown", message=f"is not part of a registry: records are in {RECORDS}", file=path),)


def check_document(document: Document, *, settings: Settings) -> tuple[Problem, ...]:
    """Everything that is wrong with a record that has not been written yet."""
    return check_and_write(document, settings=settings)[0]


def check_and_write(document: Document, *, settings: Settings) -> tuple[tuple[Problem, ...], bytes]:
    """Everything that is wrong with a record, and its canonical YAML; empty if anything is."""
    problems = tuple(_check_fields(document, _File("", {}), settings))
    data = b"" if problems else to_yaml(document)
    if len(data) > MAX_BYTES:
        return (Problem(rule="yaml/size", message="is larger than 1 MiB as YAML"),), b""
    problems += tuple(_check_size(document, data, _File("", {})))
    return problems, b"" if problems else data


def derive_config_id(document: Mapping[str, Json]) -> str:
    """The configId that a record's own fields mean. What is missing or no text counts as empty."""

    def text(name: str) -> str:
        value = document.get(name)
        return value.encode(errors="replace").decode() if isinstance(value, str) else ""

    kinds = [_is_adapter(entry) for entry in _entries(document)]
    return config_id(
        deployment_config=text("deploymentConfig"),
        model_name=text("modelName"),
        instance_type=text("instanceType"),
        aws_region=text("awsRegion"),
        deployment_target=text("deploymentTarget"),
        ic_count=kinds.count(False),
        adapter_count=kinds.count(True),
    )


class _File(NamedTuple):
    """The file that is checked, and the places of its fields."""

    path: str
    places: Mapping[str, Place]

    def problem(self, rule: str, message: str, *field: str | int, found: str = "", expected: str = "") -> Problem:
        place = place_of(field, self.places)
        return Problem(
            rule=rule,
            message=message,
            path=field_path(field),
            file=self.path,
            line=place.line,
            column=place.column,
            found=found,
            expected=expected,
        )


def _check_parsed(parsed: Parsed, data: bytes, path: str, settings: Settings) -> list[Problem]:
    file = _File(path, parsed.places)
    document = parsed.attempt if parsed.document is None else parsed.document
    if document is None:
        return [*parsed.problems, *_check_layout({}, file)]
    problems = [*parsed.problems, *_check_layout(document, file), *_check_fields(document, file, settings)]
    if not problems:
        problems += _check_size(document, data, file)
    if not problems and parsed.places:  # without places it was canonical YAML that was read
        problems += _check_form(document, data, file)
    return problems


def _check_layout(document: Document, file: _File) -> Iterator[Problem]:
    """The file is named by the record's configId, and its folder by the name's first two digits."""
    folder, _, name = file.path.rpartition("/")
    stem, own = name.removesuffix(".yaml"), document.get("configId")
    if isinstance(own, str) and is_config_id(own):
        if name != (expected := f"{own}.yaml"):
            yield file.problem("layout/name", "is not the name of the file", "configId", found=name, expected=expected)
    elif not is_config_id(stem) or stem == name:
        yield file.problem("layout/name", "is not named by a configId", found=name, expected="CONFIGID.yaml")
    if is_config_id(stem) and folder != (expected := f"{RECORDS}/{stem[:2]}"):
        yield file.problem("layout/shard", "is in the wrong folder", found=folder, expected=expected)


def _check_fields(document: Document, file: _File, settings: Settings) -> Iterator[Problem]:
    """The schema, then the rules between fields, less those about fields that the schema has found wrong."""
    problems = check_record(document, places=file.places, file=file.path)
    yield from problems
    if any(problem.rule == "schema/version" for problem in problems):
        return  # what a newer tool wants of its records is not known here
    wrong = {_top_field(problem) for problem in problems}
    sound = {name: value for name, value in document.items() if name not in wrong}
    yield from _check_agreement(sound, file)
    if wrong.isdisjoint(_KEY_FIELDS) and sound.get("configId") != (expected := derive_config_id(sound)):
        message = "is not the id that the record's fields give"
        yield file.problem("record/config-id", message, "configId", found=str(sound["configId"]), expected=expected)
    yield from _check_names(sound, file)
    for name in settings.required_fields:
        if name not in wrong and document.get(name) in (None, "", {}, []):
            yield file.problem("settings/required", "is missing: this registry requires it", name)
    if settings.policy:
        yield from (problem for problem in _check_policy(document, file, settings) if _top_field(problem) not in wrong)


def _check_policy(document: Document, file: _File, settings: Settings) -> tuple[Problem, ...]:
    from registry_tool.rules.policy import parse_policy  # most registries have none

    policy = parse_policy(settings.policy, file=POLICY)
    return policy.check(document, places=file.places, file=file.path)


def _top_field(problem: Problem) -> str:
    return "".join(takewhile(lambda letter: letter not in ".[", problem.path))


def _check_agreement(sound: Document, file: _File) -> Iterator[Problem]:
    """The rules between two fields."""
    if isinstance(deployment := sound.get("deploymentConfig"), str):
        for name, expected in zip(("architecture", "backend"), split_deployment_config(deployment), strict=True):
            if name in sound and sound[name] != expected:
                message = f"is not what deploymentConfig {deployment} says"
                yield file.problem(f"record/{name}", message, name, found=str(sound[name]), expected=expected)
    if isinstance(time := sound.get("registeredAt"), str):
        try:
            datetime.fromisoformat(time)
        except ValueError:
            yield file.problem("record/time", "is not a day of the calendar", "registeredAt", found=time)


def _check_names(sound: Document, file: _File) -> Iterator[Problem]:
    """No two inference components share a name, nor two adapters."""
    seen: set[tuple[bool, Json]] = set()
    for at, entry in enumerate(_entries(sound)):
        key = _is_adapter(entry), entry.get("name")
        if key in seen:
            kind = "adapter" if key[0] else "inference component"
            message = f"is the name of another {kind} too"
            yield file.problem("record/duplicate-name", message, "icList", at, "name", found=str(key[1]))
        seen.add(key)


def _check_size(document: Document, data: bytes, file: _File) -> Iterator[Problem]:
    """A CI table has room for the record. As JSON it has at most twice the bytes that it has as YAML."""
    if 2 * len(data) > ROOM and (excess := find_excess(document)):
        message = f"has {excess.bytes:,} of {excess.total:,} bytes, and an item of a CI table has room for {ROOM:,}"
        yield file.problem("record/size", message, *excess.field)


def _check_form(document: Document, data: bytes, file: _File) -> Iterator[Problem]:
    """The bytes are the canonical ones. The problem is at the first character that differs."""
    canonical = split_modeline(data)[0] + to_yaml(document)
    if data != canonical:
        length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(data, canonical, strict=False)))
        same = data[:length].decode(errors="ignore")
        yield Problem(
            rule="record/canonical",
            message="is not in canonical form from here on: registry fmt rewrites it",
            file=file.path,
            line=same.count("\n") + 1,
            column=len(same) - same.rfind("\n"),
        )


def _entries(document: Mapping[str, Json]) -> list[dict[str, Json]]:
    entries = document.get("icList")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _is_adapter(entry: Mapping[str, Json]) -> bool:
    return entry.get("isAdapter") is True
