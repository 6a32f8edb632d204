"""What a change of a record means to whoever merges it, the worst first, and which records share a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from registry_tool.record.diff import FieldChange
from registry_tool.review.records import RecordReview

Consequence: TypeAlias = Literal[
    "unreadable", "fails", "removed", "downgrade", "moved", "added", "restored", "upgrade", "works", "other", "told"
]
CONSEQUENCES: Sequence[Consequence] = get_args(Consequence)
"""What can follow, the worst first.

`fails` and `works` are a status that became, or ceased to be, `failed`; `moved` is a record in place of another;
`other` is any other change of what runs; `told` is a change of what is said about it, such as its notes.
"""

_NOT_SHARED = frozenset({"registeredAt", "notes"})


@dataclass(frozen=True, slots=True)
class SharedChange:
    """A change of one field that several records have in common."""

    change: FieldChange
    records: tuple[RecordReview, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Records in which the same fields changed in the same way: one, or several."""

    records: tuple[RecordReview, ...]


def consequences(record: RecordReview) -> tuple[Consequence, ...]:
    """What follows from a change, the worst first."""
    found = set(_consequences(record))
    if found <= {"fails", "works"} and record.retest.runs_anew:
        found.add("other")
    return tuple(one for one in CONSEQUENCES if one in (found or {"told"}))


def find_shared(records: Sequence[RecordReview]) -> list[SharedChange]:
    """The changes that more than one record has, those of most records first."""
    found: dict[FieldChange, list[RecordReview]] = {}
    for record in records:
        if record.kind == "changed":
            for note in record.fields:
                if note.change.path not in _NOT_SHARED:
                    found.setdefault(note.change, []).append(record)
    shared = [SharedChange(change, tuple(those)) for change, those in found.items() if len(those) > 1]
    return sorted(shared, key=lambda one: -len(one.records))


def group_alike(records: Sequence[RecordReview]) -> list[Alike]:
    """The records, those together that differ in nothing but who they are; in the order of the first of each."""
    groups: dict[object, list[RecordReview]] = {}
    for record in records:
        groups.setdefault(_likeness(record), []).append(record)
    return [Alike(tuple(those)) for those in groups.values()]


def _likeness(record: RecordReview) -> object:
    """What is the same of records that are alike; the record's own id if it is like no other."""
    changes = tuple(note.change for note in record.fields if note.change.path not in _NOT_SHARED)
    if record.kind != "changed" or record.problems or not changes:
        return record.config_id
    return changes


def _consequences(record: RecordReview) -> Iterator[Consequence]:
    if record.kind == "unreadable":
        yield "unreadable"
    elif record.counterpart:
        yield "moved"
    elif record.kind != "changed":
        yield record.kind
    status = {note.change.path: note.change for note in record.fields}.get("status")
    if status and status.after == "failed":
        yield "fails"
    elif status and status.before == "failed":
        yield "works"
    meanings = {note.meaning for note in record.fields}
    yield from (word for word in ("downgrade", "upgrade") if word in meanings)


Counts: TypeAlias = Mapping[Consequence, Sequence[RecordReview]]


def by_consequence(records: Sequence[RecordReview]) -> Counts:
    """The records that each consequence has, the worst first; a record can have several."""
    found: dict[Consequence, list[RecordReview]] = {one: [] for one in CONSEQUENCES}
    for record in records:
        for consequence in consequences(record):
            found[consequence].append(record)
    return {consequence: those for consequence, those in found.items() if those}
