"""What is to be done to the CI table: a pure comparison of what a record wants with what its item says.

The law: once a change is written, comparing again finds nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from registry_tool.ci.item import (
    FOLLOWED,
    FORCED_AT,
    MANAGED_BY,
    RUNNING,
    SIGNATURE,
    UNTESTED,
    Wanted,
    config_of,
    signature,
)
from registry_tool.ci.reading import Row
from registry_tool.record.diff import FieldChange, Scalar, diff
from registry_tool.record.identity import Json

_DECIDES = ("contentDigest", FORCED_AT)


class Kind(StrEnum):
    """What is done to an item, and why."""

    CREATED = "created"
    RETESTED = "retested"
    UPDATED = "updated"
    DRIFTED = "drifted"
    PRUNED = "pruned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done to one item, and the `fields` that say why.

    Those of a retest are of its configuration, and none where only the user asks for it (`forced`); those of an update
    or a drift are attributes. `retest` says that the item becomes untested. `wanted` is None for one that is pruned,
    `row` for one that is not there yet.
    """

    kind: Kind
    config_id: str
    wanted: Wanted | None = None
    row: Row | None = None
    fields: tuple[FieldChange, ...] = ()
    retest: bool = False
    forced: bool = False

    @property
    def interrupts(self) -> bool:
        """Whether a test was running when the item was read that this makes worthless."""
        return self.row is not None and self.row.test_status == RUNNING and (self.retest or self.wanted is None)


def compare(wanted: Wanted, row: Row | None, *, force: bool = False) -> Change | None:
    """What brings an item in step with its record; None if it is. With `force`, it is to be tested again anyway.

    An item without a `contentDigest` is one that another tool wrote: it is adopted, and tested again only if its
    configuration means something else.
    """
    if row is None:
        return Change(kind=Kind.CREATED, config_id=wanted.config_id, wanted=wanted, retest=True)
    config = tuple(_config_changes(row.owned.get("configJson"), str(wanted.attributes["configJson"])))
    ours = "contentDigest" in row.owned
    moved = row.owned["contentDigest"] != wanted.attributes["contentDigest"] if ours else bool(config)
    drifted = ours and row.owned.get(SIGNATURE) != signature(row.owned)
    if moved:
        why = config or tuple(_attribute_changes(wanted, row, ["contentDigest"]))
        return _write(Kind.RETESTED, wanted, row, why, retest=True)
    fields = tuple(_attribute_changes(wanted, row, FOLLOWED))
    forced = force and row.test_status != UNTESTED
    if drifted:
        # A harness was told something else than the record says: what it found out is not about the record.
        why = fields or (FieldChange(SIGNATURE, _scalar(row.owned.get(SIGNATURE)), signature(row.owned)),)
        return _write(Kind.DRIFTED, wanted, row, why, retest=bool(config), forced=forced)
    if forced:
        return _write(Kind.RETESTED, wanted, row, fields, forced=True)
    return _write(Kind.UPDATED, wanted, row, fields) if fields else None


def prune(rows: Iterable[Row], kept: frozenset[str] | set[str]) -> tuple[list[Change], int]:
    """The removal of each item of ours that is not among those `kept`, and how many items are ours."""
    gone: list[Change] = []
    ours = 0
    for row in rows:
        if row.owned.get("managedBy") == MANAGED_BY:
            ours += 1
            if row.config_id not in kept:
                gone.append(Change(kind=Kind.PRUNED, config_id=row.config_id, row=row))
    return gone, ours


def _write(  # noqa: PLR0913  the parts of a change
    kind: Kind,
    wanted: Wanted,
    row: Row,
    fields: tuple[FieldChange, ...],
    *,
    retest: bool = False,
    forced: bool = False,
) -> Change:
    # Of the item only what the write depends on: there may be a hundred thousand of them.
    is_foreign = kind is Kind.DRIFTED or "contentDigest" not in row.owned
    decides = ("configJson", *_DECIDES) if is_foreign else _DECIDES
    basis = {name: row.owned[name] for name in decides if name in row.owned}
    return Change(
        kind=kind,
        config_id=wanted.config_id,
        wanted=wanted,
        row=replace(row, owned=basis),
        fields=fields,
        retest=retest or forced,
        forced=forced and not retest,
    )


def _config_changes(before: Json, after: str) -> Iterator[FieldChange]:
    """Where two configurations differ in meaning: an empty value is as good as none."""
    if before == after:
        return
    old, new = config_of(before), config_of(after)
    if old is None or new is None:
        yield FieldChange("configJson", _scalar(before), after)
        return
    moved = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    for change in diff(*({name: config[name] for name in moved if name in config} for config in (old, new))):
        if {change.before, change.after} - {"", None}:
            yield change


def _attribute_changes(wanted: Wanted, row: Row, names: Iterable[str]) -> Iterator[FieldChange]:
    for name in names:
        before, after = row.owned.get(name), wanted.attributes.get(name)
        if before != after:
            yield FieldChange(name, _scalar(before), after)


def _scalar(value: Json) -> Scalar:
    return json.dumps(value) if isinstance(value, list | dict) else value
