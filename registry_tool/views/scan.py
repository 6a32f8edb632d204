"""How the secrets in a history look: where they are, and never what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.views.forms import counted, versioned_json

if TYPE_CHECKING:
    from registry_tool.trail.scan import Leak, ScanReport


def as_text(report: ScanReport) -> str:
    """One line each: the first commit that has it, file and line, field, what it is, the rule."""
    return "".join(one_line(_line(leak)) + "\n" for leak in report.leaks)


def as_json(report: ScanReport) -> str:
    """One object: what was looked through, and the leaks."""
    leaks = [
        {
            "revision": leak.revision,
            "file": leak.problem.file,
            "line": leak.problem.line,
            "path": leak.problem.path,
            "rule": leak.problem.rule,
        }
        for leak in report.leaks
    ]
    counts = {"commits": report.commits, "files": report.files, "tags": report.tags, "unreachable": report.unreachable}
    value = {**counts, "shallow": report.is_shallow, "leaks": leaks}
    return versioned_json(value)


def summary(report: ScanReport) -> str:
    """What was looked through, and how many secrets are in it."""
    older = "; the clone is shallow, and what is older was not looked through" if report.is_shallow else ""
    more = f", and {counted(report.unreachable, 'object')} that no ref reaches" if report.unreachable else ""
    return (
        f"looked through {counted(report.commits, 'commit')}, {counted(report.files, 'version')} of files and "
        f"{counted(report.tags, 'tag')}{more}: {counted(len(report.leaks), 'secret')}{older}"
    )


FORMATS: Mapping[str, Callable[[ScanReport], str]] = {"text": as_text, "json": as_json}
"""Each format that the leaks can be written in."""


def _line(leak: Leak) -> str:
    problem = leak.problem
    place = ":".join(str(part) for part in (problem.file, problem.line) if part)
    field = f" {problem.path}" if problem.path else ""
    return f"{leak.revision[:12]} {place}:{field} [{problem.rule}]"
