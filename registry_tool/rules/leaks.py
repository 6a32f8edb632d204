"""Secrets in a file as it stands, whoever wrote it: each as a problem with its place, its rule and never its value."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from registry_tool.problems import Problem
from registry_tool.record.canonical import parse_canonical
from registry_tool.record.load import load
from registry_tool.record.yamldoc import Parsed, Place, parse
from registry_tool.redact import locate, redact_document, redact_text, rule_title

if TYPE_CHECKING:
    from registry_tool.record.identity import Document
    from registry_tool.redact import Finding

_NOTHING = Parsed(None, {}, ())


def find_leaks(
    data: bytes,
    *,
    file: str,
    allow: Collection[str] = (),
    parsed: Parsed = _NOTHING,
    about: Callable[[], Iterable[Document]] = tuple,
) -> tuple[Problem, ...]:
    """The secrets in a file's bytes, in its order. `allow` are names of variables that say nothing.

    `parsed` is what the bytes say, if they are a record's: then problems name its fields, and the names of its
    variables count too. Its places may be missing; a problem has then none either. `about` gives the records that a
    text is about, if it is asked for them.
    """
    document = parsed.attempt if parsed.document is None else parsed.document
    if document is None:
        return tuple(_problem(rule, "", file, Place(line, 1)) for line, rule in locate(data, about=about))
    findings = redact_document(document, allow=allow).findings
    problems = [
        _problem(finding.rule, finding.field, file, parsed.places.get(finding.field, Place(0, 0)))
        for finding in findings
        if finding.field  # a key at the top has only its line
    ]
    is_canonical = parsed.document is not None and not parsed.places
    if not is_canonical and parse_canonical(data) is None:
        problems += _beside(data, findings, file, parsed.places)
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def find_record_leaks(data: bytes, *, file: str, allow: Collection[str] = ()) -> tuple[Problem, ...]:
    """As `find_leaks`, for a record's file."""
    parsed = load(data, file=file)
    leaks = find_leaks(data, file=file, allow=allow, parsed=parsed)
    if leaks and not parsed.places:
        leaks = find_leaks(data, file=file, allow=allow, parsed=parse(data, file=file))
    return leaks


def hide_leaks(problems: Sequence[Problem], data: bytes) -> Iterator[Problem]:
    """Problems of a file that holds secrets, without what they quote of it."""
    secrets = redact_document({"file": data.decode("utf-8", "replace")}).secrets
    for problem in problems:
        path, message = (redact_text(text, secrets) for text in (problem.path, problem.message))
        yield replace(problem, path=path, message=message, found="", nearest="")


def _beside(data: bytes, findings: Sequence[Finding], file: str, places: Mapping[str, Place]) -> Iterator[Problem]:
    """Secrets on lines not already reported through a field: in comments, in keys, or over several fields."""
    fields = {finding.field for finding in findings}
    paths = sorted(places, key=lambda path: (places[path].line, places[path].column))
    lines = [places[path].line for path in paths]
    texts = data.split(b"\n")
    for line, rule in locate(data):
        at = bisect_right(lines, line)
        is_said = not rule.startswith("context/") or texts[line - 1].lstrip().startswith(b"#")
        if (not places or not at or paths[at - 1] not in fields) and is_said:
            yield _problem(rule, "", file, Place(line, 1))


def _problem(rule: str, field: str, file: str, place: Place) -> Problem:
    return Problem(
        rule=f"secret/{rule.removeprefix('format/').removeprefix('context/').replace('/', '-')}",
        message=f"holds a secret ({rule_title(rule)}): take it out here, and revoke it if it is in any commit",
        path=field,
        file=file,
        line=place.line,
        column=place.column,
    )
