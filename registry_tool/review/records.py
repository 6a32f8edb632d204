"""What happens to one record in a pull request, and which new record takes the place of a removed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, get_args

from registry_tool.problems import Problem
from registry_tool.record.identity import text_of
from registry_tool.review.capacity import Use, use_of
from registry_tool.review.elsewhere import IDENTITY, Elsewhere
from registry_tool.review.fields import Noted, Part, find_parts, note_all, note_changes
from registry_tool.review.retest import Former, Retest, decide_retest
from registry_tool.trail.changes import RecordChange

Kind: TypeAlias = Literal["unreadable", "removed", "changed", "added", "restored"]
KINDS: Sequence[Kind] = get_args(Kind)
"""What can happen to a record, first what a reviewer must not miss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCommit:
    """The last of the `of` commits that changed a record; `at` is its author's time in ISO 8601."""

    revision: str
    author: str
    at: str
    notes: str
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReview:
    """What happens to one record; `identity` has its `IDENTITY` as it is afterwards, or was if it is gone.

    `fields` of a new record are all that it has. `counterpart` is, of a new record, the removed one of the same project
    that it replaces, and then `fields` are what differs between the two; of a removed one, what replaces it.
    `use_before` and `use_after` are the instances and GPUs that it asks for.
    """

    kind: Kind
    config_id: str
    identity: Mapping[str, str]
    fields: tuple[Noted, ...]
    parts: tuple[Part, ...]
    commit: LastCommit | None
    retest: Retest
    problems: tuple[Problem, ...]
    counterpart: str = ""
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    use_before: Use | None = None
    use_after: Use | None = None


def review_record(
    change: RecordChange, *, commit: LastCommit | None, former: Former | None, problems: tuple[Problem, ...]
) -> RecordReview:
    """What `change` means. `former` is the record as it was when it was removed before, if it was."""
    kind = _kind(change, former, problems)
    before, after = change.before or {}, change.after or {}
    return RecordReview(
        kind=kind,
        config_id=change.config_id,
        identity={name: text_of((after or before).get(name)) for name in IDENTITY},
        fields=note_changes(before, after) if kind == "changed" else note_all(after),
        parts=tuple(find_parts(before, after)) if kind == "changed" else (),
        commit=commit,
        retest=decide_retest(change, former, is_there=kind != "removed"),
        problems=problems,
        use_before=use_of(change.before),
        use_after=use_of(change.after),
    )


def pair_moves(records: Sequence[RecordReview], changes: Sequence[RecordChange]) -> Iterator[RecordReview]:
    """The same records; where a project has one that is new and one that is gone, each knows of the other.

    Another instance, region or number of components makes another configId: what people call a change is then a
    removed record and a new one.
    """
    documents = {change.config_id: change.after or change.before or {} for change in changes}
    new = _alone_in_project(record for record in records if record.kind in {"added", "restored"})
    gone = _alone_in_project(record for record in records if record.kind == "removed")
    for record in records:
        project = record.identity["projectName"]
        arrives, leaves = new.get(project), gone.get(project)
        if arrives and record is leaves:
            yield replace(record, counterpart=arrives.config_id)
        elif leaves and record is arrives:
            counterpart = leaves.config_id
            before, after = documents[counterpart], documents[record.config_id]
            parts = tuple(find_parts(before, after))
            yield replace(record, fields=note_changes(before, after), parts=parts, counterpart=counterpart)
        else:
            yield record


def _kind(change: RecordChange, former: Former | None, problems: Sequence[Problem]) -> Kind:
    # A file that is there and cannot be read counts as none among the changes; what is gone has no problems.
    if change.kind == "removed" and problems:
        return "unreadable"
    return "restored" if change.kind == "added" and former else change.kind


def _alone_in_project(records: Iterable[RecordReview]) -> Mapping[str, RecordReview]:
    """The records that are the only ones of their project, by its name."""
    found: dict[str, list[RecordReview]] = {}
    for record in records:
        found.setdefault(record.identity["projectName"], []).append(record)
    return {project: those[0] for project, those in found.items() if len(those) == 1}
