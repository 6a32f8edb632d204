"""What a sync does to an item, and what it leaves alone and why: the comparison, the item's lineage and the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from registry_tool.ci.item import FORCED_AT, MANAGED_BY, SOURCE, STATUS, SUSPENDED, ItemOrigin, WantedItem, is_leftover
from registry_tool.ci.lineage import BLOCKED, Lineage, Standing
from registry_tool.ci.outcome import Outcome, outcome
from registry_tool.ci.plan import ItemChange, Reason, compare, prune, stamp_source, suspend
from registry_tool.ci.table import ReadItem

Removed: TypeAlias = Literal["keep", "suspend", "prune"]
"""What becomes of the item of a record that was removed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that is not made, because the item comes from where this sync must not set it back."""

    change: ItemChange
    standing: Standing
    source: str


@dataclass(frozen=True, slots=True)
class Gone:
    """An item that stays as it is though its record was removed. `is_leftover` if only a late result is left of it."""

    config_id: str
    project: str
    test_status: str
    is_leftover: bool = False


Decision: TypeAlias = ItemChange | Refused | Gone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPolicy:
    """The rules of one sync: where it comes from, what is to be tested anyway, and what becomes of removed records.

    `forces` says of a record and its outcome whether it is to be tested again; `take_over` that no item is left alone
    for where it comes from.
    """

    origin: ItemOrigin
    lineage: Lineage
    forces: Callable[[str, Outcome], bool] = lambda *_: False
    removed: Removed = "keep"
    take_over: bool = False

    def decide(
        self, wanted: WantedItem, row: ReadItem | None, *, may_force: bool = True
    ) -> ItemChange | Refused | None:
        """What is to be done to the item of a record."""
        if row is None:
            removed_at = self.lineage.removed_at(wanted.config_id)
            return compare(wanted, None, self.origin, removed_at=removed_at)
        force = may_force and self.forces(wanted.config_id, outcome(row))
        change = compare(wanted, row, self.origin, force=force)
        standing = self.lineage.of(row)
        if standing not in BLOCKED or self.take_over:
            return change
        if change is not None:
            return Refused(change, standing, row.text(SOURCE))
        # It says what it should, so it may as well come from here: a squash or a rewritten history took its commit.
        is_lost = standing in {Standing.APART, Standing.UNKNOWN} and self.lineage.is_same_registry(row)
        return stamp_source(wanted, row, self.origin) if is_lost else None

    def decide_gone(self, row: ReadItem) -> Decision:
        """What is to be done to an item whose record the history of the revision removed; nothing if it is not ours."""
        leftover = is_leftover(row)
        if not leftover and row.text("managedBy") != MANAGED_BY:
            return None
        change = prune(row) if self.removed == "prune" else suspend(row, Reason.REMOVED)
        standing = self.lineage.of(row)
        if standing is Standing.FOREIGN:
            return None
        if standing in BLOCKED and not self.take_over:
            return Refused(change, standing, row.text(SOURCE)) if change and self.removed != "keep" else None
        if self.removed == "keep":
            gone = Gone(row.config_id, row.text("projectName"), row.text(STATUS), leftover)
            return None if row.text(STATUS) == SUSPENDED else gone
        return change

    def decide_left_out(self, row: ReadItem) -> ItemChange | Refused | None:
        """What is to be done to an item whose record the filter leaves out: it is not tested, and not deleted."""
        if row.text("managedBy") != MANAGED_BY:
            return None
        change, standing = suspend(row, Reason.FILTERED), self.lineage.of(row)
        if change and standing in BLOCKED and not self.take_over:
            return Refused(change, standing, row.text(SOURCE))
        return change

    def again(self, change: ItemChange, row: ReadItem | None) -> Decision:
        """What is left to do of a change, seeing its item as it is now."""
        if change.wanted is not None:
            # What somebody else has had tested again meanwhile need not be once more.
            asked = change.write.expects.get(FORCED_AT)
            return self.decide(change.wanted, row, may_force=row is None or row.attributes.get(FORCED_AT) == asked)
        if row is None:
            return None
        filtered = Reason.FILTERED in change.reasons
        return self.decide_left_out(row) if filtered else self.decide_gone(row)
