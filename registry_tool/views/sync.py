"""How a sync looks: what it would do or has done, item by item, and where the table stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import json_text, one_line
from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import text_of
from registry_tool.views.forms import columns, inert, versioned_json
from registry_tool.views.record import field_table

if TYPE_CHECKING:
    from registry_tool.api.sync import Synced
    from registry_tool.ci.apply import Done
    from registry_tool.ci.lineage import Standing
    from registry_tool.ci.plan import ItemChange
    from registry_tool.ci.policy import Gone, Refused

_VERBS = {
    "created": ("create", "created"),
    "retested": ("retest", "set to be retested"),
    "updated": ("update", "updated"),
    "drifted": ("repair", "repaired"),
    "suspended": ("suspend", "suspended"),
    "pruned": ("prune", "pruned"),
}


_NAMED = 10
_WAY_OUT = {
    "AFTER": "registry pull first, or overwrite it: --take-over",
    "APART": "merge that commit first, or overwrite it: --take-over",
    "UNKNOWN": "registry pull, or git fetch --unshallow; if the history was rewritten: --take-over",
    "CHANGED": "make another plan: registry sync plan --out FILE",
    "FOREIGN": "two registries cannot share an item; make it this one's: --take-over",
}


def table(synced: Synced, *, room: int = 0) -> str:
    """A line for each item, the fields that say why under it, and how many there are of each at the end.

    With `room`, the fields are fitted to so many columns of a terminal.
    """
    return "".join(_lines(synced, room)) + f"{_summary(synced)}\n  from {one_line(synced.place)}\n{_orders(synced)}"


def as_json(synced: Synced) -> str:
    """One object: where the table stands, and each change; `applied` is false in a plan."""
    interrupted = _interrupted(synced)
    changes = [_event(change, interrupted=change.config_id in interrupted) for change in _changes(synced)]
    return versioned_json({**_standing(synced), "changes": changes})


def as_markdown(synced: Synced) -> str:
    """A summary and one table; nothing in a cell is a link, a mention or HTML to whoever renders it."""
    text = f"CI table {inert(str(synced.address))} at {inert(synced.revision[:12])}: {_counted(synced)}\n"
    text += _orders(synced)
    rows = [
        "| " + " | ".join([str(change.kind), *map(inert, (change.config_id, change.project, *_cells(field)))]) + " |\n"
        for change in _changes(synced)
        for field in change.fields or (FieldChange("", None, None),)
    ]
    heading = "\n| Change | Record | Project | Field | Before | After |\n|---|---|---|---|---|---|\n"
    return text + (heading + "".join(rows) if rows else "")


FORMATS: Mapping[str, Callable[[Synced], str]] = {"table": table, "json": as_json, "markdown": as_markdown}
"""Each format that a plan, or what was done, can be written in."""


def status_table(synced: Synced) -> str:
    """How many items are in step, and how many of each kind are not."""
    counts = [(name, f"{count:,}") for name, count in _counts(synced).items()]
    return columns(
        [
            ("CI table", str(synced.address)),
            ("registry", f"{one_line(synced.place)}, at {synced.revision[:12]}"),
            *counts,
        ]
    )


def status_json(synced: Synced) -> str:
    """One object; `inSync` counts items, `counts` those that are not, by what would be done to them."""
    return versioned_json(_standing(synced))


def status_markdown(synced: Synced) -> str:
    """A line."""
    return f"CI table {inert(str(synced.address))} at {inert(synced.revision[:12])}: {_counted(synced)}\n"


STATUS_FORMATS: Mapping[str, Callable[[Synced], str]] = {
    "table": status_table,
    "json": status_json,
    "markdown": status_markdown,
}
"""Each format that the status can be written in."""


def remarks(synced: Synced) -> Iterator[str]:
    """What the user should know besides, one line each."""
    for one in synced.survey.unusable[:_NAMED]:
        yield f"warning: {one_line(one.file.path)} is not synced: {one_line(one.reason)}"
    by_standing: dict[Standing, list[Refused]] = {}
    for refused in synced.refused:
        by_standing.setdefault(refused.standing, []).append(refused)
    for standing, all_ in by_standing.items():
        first = all_[0]
        named = f"{one_line(first.change.config_id)} {one_line(first.change.project)}".rstrip()
        more = f" and {len(all_) - 1:,} more" if len(all_) > 1 else ""
        source = f" ({one_line(first.source[:12])})" if first.source else ""
        yield f"warning: {named}{more} left alone: {standing.value}{source}; {_WAY_OUT[standing.name]}"
    if gone := synced.survey.gone:
        yield (
            f"warning: {_items(len(gone))} left though the record was removed, such as "
            f"{one_line(gone[0].config_id)} {one_line(gone[0].project)}".rstrip()
            + "; a harness goes on testing: sync apply --prune, or ciTable.removed in registry.yaml"
        )


def _items(number: int) -> str:
    return "1 item is" if number == 1 else f"{number:,} items are"


def _orders(synced: Synced) -> str:
    """A line that says how many tests on which instance types the changes order; nothing if they order none."""
    tests = Counter(change.instance_type for change in _changes(synced) if change.retest)
    if not tests:
        return ""
    number = f"{tests.total():,} test{'' if tests.total() == 1 else 's'}"
    places = ", ".join(f"{count:,} on {one_line(place) or 'no instance'}" for place, count in sorted(tests.items()))
    return f"{'ordered' if synced.applied else 'would order'} {number}: {places}\n"


def read_event(done: int, of: int) -> str:
    """A line of JSON: how many of how many records have been compared."""
    return json_text({"event": "compared", "done": done, "of": of})


def done_event(done: Done, number: int, of: int) -> str:
    """A line of JSON: a change that has been made, and how many of how many are."""
    event = _event(done.change, interrupted=done.interrupted)
    del event["fields"]
    return json_text({"event": "written", **event, "done": number, "of": of})


def finished_event(synced: Synced) -> str:
    """A line of JSON: how it ended."""
    return json_text({"event": "finished", **_standing(synced)})


def interruption(done: Done) -> str:
    """What to say of a test that a registration interrupted."""
    return f"note: a test of {done.change.config_id} was running and is interrupted: it tested what was there before"


def _lines(synced: Synced, room: int) -> Iterator[str]:
    interrupted = _interrupted(synced)
    for change in _changes(synced):
        future, past = _VERBS[change.kind]
        verb = past if synced.applied else f"would {future}"
        notes = [
            *change.reasons,
            "to be retested" if change.retest and change.kind in {"drifted", "updated"} else "",
            "interrupts a running test" if change.config_id in interrupted else "",
        ]
        note = ", ".join(filter(None, notes))
        yield (
            f"{verb} {one_line(change.config_id)} {one_line(change.project)}" + (f" ({note})" if note else "") + "\n"
        )
        yield field_table(change.fields, room=room)


def _summary(synced: Synced) -> str:
    return f"{one_line(str(synced.address))} at {synced.revision[:12]}: {_counted(synced)}"


def _counted(synced: Synced) -> str:
    counts = [f"{count:,} {name}" for name, count in _counts(synced).items() if count or name == "in sync"]
    return ", ".join(counts)


def _counts(synced: Synced) -> dict[str, int]:
    kinds = Counter(str(change.kind) for change in _changes(synced))
    past = synced.applied is not None
    named = {(kind if past else f"to {_VERBS[kind][0]}"): kinds[kind] for kind in _VERBS}
    extra = {
        "interrupted": len(_interrupted(synced)),
        "left alone": len(synced.refused),
        "without a record": len(synced.survey.gone),
        "not usable": len(synced.survey.unusable),
        "left out": synced.survey.left_out,
    }
    return {"in sync": synced.survey.in_sync, **named, **{name: count for name, count in extra.items() if count}}


def _standing(synced: Synced) -> dict[str, object]:
    kinds = Counter(str(change.kind) for change in _changes(synced))
    return {
        "table": synced.address.table,
        "region": synced.address.region,
        "revision": synced.revision,
        "applied": synced.applied is not None,
        "inSync": synced.survey.in_sync,
        "counts": {kind: kinds[kind] for kind in _VERBS},
        "interrupted": sorted(_interrupted(synced)),
        "tests": dict(synced.survey.tests),
        "refused": [_refused_event(one) for one in synced.refused],
        "gone": [_gone_event(one) for one in synced.survey.gone],
        "leftOut": synced.survey.left_out,
        "unusable": [{"path": one.file.path, "reason": one.reason} for one in synced.survey.unusable],
        "error": str(synced.error or ""),
    }


def _refused_event(refused: Refused) -> dict[str, object]:
    return {
        "configId": refused.change.config_id,
        "projectName": refused.change.project,
        "why": refused.standing.value,
        "sourceCommit": refused.source,
    }


def _gone_event(gone: Gone) -> dict[str, object]:
    return {
        "configId": gone.config_id,
        "projectName": gone.project,
        "testStatus": gone.test_status,
        "leftover": gone.is_leftover,
    }


def _event(change: ItemChange, *, interrupted: bool) -> dict[str, object]:
    return {
        "change": change.kind,
        "configId": change.config_id,
        "projectName": change.project,
        "retest": change.retest,
        "forced": change.forced,
        "reasons": list(change.reasons),
        "interrupted": interrupted,
        "fields": [{"path": field.path, "before": field.before, "after": field.after} for field in change.fields],
    }


def _changes(synced: Synced) -> list[ItemChange]:
    """What was done, or would be; by configId."""
    changes = [done.change for done in synced.applied.done] if synced.applied else synced.survey.changes
    return sorted(changes, key=lambda change: change.config_id)


def _interrupted(synced: Synced) -> set[str]:
    if synced.applied:
        return {done.change.config_id for done in synced.applied.done if done.interrupted}
    return {change.config_id for change in synced.survey.changes if change.interrupts}


def _cells(field: FieldChange) -> tuple[str, str, str]:
    return field.path, text_of(field.before), text_of(field.after)
