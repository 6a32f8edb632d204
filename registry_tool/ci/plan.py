"""What is to be done to an item: a pure comparison of what a record wants with what the item says.

The law: once a change is written, comparing again finds nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry_tool.ci.item import (
    CONFIG,
    CONTENT_AT,
    CREATED_AT,
    DIGEST,
    FOLLOWED,
    FORCED_AT,
    NEVER,
    PASSED_AT,
    PASSED_SOURCE,
    REGISTRY_ID,
    RUNNING,
    SIGNATURE,
    SOURCE,
    STATUS,
    STRATEGY,
    SUSPENDED,
    TESTED_AT,
    UNTESTED,
    WAS_STATUS,
    ItemOrigin,
    WantedItem,
    config_of,
    making,
    owned,
    signature,
)
from registry_tool.ci.outcome import ItemState, outcome
from registry_tool.ci.table import KEY, Attribute, ReadItem, Write
from registry_tool.record.diff import FieldChange, Scalar, diff
from registry_tool.record.identity import Json
from registry_tool.record.tested import ENVIRONMENT


class Kind(StrEnum):
    """What is done to an item, and why."""

    CREATED = "created"
    RETESTED = "retested"
    UPDATED = "updated"
    DRIFTED = "drifted"
    SUSPENDED = "suspended"
    PRUNED = "pruned"


class Reason(StrEnum):
    """What a change has besides the fields that differ."""

    FORCED = "asked for"
    OUTDATED = "its result is of other content"
    UNCOVERED = "no test so far covered icEnvVars"
    RESUMED = "its record is back"
    REMOVED = "its record was removed"
    FILTERED = "ciTable.filter leaves its record out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """What is to be done to one item, and the `fields` that say why.

    Those of a retest are of its configuration, and none where there is another reason; those of an update or a drift
    are attributes. `retest` says that the item becomes untested, `interrupts` that a test was running which this makes
    worthless. `wanted` is None if the item is to go, or is no longer to be tested.
    """

    kind: Kind
    config_id: str
    project: str
    write: Write
    wanted: WantedItem | None = None
    fields: tuple[FieldChange, ...] = ()
    reasons: tuple[Reason, ...] = ()
    retest: bool = False
    interrupts: bool = False
    instance_type: str = ""

    @property
    def forced(self) -> bool:
        """Whether a test is due only because someone asks for it."""
        return Reason.FORCED in self.reasons


def compare(
    wanted: WantedItem, row: ReadItem | None, origin: ItemOrigin, *, force: bool = False, removed_at: str = ""
) -> ItemChange | None:
    """What brings an item in step with its record; None if it is. With `force`, it is to be tested again anyway.

    `removed_at` is when the record was last removed, if it was. An item without a `contentDigest` is one that another
    tool wrote: it is adopted, and tested again only if its configuration means something else.
    """
    if row is None:
        return _change(Kind.CREATED, wanted, making(wanted, origin, removed_at=removed_at), retest=True)
    return _Comparison(wanted, row, origin).change(force=force)


def suspend(row: ReadItem, reason: Reason) -> ItemChange | None:
    """What keeps a harness from testing an item; None if it is so already."""
    status = row.text(STATUS)
    if status == SUSPENDED:
        return None
    return ItemChange(
        kind=Kind.SUSPENDED,
        config_id=row.config_id,
        project=row.text("projectName"),
        write=Write(
            key=row.config_id,
            expects=_as_read(row, (DIGEST, STATUS)),
            sets={STATUS: SUSPENDED, **({WAS_STATUS: status} if status else {})},
            defaults={TESTED_AT: NEVER},
        ),
        reasons=(reason,),
        interrupts=status == RUNNING,
    )


def prune(row: ReadItem) -> ItemChange:
    """The removal of an item."""
    return ItemChange(
        kind=Kind.PRUNED,
        config_id=row.config_id,
        project=row.text("projectName"),
        write=Write(key=row.config_id, expects=_as_read(row, (DIGEST, "managedBy", SOURCE)), deletes=True),
        reasons=(Reason.REMOVED,),
        interrupts=row.text(STATUS) == RUNNING,
    )


def stamp_source(wanted: WantedItem, row: ReadItem, origin: ItemOrigin) -> ItemChange:
    """What makes an item that says all it should come from the commit that is synced now."""
    write = Write(
        key=row.config_id,
        expects=_as_read(row, (CONFIG, DIGEST, SOURCE)),
        sets=owned(wanted, origin, row.text(DIGEST)),
        removes=_gone(wanted, origin),
    )
    return _change(Kind.UPDATED, wanted, write, (FieldChange(SOURCE, row.text(SOURCE), origin.revision),))


class _Comparison:
    """A record's wishes beside an item that is there."""

    def __init__(self, wanted: WantedItem, row: ReadItem, origin: ItemOrigin) -> None:
        self.wanted, self.row, self.origin = wanted, row, origin
        self.is_ours = DIGEST in row.attributes
        config = tuple(_config_changes(row.attributes.get(CONFIG), str(wanted.attributes[CONFIG])))
        if not self.is_ours:
            # Other tools write an empty value where there is none.
            config = tuple(change for change in config if {change.before, change.after} - {"", None})
        # The version before wrote no icEnvVars, and its digest tells that the record had these: nothing new to test.
        self.uncovered = (
            CONTENT_AT not in row.attributes
            and bool(config)
            and all(map(_is_environment, config))
            and row.text(DIGEST) == wanted.former_digest
        )
        self.config = () if self.uncovered else config
        self.fields = tuple(_attribute_changes(wanted, row, FOLLOWED))
        self.drifted = self.is_ours and row.attributes.get(SIGNATURE) != signature(row.attributes)
        self.outcome = outcome(row)

    def change(self, *, force: bool) -> ItemChange | None:
        """What is to be done."""
        status = self.outcome.test_status
        resumed = status == SUSPENDED
        # A harness takes the strategy from the attribute: what it found out by another is not about the record.
        strategy = self.is_ours and self.row.attributes.get(STRATEGY) != self.wanted.attributes[STRATEGY]
        moved = bool(self.config) or strategy
        forced = force and not moved and status != UNTESTED
        outdated = self.outcome.outdated and not moved and not forced
        untested = moved or forced or outdated or not status or (resumed and not self._had_result())
        lacks = tuple(name for name in (STATUS, TESTED_AT, CREATED_AT) if not self.row.text(name))
        if not (untested or resumed or lacks or self.drifted or self.fields):
            return None
        reasons = {
            Reason.FORCED: forced,
            Reason.OUTDATED: outdated,
            Reason.UNCOVERED: self.uncovered,
            Reason.RESUMED: resumed,
        }
        return _change(
            self._kind(moved=moved, asked=forced or outdated, lacks=lacks),
            self.wanted,
            self._write(moved=moved, forced=forced, untested=untested, lacks=lacks),
            self._why(moved=moved, lacks=lacks),
            reasons=tuple(reason for reason, holds in reasons.items() if holds),
            retest=untested,
            interrupts=untested and status == RUNNING,
        )

    def _had_result(self) -> bool:
        """Whether an item that was suspended can get back what a test had found."""
        return self.row.text(WAS_STATUS) not in {"", RUNNING}

    def _kind(self, *, moved: bool, asked: bool, lacks: tuple[str, ...]) -> Kind:
        if self.drifted or (self.is_ours and lacks):
            return Kind.DRIFTED
        return Kind.RETESTED if moved or asked else Kind.UPDATED

    def _why(self, *, moved: bool, lacks: tuple[str, ...]) -> tuple[FieldChange, ...]:
        missing = tuple(FieldChange(name, None, _DEFAULTS.get(name, "now")) for name in lacks)
        if self.drifted:
            tampered = FieldChange(
                SIGNATURE, _scalar(self.row.attributes.get(SIGNATURE)), signature(self.row.attributes)
            )
            return (*(self.fields or (tampered,)), *missing)
        if moved and self.config:
            return (*self.config, *missing)
        return (*self.fields, *missing)

    def _write(self, *, moved: bool, forced: bool, untested: bool, lacks: tuple[str, ...]) -> Write:
        row, was = self.row, self.outcome
        digest = "" if moved or self.drifted else row.text(DIGEST)
        sets: dict[str, Attribute] = owned(self.wanted, self.origin, digest)
        if untested:
            sets[STATUS] = UNTESTED
        elif was.state is ItemState.SUSPENDED:
            sets[STATUS] = row.text(WAS_STATUS)
        if moved and was.state is ItemState.PASSED and row.text(SOURCE):
            sets |= {PASSED_AT: row.text(TESTED_AT), PASSED_SOURCE: row.text(SOURCE)}
        if not moved and CONTENT_AT not in row.attributes:
            sets[CONTENT_AT] = NEVER
        defaults, stamps = self._missing(lacks)
        is_sure = self.is_ours and not self.drifted
        decides = (
            *(DIGEST, SOURCE),
            *((FORCED_AT,) if forced else ()),
            *(() if is_sure and not self.uncovered else (CONFIG,)),
        )
        # A result that comes in after all must not be taken for the one that was read.
        results = (STATUS, TESTED_AT) if untested and not moved and not forced else ()
        suspended = was.state is ItemState.SUSPENDED
        return Write(
            key=row.config_id,
            expects=_as_read(row, (*decides, *results, *((STATUS,) if suspended else ()))),
            sets=sets,
            defaults=defaults,
            stamps=(*((CONTENT_AT,) if moved else ()), *((FORCED_AT,) if forced else ()), *stamps),
            # An item whose content is as old as itself has its first content, and any result is of that.
            stamp_after=row.text(CREATED_AT) if moved else "",
            removes=(*_gone(self.wanted, self.origin), *((WAS_STATUS,) if suspended else ())),
        )

    def _missing(self, lacks: tuple[str, ...]) -> tuple[dict[str, Attribute], tuple[str, ...]]:
        """What the item gets of the attributes without which a harness does not find it, and which become now."""
        defaults: dict[str, Attribute] = {TESTED_AT: NEVER} if TESTED_AT in lacks else {}
        if CREATED_AT not in lacks:
            return defaults, ()
        # Something was tested here before anyone said that the item was made: a result can be of that.
        if self.outcome.tested_at:
            return {**defaults, CREATED_AT: NEVER}, ()
        return defaults, (CREATED_AT,)


_DEFAULTS = {STATUS: UNTESTED, TESTED_AT: NEVER}


def _change(  # noqa: PLR0913  the parts of a change
    kind: Kind,
    wanted: WantedItem,
    write: Write,
    fields: tuple[FieldChange, ...] = (),
    *,
    reasons: tuple[Reason, ...] = (),
    retest: bool = False,
    interrupts: bool = False,
) -> ItemChange:
    return ItemChange(
        kind=kind,
        config_id=wanted.config_id,
        project=str(wanted.attributes["projectName"]),
        write=write,
        wanted=wanted,
        fields=fields,
        reasons=reasons,
        retest=retest,
        interrupts=interrupts,
        instance_type=wanted.instance_type,
    )


def _as_read(row: ReadItem, names: Iterable[str]) -> Mapping[str, Json]:
    return {name: row.attributes.get(name) for name in names if name != KEY}


def _gone(wanted: WantedItem, origin: ItemOrigin) -> tuple[str, ...]:
    """The attributes that an item of this record and this registry does not have."""
    absent = tuple(name for name in FOLLOWED if name not in wanted.attributes)
    return absent if origin.registry_id else (*absent, REGISTRY_ID)


def _is_environment(change: FieldChange) -> bool:
    return change.before is None and change.path.partition(".")[0] == ENVIRONMENT


def _config_changes(before: Json, after: str) -> Iterator[FieldChange]:
    """Where two configurations differ in meaning, however they are written."""
    if before == after:
        return
    old, new = config_of(before), config_of(after)
    if old is None or new is None:
        yield FieldChange(CONFIG, _scalar(before), after)
        return
    moved = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    yield from diff(*({name: config[name] for name in moved if name in config} for config in (old, new)))


def _attribute_changes(wanted: WantedItem, row: ReadItem, names: Iterable[str]) -> Iterator[FieldChange]:
    for name in names:
        before, after = row.attributes.get(name), wanted.attributes.get(name)
        if before != after:
            yield FieldChange(name, _scalar(before), after)


def _scalar(value: Json) -> Scalar:
    return json.dumps(value) if isinstance(value, list | dict) else value
