"""How the report of the CI table looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from registry_tool.record.identity import timestamp
from registry_tool.views.forms import columns, inert, versioned_json

if TYPE_CHECKING:
    from registry_tool.ci.outcome import State
    from registry_tool.ci.report import Coverage, Report, Row

_USUAL = ("pass", "fail", "running", "untested")
_ROWS = ("CONFIG ID", "PROJECT", "DEPLOYMENT CONFIG", "TEST STATUS", "LAST TEST", "DURATION", "FLAGS")
_ABSENT = "-"


def table(report: Report) -> str:
    """The coverage of each deploymentConfig; under it what has a flag, the weightiest first."""
    flagged = [_row_cells(row) for row in report.flagged()]
    coverage = columns(_coverage_table(report))
    return coverage + (f"\n{columns([_ROWS, *flagged])}" if flagged else "")


def as_markdown(report: Report) -> str:
    """The same as two tables; nothing in a cell is a link, a mention or HTML to whoever renders it."""
    flagged = [_row_cells(row) for row in report.flagged()]
    heading, *lines = _coverage_table(report)
    coverage = _markdown(heading, lines, data=1)
    title = f"### CI table {inert(report.table)}, {timestamp(report.at)}\n\n"
    return title + coverage + (f"\n{_markdown(_ROWS, flagged, data=4)}" if flagged else "")


def as_json(report: Report) -> str:
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
    }
    return versioned_json(whole)


FORMATS: Mapping[str, Callable[[Report], str]] = {"table": table, "json": as_json, "markdown": as_markdown}
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


def _coverage_table(report: Report) -> list[Sequence[str]]:
    """A heading and a line for each deploymentConfig; a state that is rare has a column only where it occurs."""
    states = [state for state, count in report.total.counts.items() if count or state.value in _USUAL]
    names = [state.value.upper() for state in states]
    heading = ("DEPLOYMENT CONFIG", "RECORDS", *names, "COVERAGE", "LAST TEST", "DURATION")
    return [heading, *(_coverage_cells(one, states) for one in (*report.coverage, report.total))]


def _coverage_cells(one: Coverage, states: Sequence[State]) -> Sequence[str]:
    latest = one.latest
    return (
        one.deployment_config,
        str(one.records),
        *(str(one.counts[state]) for state in states),
        f"{one.percent}%",
        _time(latest.tested_at if latest else None),
        duration(latest.seconds if latest else None),
    )


def _row_cells(row: Row) -> Sequence[str]:
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


def _row_values(row: Row) -> dict[str, object]:
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
