"""Any order of registrations, syncs at any revision, results early and late, and prunes, on a table in memory.

Never is a pass shown of content that was not tested, never are there two retests for one change, and nothing that the
harness wrote is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from registry_tool.ci.item import READ, ItemOrigin, wanted
from registry_tool.ci.lineage import Standing
from registry_tool.ci.outcome import ItemState, outcome
from registry_tool.ci.plan import ItemChange
from registry_tool.ci.policy import Decision, SyncPolicy
from registry_tool.ci.table import ReadItem
from registry_tool.record.identity import Document, Json
from tests.ci.memory import MemoryTable
from tests.ci.syncing import document

KEY = str(document(0)["configId"])
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class History:
    """One branch of a registry: what the record was at each commit; None where it was removed."""

    commits: list[Document | None] = field(default_factory=list)

    def standing(self, source: str, at: int) -> Standing:
        """How a commit stands to the one that is synced."""
        if not source:
            return Standing.NONE
        return Standing.BEFORE if int(source) <= at else Standing.AFTER


class Line:
    """The lineage of one commit of a `History`; commits are known by their number."""

    def __init__(self, history: History, at: int, clock: str) -> None:
        """See the history up to that commit."""
        self._history, self._at, self._clock = history, at, clock

    def of(self, row: ReadItem) -> Standing:
        """Before or after."""
        return self._history.standing(row.text("sourceCommit"), self._at)

    def is_same_registry(self, _row: ReadItem) -> bool:
        """There is no other."""
        return True

    def removed_at(self, _config_id: str) -> str:
        """Whether the record was ever removed; some time before now will do."""
        was_removed = None in self._history.commits[: self._at + 1]
        return "2026-02-01T00:00:00Z" if was_removed else ""


class Interleavings(RuleBasedStateMachine):
    """One record, its item, and a harness like the shipped one: no condition, no `running`, no `testedDigest`."""

    def __init__(self) -> None:
        """Register the first content."""
        super().__init__()
        self.now = START
        self.table = MemoryTable(lambda: f"{self.now:%Y-%m-%dT%H:%M:%SZ}")
        self.history = History([document(0, baseImage="x:0")])
        self.number = 0
        self.running: list[tuple[datetime, Json, Json]] = []
        self.last_tested: Json = None
        self.orders: dict[Json, int] = {}
        self.late = 0

    def tick(self) -> None:
        """Let more than the granularity of an item's times go by."""
        self.now += timedelta(seconds=7)

    @rule()
    def register(self) -> None:
        """Other content."""
        self.tick()
        self.number += 1
        self.history.commits.append(document(0, baseImage=f"x:{self.number}"))

    @rule()
    def register_notes(self) -> None:
        """The same content with other notes."""
        self.tick()
        if last := self.history.commits[-1]:
            self.history.commits.append({**last, "notes": f"at {self.now}"})

    @rule()
    def remove(self) -> None:
        """The record goes."""
        self.tick()
        if self.history.commits[-1]:
            self.history.commits.append(None)

    @rule(back=st.integers(0, 3), prunes=st.booleans())
    def sync(self, back: int, *, prunes: bool) -> None:
        """Sync the tip, or a commit some steps before it."""
        self.tick()
        at = max(0, len(self.history.commits) - 1 - back)
        record = self.history.commits[at]
        lineage: Any = Line(self.history, at, "")
        policy = SyncPolicy(origin=ItemOrigin(str(at), "r0"), lineage=lineage, removed="prune" if prunes else "keep")
        row = self.table.read([KEY], READ).get(KEY)
        # A checkout that does not know of the removal cannot tell a new item from one that was pruned: see the page.
        if row is None and at < len(self.history.commits) - 1:
            return
        decision: Decision
        if record is not None:
            decision = policy.decide(wanted(record), row)
        else:
            decision = policy.decide_gone(row) if row else None
        before = dict(self.table.items.get(KEY, {}))
        if isinstance(decision, ItemChange):
            was_outdated = row is not None and outcome(row).outdated
            self.table.write(decision.write)
            after = self.table.items.get(KEY, {})
            config = after.get("configJson")
            if decision.retest and before.get("configJson") == config and config is not None:
                # The content is the same: only a result of other content is a reason.
                assert was_outdated or not before.get("testStatus")
            if not decision.write.deletes:
                for name in ("stageResults", "errorMessage", "lastTestDuration", "mine"):
                    assert after.get(name) == before.get(name)
            again = policy.decide(wanted(record), self.table.read([KEY], READ).get(KEY)) if record else None
            assert again is None

    @precondition(lambda self: self.table.items.get(KEY, {}).get("testStatus") == "untested")
    @rule()
    def take(self) -> None:
        """The scanner finds the item, and a test of its content begins."""
        self.tick()
        self.running.append((self.now, self.table.items[KEY].get("configJson"), "pass"))

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 5), status=st.sampled_from(["pass", "fail-build"]))
    def finish(self, which: int, status: str) -> None:
        """A result comes in, whatever the item is by now."""
        self.tick()
        began, config, _ = self.running.pop(which % len(self.running))
        item = self.table.items.setdefault(KEY, {"configId": KEY})
        item |= {
            "testStatus": status,
            "lastTestTimestamp": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            "lastTestDuration": int((self.now - began).total_seconds()),
            "errorMessage": status,
            "stageResults": {"build": {"status": status}},
            "mine": str(self.now),
        }
        self.last_tested = config

    @invariant()
    def no_pass_is_shown_of_content_that_was_not_tested(self) -> None:
        """What counts as a result is one of what the item says."""
        if row := self.table.read([KEY], READ).get(KEY):
            config = row.attributes.get("configJson")
            if config is not None and outcome(row).state in {ItemState.PASSED, ItemState.FAILED}:
                assert self.last_tested == config


Interleavings.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestInterleavings = Interleavings.TestCase


def test_a_late_result_of_a_record_that_was_pruned_and_came_back_otherwise_is_not_believed() -> None:
    machine = Interleavings()
    machine.sync(back=0, prunes=False)
    machine.take()
    machine.remove()
    machine.sync(back=0, prunes=True)
    machine.register()
    machine.sync(back=0, prunes=False)
    machine.finish(which=0, status="pass")

    machine.no_pass_is_shown_of_content_that_was_not_tested()


def test_a_late_result_after_a_prune_is_a_leftover_that_the_next_prune_takes() -> None:
    machine = Interleavings()
    machine.sync(back=0, prunes=False)
    machine.take()
    machine.remove()
    machine.sync(back=0, prunes=True)
    machine.finish(which=0, status="pass")
    left = dict(machine.table.items)
    machine.sync(back=0, prunes=True)

    assert ("configJson" in left[KEY], machine.table.items) == (False, {})
