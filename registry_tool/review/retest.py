"""Which records the next sync retests: those of which CI sees a change, because each test costs GPU time."""

from __future__ import annotations

from dataclasses import dataclass

from registry_tool.record.fields import NOT_DEPLOYED
from registry_tool.record.identity import Document, Json, content_digest
from registry_tool.record.tested import ENVIRONMENT, tested_configuration, tested_digest
from registry_tool.trail.changes import RecordChange


@dataclass(frozen=True, slots=True)
class Retest:
    """Whether a sync will have a record tested, and why or why not; `fields` are those of a changed one that decide.

    `runs_anew` is whether something else runs than before, though CI may not see the difference.
    """

    due: bool
    why: str
    fields: tuple[str, ...] = ()
    runs_anew: bool = False


@dataclass(frozen=True, slots=True)
class Former:
    """A record that had been removed before: on which day, and what CI saw of it, by its digest."""

    removed_on: str
    digest: str


def decide_retest(change: RecordChange, former: Former | None, *, is_there: bool) -> Retest:
    """Whether `change` has the record tested. `is_there` if its file is, though it may be unreadable."""
    if change.after is None:
        why = "cannot be read, so cannot be synced" if is_there else "gone; its item stays until sync prunes it"
        return Retest(due=False, why=why)
    if change.before is not None:
        return _of_a_changed_one(change, change.before, change.after)
    if former is None:
        return Retest(due=True, why="new", runs_anew=True)
    if former.digest != tested_digest(change.after):
        return Retest(due=True, why=f"not what ran before its removal on {former.removed_on}", runs_anew=True)
    return Retest(
        due=False, why=f"what runs is as before its removal on {former.removed_on}, if its item is still there"
    )


def _of_a_changed_one(change: RecordChange, before: Document, after: Document) -> Retest:
    fields = tuple(dict.fromkeys(field.path.partition(".")[0] for field in change.fields))
    if content_digest(before) == content_digest(after):
        return Retest(due=False, why="what runs is the same", fields=fields)
    old, new = tested_configuration(before), tested_configuration(after)
    if old == new:
        deployed = tuple(name for name in fields if name not in NOT_DEPLOYED)
        return Retest(due=False, why="CI does not see what changed", fields=deployed, runs_anew=True)
    decisive = tuple(name for name in fields if name not in NOT_DEPLOYED and _seen(name, old) != _seen(name, new))
    return Retest(due=True, why="what runs changed", fields=decisive, runs_anew=True)


def _seen(name: str, configuration: Document) -> Json:
    return configuration.get(ENVIRONMENT if name == "icEnvironment" else name)
