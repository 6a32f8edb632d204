"""How a look at what is running reads: in columns of a terminal, as JSON, as a job's summary, as a spreadsheet."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.record.diff import Scalar
from registry_tool.record.identity import text_of, timestamp
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, counted, inert, shortened, versioned_json

if TYPE_CHECKING:
    from registry_tool.live.look import Look
    from registry_tool.live.report import LiveReport
    from registry_tool.live.unregistered import Unregistered
    from registry_tool.live.verdict import FieldVerdict

_WIDTH = 80
_LONGEST_VALUE = 40
_TARGETS = {
    "realtime-inference": "realtime",
    "async-inference": "async",
    "batch-transform": "batch",
    "hyperpod-eks": "hyperpod",
}


def table(report: LiveReport, *, room: int = 0) -> str:
    """A line for each record and below it what is not right; then what is not registered; then how many of each.

    With `room`, the projects' names are fitted to so many columns of a terminal.
    """
    return "".join(_records(report, room)) + "".join(_leftovers(report)) + summary(report) + "\n"


def summary(report: LiveReport) -> str:
    """How many records stand how, what was not read, and where and when it was looked."""
    counts = [f"{count:,} {match}" for match, count in sorted(report.matches.items())]
    records = counted(len(report.looks), "record")
    places = sorted({str(place) for place in (*report.surveys, *report.clusters)})
    said = [f"{records}: {', '.join(counts)}" if counts else records]
    if report.unregistered is not None:
        said.append(f"{len(report.leftovers):,} not registered")
    return (
        "; ".join(said)
        + f"\n{counted(report.calls, 'call')}; {'; '.join(places) or 'nothing to read'}; {timestamp(report.read_at)}"
    )


def as_json(report: LiveReport) -> str:
    """One object: the records, the fields of each with their verdicts, what is not registered, what was not read."""
    whole = {
        "readAt": timestamp(report.read_at),
        "calls": report.calls,
        "reads": [
            {
                "account": survey.account,
                "region": survey.region,
                "complete": not survey.gaps,
                "gaps": [
                    {"list": what, "reason": gap.reason, "action": gap.action} for what, gap in survey.gaps.items()
                ],
            }
            for survey in report.surveys
        ],
        "clusters": [
            {"name": cluster.name, "complete": cluster.gap is None, "gap": str(cluster.gap or "")}
            for cluster in report.clusters
        ],
        "records": [look_object(look) for look in report.looks],
        "notRegistered": None
        if report.unregistered is None
        else [_leftover(one, report) for one in report.unregistered],
        "notReadable": [{"path": file.path, "reason": file.reason} for file in report.unreadable],
        "summary": _counts(report),
    }
    return versioned_json(whole)


def as_markdown(report: LiveReport) -> str:
    """The counts, and a table of what is not right; nothing in a cell is a link, a mention or HTML."""
    rows = [
        "| " + " | ".join(map(inert, (look.claim.config_id, look.claim.project, look.match, look.state, line))) + " |\n"
        for look in report.looks
        for line in _lines(look)
    ]
    heading = "\n| Record | Project | Match | State | What |\n|---|---|---|---|---|\n"
    lost = [
        f"| {inert(one.row.name)} | {inert(_origin(one))} | {inert(_cost(one, report))} |\n" for one in report.leftovers
    ]
    lost_heading = "\n| Running, not registered | Origin | Cost |\n|---|---|---|\n"
    text = "\n".join(f"{inert(line)}  " for line in summary(report).split("\n")) + "\n"
    return text + (heading + "".join(rows) if rows else "") + (lost_heading + "".join(lost) if lost else "")


def as_csv(report: LiveReport) -> str:
    """A row for each record and for each object that is not registered."""
    from registry_tool.printable import to_csv

    heading = ("configId", "projectName", "awsRegion", "account", "deploymentTarget", "match", "state", "name", "what")
    records = [
        (
            look.claim.config_id,
            look.claim.project,
            look.claim.region,
            look.account,
            look.claim.target,
            look.match,
            look.state,
            look.things[0].name if look.things else "",
            "; ".join(_lines(look)),
        )
        for look in report.looks
    ]
    lost = [
        (
            "",
            "",
            one.region,
            one.account,
            one.kind,
            one.origin,
            one.row.status,
            one.row.name,
            _cost(one, report),
        )
        for one in report.leftovers
    ]
    return to_csv([heading, *records, *lost])


FORMATS: Mapping[str, Callable[[LiveReport], str]] = {
    "table": table,
    "json": as_json,
    "markdown": as_markdown,
    "csv": as_csv,
}
"""Each format that a report can be written in."""


def remarks(report: LiveReport) -> Iterator[str]:
    """What could not be read, one line each."""
    for survey in report.surveys:
        for what, gap in survey.gaps.items():
            yield f"warning: the {what} of {survey} were not all read: {gap}"
    for cluster in report.clusters:
        if cluster.gap:
            yield f"warning: the deployments of {cluster} were not read: {cluster.gap}"
    if report.images:
        yield f"warning: the images' tags were not read: {report.images}"
    for file in report.unreadable:
        yield f"warning: {one_line(file.path)} was not looked at: {one_line(file.reason)}"


def show_text(look: Look, *, room: int = 0) -> str:
    """One record: how it stands, its objects, then every field with what is recorded, what is live, and who said so.

    With `room`, the fields are fitted to so many columns of a terminal.
    """
    facts = [
        ("record", f"{look.claim.config_id} {one_line(look.claim.project)}"),
        ("match", look.match),
        ("state", look.state),
        ("where", " ".join(filter(None, (look.account and f"account {look.account},", look.claim.region)))),
        ("found by", ("captured names" if look.captured else "name") if look.things else ""),
        ("reason", look.reason),
        *(("candidate", name) for name in look.candidates),
        *((one.kind, f"{one.name} {one.status}") for one in look.things),
    ]
    heading = ("FIELD", "VERDICT", "RECORDED", "LIVE", "SOURCE")
    rows = [
        (
            field.path,
            str(field.verdict),
            _value(field.recorded),
            _value(field.live),
            ", ".join(filter(None, (field.source, field.why))),
        )
        for field in look.fields
    ]
    how = Fit(room=room, kept=heading[:4], shortened=("FIELD", "RECORDED", "LIVE"), expendable=("SOURCE",))
    fields = "\n" + columns([heading, *rows], fit=how if room else None) if rows else ""
    return columns([(name, text) for name, text in facts if text]) + fields


def show_json(look: Look) -> str:
    """One object: the record's look as in the report."""
    return versioned_json(look_object(look))


SHOW_FORMATS: Mapping[str, Callable[[Look], str]] = {"text": show_text, "json": show_json}
"""Each format that the look at one record can be written in."""


def look_object(look: Look) -> dict[str, object]:
    """One record's look as JSON has it. A field of an environment has no values there."""
    return {
        "configId": look.claim.config_id,
        "projectName": look.claim.project,
        "awsRegion": look.claim.region,
        "deploymentTarget": look.claim.target,
        "match": look.match,
        "state": look.state,
        "account": look.account,
        "reason": look.reason,
        "candidates": list(look.candidates),
        "remarks": list(look.remarks),
        "foundBy": ("captured" if look.captured else "name") if look.things else "",
        "objects": [{"kind": one.kind, "name": one.name, "arn": one.arn, "status": one.status} for one in look.things],
        "fields": [_field_object(field) for field in look.fields],
    }


def difference(field: FieldVerdict) -> str:
    """What is not right about a field, on one line."""
    if field.recorded is None and field.live is None:
        return f"{field.path}: {field.why or field.verdict}"
    if field.live is None:
        return f"{field.path}: {text_of(field.recorded)} {field.why or 'is not there'}".replace("it is", "is")
    if field.recorded is None:
        return f"{field.path}: {text_of(field.live)}, {field.why}"
    return f"{field.path}: {text_of(field.recorded)} -> {text_of(field.live)}"


def _records(report: LiveReport, room: int) -> Iterator[str]:
    if not report.looks:
        return
    heading = ("CONFIG ID", "PROJECT", "TARGET", "MATCH", "STATE")
    rows = [
        (
            look.claim.config_id,
            look.claim.project,
            _TARGETS.get(look.claim.target, look.claim.target),
            look.match,
            look.state,
        )
        for look in report.looks
    ]
    fit = Fit(room=room, kept=heading, shortened=("PROJECT",)) if room else None
    lines = columns([heading, *rows], fit=fit).splitlines(keepends=True)
    yield lines[0]
    for look, line in zip(report.looks, lines[1:], strict=True):
        yield line
        yield from (_wrapped(said) for said in _lines(look))


def _lines(look: Look) -> Iterator[str]:
    """What is to be said of a record beside its match and state: nothing, if all is well."""
    if look.reason:
        yield look.reason
    yield from look.candidates
    yield from (difference(field) for field in look.differences)
    yield from look.remarks


def _leftovers(report: LiveReport) -> Iterator[str]:
    if not report.leftovers:
        return
    yield f"\nrunning, not registered ({len(report.leftovers):,}):\n"
    for one in report.leftovers:
        yield _wrapped(one.row.name)
        yield _wrapped(f"    {_origin(one)}; {_cost(one, report)}")


def _origin(one: Unregistered) -> str:
    if not one.entry:
        return one.origin
    return f"{one.origin}: {one.entry.config_id} named it on {one.entry.at[:10]}, by {one.entry.author}"


def _cost(one: Unregistered, report: LiveReport) -> str:
    """What makes it cost money: how long it has run, on what, and whether anything is on it."""
    parts = [one.kind, one.row.status, one.instances, counted(_days(one, report), "day")]
    if one.kind == "endpoint" and one.components:
        parts.append(counted(one.components, "inference component"))
    return ", ".join(filter(None, parts))


def _days(one: Unregistered, report: LiveReport) -> int:
    """For how long it has run; 0 where clocks disagree."""
    return max(0, (report.read_at - one.row.created_at).days)


def _leftover(one: Unregistered, report: LiveReport) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.row.name,
        "arn": one.row.arn,
        "account": one.account,
        "region": one.region,
        "status": one.row.status,
        "origin": one.origin,
        "configId": one.entry.config_id if one.entry else "",
        "revision": one.entry.revision if one.entry else "",
        "components": one.components,
        "instances": one.instances,
        "createdAt": timestamp(one.row.created_at),
        "days": _days(one, report),
    }


def _field_object(field: FieldVerdict) -> dict[str, object]:
    values = {name: value for name, value in (("recorded", field.recorded), ("live", field.live)) if value is not None}
    return {"field": field.path, "verdict": field.verdict, **values, "source": field.source, "why": field.why}


def _counts(report: LiveReport) -> dict[str, int]:
    counts = {str(match): count for match, count in report.matches.items()}
    return {**counts, "notRegistered": len(report.leftovers), "unanswered": report.unknown}


def _value(value: Scalar) -> str:
    return shortened(one_line(text_of(value)), _LONGEST_VALUE) if value is not None else "-"


def _wrapped(text: str) -> str:
    return (
        textwrap.fill(
            one_line(text),
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
        + "\n"
    )
