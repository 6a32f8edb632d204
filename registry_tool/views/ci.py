"""How the report of the CI table looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from registry_tool.printable import one_line, printable
from registry_tool.record.identity import text_of, timestamp
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, inert, versioned_json

if TYPE_CHECKING:
    from registry_tool.ci.diagnosis import Diagnosis
    from registry_tool.ci.outcome import ItemState
    from registry_tool.ci.report import CiReport, CiRow, Coverage
    from registry_tool.record.diff import FieldChange

_USUAL = ("pass", "fail", "running", "untested")
_ROWS = ("CONFIG ID", "PROJECT", "DEPLOYMENT CONFIG", "TEST STATUS", "LAST TEST", "DURATION", "FLAGS")
_ABSENT = "-"


def table(report: CiReport, *, room: int = 0) -> str:
    """The coverage of each deploymentConfig; under it what has a flag, the weightiest first.

    With `room`, both are fitted to so many columns of a terminal.
    """
    flagged = [_row_cells(row) for row in report.flagged()]
    of_rows = Fit(
        room=room,
        kept=("CONFIG ID", "TEST STATUS", "FLAGS"),
        shortened=("PROJECT", "DEPLOYMENT CONFIG"),
        expendable=("DURATION", "DEPLOYMENT CONFIG"),
    )
    coverage = columns(_coverage_table(report), fit=_coverage_fit(room) if room else None)
    rows = f"\n{columns([_ROWS, *flagged], fit=of_rows if room else None)}" if flagged else ""
    return coverage + rows + "".join(f"\n{_failure_text(row, why)}" for row, why in report.failures)


def _coverage_fit(room: int) -> Fit:
    return Fit(
        room=room,
        kept=("DEPLOYMENT CONFIG", "RECORDS", "COVERAGE"),
        shortened=("DEPLOYMENT CONFIG",),
        expendable=("DURATION", "LAST TEST"),
    )


def as_markdown(report: CiReport) -> str:
    """The same as two tables; nothing in a cell is a link, a mention or HTML to whoever renders it."""
    flagged = [_row_cells(row) for row in report.flagged()]
    heading, *lines = _coverage_table(report)
    coverage = _markdown(heading, lines, data=1)
    title = f"### CI table {inert(report.table)}, {timestamp(report.at)}\n\n"
    failures = _markdown(_WHY, [(row.config_id, row.project, *_why_cells(why)) for row, why in report.failures], data=9)
    return (
        title
        + coverage
        + (f"\n{_markdown(_ROWS, flagged, data=4)}" if flagged else "")
        + (f"\n{failures}" if report.failures else "")
    )


def as_json(report: CiReport) -> str:
    """One object: the version of the format, the coverage, and every record and item."""
    whole = {
        "table": report.table,
        "at": timestamp(report.at),
        "staleAfterSeconds": int(report.stale_after.total_seconds()),
        "total": _coverage_values(report.total),
        "deploymentConfigs": [
            {"deploymentConfig": one.deployment_config, **_coverage_values(one)} for one in report.coverage
        ],
        "records": [_row_values(row) for row in report.rows],
        "failures": [_failure_values(row, why) for row, why in report.failures],
    }
    return versioned_json(whole)


def as_junit(report: CiReport) -> str:
    """JUnit's XML, as CI systems read it: a suite for each deploymentConfig, a case for each record."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    whys = {row.config_id: why for row, why in report.failures}
    root = Element("testsuites", name=_xml(report.table))
    for one in report.coverage:
        rows = [row for row in report.rows if row.deployment_config == one.deployment_config and _is_record(row)]
        failed = sum(row.config_id in whys for row in rows)
        skipped = sum(row.config_id not in whys and row.state.value != "pass" for row in rows)
        counts = {"tests": str(len(rows)), "failures": str(failed), "skipped": str(skipped)}
        suite = SubElement(root, "testsuite", {"name": _xml(one.deployment_config), **counts})
        for row in rows:
            case = SubElement(suite, "testcase", name=_xml(f"{row.project} {row.config_id}"))
            case.set("classname", _xml(row.deployment_config))
            case.set("time", f"{row.seconds or 0:g}")
            if why := whys.get(row.config_id):
                failure = SubElement(case, "failure", message=_xml(why.error or row.test_status))
                failure.set("type", _xml(row.test_status))
                failure.text = _xml(_failure_text(row, why))
            elif row.state.value != "pass":
                SubElement(case, "skipped", message=_xml(", ".join(row.flags) or row.state.value))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


FORMATS: Mapping[str, Callable[[CiReport], str]] = {
    "table": table,
    "json": as_json,
    "markdown": as_markdown,
    "junit": as_junit,
}
"""Each format that a report can be written in."""


def duration(seconds: float | None) -> str:
    """A duration as people read it; `-` if it is not known.

    >>> [duration(seconds) for seconds in (None, 9.4, 842, 7384)]
    ['-', '9s', '14m02s', '2h03m']
    """
    if seconds is None:
        return _ABSENT
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest}s"
    hours, left = divmod(minutes, 60)
    return f"{hours}h{left:02}m" if hours else f"{minutes}m{rest:02}s"


_WHY = ("CONFIG ID", "PROJECT", "STAGE", "ERROR", "LOG", "PASSED BEFORE", "CHANGED SINCE", "BENCHMARK", "RUN")


def _is_record(row: CiRow) -> bool:
    return not {"no-record", "e2e"} & set(row.flags)


def _xml(text: str) -> str:
    """A text that XML can hold: printable, and without halves of characters."""
    return printable(text)


def _why_cells(why: Diagnosis) -> tuple[str, ...]:
    changed = None if why.changes is None else "; ".join(map(_changed, why.changes)) or "nothing"
    run = {name.removeprefix("lastBenchmark"): value for name, value in why.benchmarks.items()}
    return (
        why.stage or _ABSENT,
        why.error or _ABSENT,
        why.log or _ABSENT,
        why.passed_at or _ABSENT,
        "no pass is known" if changed is None else changed,
        run.get("Status", _ABSENT),
        run.get("RunId", _ABSENT),
    )


def _changed(change: FieldChange) -> str:
    return f"{change.path} {text_of(change.before) or _ABSENT} -> {text_of(change.after) or _ABSENT}"


def _failure_text(row: CiRow, why: Diagnosis) -> str:
    """A record that failed, and below it what is known of that."""
    names = ("stage", "error", "log", "passed before", "changed since", "benchmark", "run")
    known = [(name, cell) for name, cell in zip(names, _why_cells(why), strict=True) if cell != _ABSENT]
    return f"{one_line(f'{row.config_id} {row.project} {row.test_status}')}\n{columns(known, indent='  ')}"


def _failure_values(row: CiRow, why: Diagnosis) -> dict[str, object]:
    changes = None
    if why.changes is not None:
        changes = [{"path": one.path, "before": one.before, "after": one.after} for one in why.changes]
    return {
        "configId": row.config_id,
        "projectName": row.project,
        "testStatus": row.test_status,
        "stage": why.stage,
        "errorSummary": why.error,
        "logPointer": why.log,
        "passedAt": why.passed_at,
        "changedSince": changes,
        **why.benchmarks,
    }


def _coverage_table(report: CiReport) -> list[Sequence[str]]:
    """A heading and a line for each deploymentConfig; a state that is rare has a column only where it occurs."""
    states = [state for state, count in report.total.counts.items() if count or state.value in _USUAL]
    names = [state.value.upper() for state in states]
    heading = ("DEPLOYMENT CONFIG", "RECORDS", *names, "COVERAGE", "LAST TEST", "DURATION")
    return [heading, *(_coverage_cells(one, states) for one in (*report.coverage, report.total))]


def _coverage_cells(one: Coverage, states: Sequence[ItemState]) -> Sequence[str]:
    latest = one.latest
    return (
        one.deployment_config,
        str(one.records),
        *(str(one.counts[state]) for state in states),
        f"{one.percent}%",
        _time(latest.tested_at if latest else None),
        duration(latest.seconds if latest else None),
    )


def _row_cells(row: CiRow) -> Sequence[str]:
    return (
        row.config_id,
        row.project or _ABSENT,
        row.deployment_config or _ABSENT,
        row.test_status or _ABSENT,
        _time(row.tested_at),
        duration(row.seconds),
        ", ".join(row.flags),
    )


def _time(at: datetime | None) -> str:
    return timestamp(at) if at else _ABSENT


def _markdown(heading: Sequence[str], rows: Sequence[Sequence[str]], *, data: int) -> str:
    """A table whose first `data` columns hold what others wrote, and the rest what we did."""
    lines = [heading, ["---"] * len(heading), *([*map(inert, row[:data]), *row[data:]] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _coverage_values(one: Coverage) -> dict[str, object]:
    latest = one.latest
    return {
        "records": one.records,
        **{state.value: count for state, count in one.counts.items()},
        "coveragePercent": one.percent,
        "lastTestTimestamp": timestamp(latest.tested_at) if latest and latest.tested_at else "",
        "lastTestDuration": latest.seconds if latest else None,
    }


def _row_values(row: CiRow) -> dict[str, object]:
    return {
        "configId": row.config_id,
        "projectName": row.project,
        "deploymentConfig": row.deployment_config,
        "state": row.state,
        "testStatus": row.test_status,
        "lastTestTimestamp": timestamp(row.tested_at) if row.tested_at else "",
        "lastTestDuration": row.seconds,
        "flags": row.flags,
    }
