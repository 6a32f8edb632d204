"""What the CI table says of the registry's records: how much is tested, what fails that worked, what is out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry_tool.ci.diagnosis import Diagnosis
from registry_tool.ci.item import E2E_ID, is_leftover
from registry_tool.ci.outcome import ItemState, Outcome, outcome, running_since
from registry_tool.ci.table import ReadItem
from registry_tool.index.query import Summary


class Flag(StrEnum):
    """What is to be known of a record or an item, beyond how its last test went; in the order of their weight."""

    REGRESSION = "regression"
    """It was registered as working (`status: success`), and what is registered fails its test."""
    UNKNOWN_STATUS = "unknown-status"
    """Its `testStatus` is a word that nobody knows here. It fails every gate."""
    STUCK = "stuck"
    """Its test has been running for too long."""
    STALE = "stale"
    """Its last test is too long ago."""
    NEVER_TESTED = "never-tested"
    """A record in the CI table that no test of any content of it has ended for."""
    OUTDATED = "outdated"
    """The result is of content that is no longer registered, so it counts as untested."""
    OVERLOOKED = "overlooked"
    """It failed in a way that the shipped harness does not look for when it tests again."""
    NOT_SYNCED = "not-synced"
    """The record has been registered again since it was synced."""
    SUSPENDED = "suspended"
    """The registry has its tests suspended."""
    NO_ITEM = "no-item"
    """A record that is not in the CI table."""
    LEFT_OUT = "left-out"
    """A record that `ciTable.filter` leaves out, so that it has no item."""
    NO_RECORD = "no-record"
    """An item whose record is not in the registry."""
    LEFTOVER = "leftover"
    """An item that a late result made after the registry had pruned it: it says nothing of what was tested."""
    E2E = "e2e"
    """An item in which the generator's end-to-end tests keep their results: no record's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CiRow:
    """A record, or an item without one. `test_status` is the harness's word; empty if there is no item."""

    config_id: str
    project: str
    deployment_config: str
    state: ItemState
    test_status: str
    tested_at: datetime | None
    seconds: float | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the records of a deploymentConfig stand; `latest` is the one that was tested last, None if none ever was."""

    deployment_config: str
    counts: Mapping[ItemState, int]
    latest: CiRow | None

    @property
    def records(self) -> int:
        """How many records there are."""
        return sum(self.counts.values())

    @property
    def percent(self) -> int:
        """How many of a hundred records have a result, rounded down: 100 means all."""
        return (
            100 * (self.counts[ItemState.PASSED] + self.counts[ItemState.FAILED]) // self.records if self.records else 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReport:
    """What the CI table says of the registry's records at a time.

    `rows` has the records by deploymentConfig and configId, then the items without a record; `coverage` counts records
    alone, by deploymentConfig and in `total`. `failures` are the records that failed, if they were asked for.
    """

    table: str
    at: datetime
    stale_after: timedelta
    coverage: Sequence[Coverage]
    total: Coverage
    rows: Sequence[CiRow]
    failures: Sequence[tuple[CiRow, Diagnosis]] = ()

    def flagged(self) -> list[CiRow]:
        """The rows that have flags, those with the weightiest first."""
        return sorted((row for row in self.rows if row.flags), key=lambda row: list(Flag).index(row.flags[0]))

    def count(self, flag: Flag) -> int:
        """How many rows have `flag`."""
        return sum(1 for row in self.rows if flag in row.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class CiLimits:
    """When a report is made, and from when on what it sees is too old or runs too long."""

    at: datetime
    stale_after: timedelta
    stuck_after: timedelta = timedelta(hours=3)


def report(
    records: Iterable[Summary],
    items: Iterable[ReadItem],
    *,
    table: str,
    limits: CiLimits,
    chosen: Collection[str] | None = None,
) -> CiReport:
    """The report at a time. Records that are not `chosen` have no item; None means that all should have one."""
    by_id = {item.config_id: item for item in items}
    registered = sorted(
        (
            _row(record, by_id.pop(record["configId"], None), limits, is_chosen=_is_in(record["configId"], chosen))
            for record in records
        ),
        key=lambda row: (row.deployment_config, row.config_id),
    )
    strays = [_stray(item) for _, item in sorted(by_id.items())]
    by_config: dict[str, list[CiRow]] = {}
    for row in registered:
        by_config.setdefault(row.deployment_config, []).append(row)
    return CiReport(
        table=table,
        at=limits.at,
        stale_after=limits.stale_after,
        coverage=[_coverage(name, rows) for name, rows in by_config.items()],
        total=_coverage("total", registered),
        rows=[*registered, *strays],
    )


def _is_in(config_id: str, chosen: Collection[str] | None) -> bool:
    return chosen is None or config_id in chosen


def _row(record: Summary, item: ReadItem | None, limits: CiLimits, *, is_chosen: bool) -> CiRow:
    found = outcome(item) if item else None
    return CiRow(
        config_id=record["configId"],
        project=record["projectName"],
        deployment_config=record["deploymentConfig"],
        state=found.state if found else ItemState.UNTESTED,
        test_status=found.test_status if found else "",
        tested_at=found.tested_at if found else None,
        seconds=found.seconds if found else None,
        flags=_in_order(_flags(record, item, found, limits, is_chosen=is_chosen)),
    )


def _flags(
    record: Summary, item: ReadItem | None, found: Outcome | None, limits: CiLimits, *, is_chosen: bool
) -> Iterator[Flag]:
    if item is None or found is None:
        yield Flag.NO_ITEM if is_chosen else Flag.LEFT_OUT
        return
    is_synced = item.text("registeredAt") in {"", record["registeredAt"]}
    since = running_since(item)
    marks = {
        Flag.NOT_SYNCED: not is_synced,
        Flag.OUTDATED: found.outdated,
        Flag.NEVER_TESTED: found.tested_at is None,
        Flag.STALE: found.tested_at is not None and found.tested_at < limits.at - limits.stale_after,
        Flag.STUCK: since is not None and since < limits.at - limits.stuck_after,
        Flag.UNKNOWN_STATUS: found.state is ItemState.UNKNOWN,
        Flag.OVERLOOKED: found.is_overlooked,
        Flag.SUSPENDED: found.state is ItemState.SUSPENDED,
        # A failure of what was registered before says nothing of what is registered now, which may be its repair.
        Flag.REGRESSION: found.state is ItemState.FAILED and is_synced and record["status"] == "success",
    }
    yield from (flag for flag, holds in marks.items() if holds)


def _in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(flags, key=list(Flag).index))


def _stray(item: ReadItem) -> CiRow:
    found = outcome(item)
    is_e2e = E2E_ID in item.attributes
    marks = {
        Flag.E2E: is_e2e,
        Flag.NO_RECORD: not is_e2e,
        Flag.LEFTOVER: is_leftover(item),
        Flag.UNKNOWN_STATUS: found.state is ItemState.UNKNOWN,
    }
    return CiRow(
        config_id=item.config_id,
        project=item.text("projectName") or item.text(E2E_ID),
        deployment_config=item.text("deploymentConfig"),
        state=found.state,
        test_status=found.test_status,
        tested_at=found.tested_at,
        seconds=found.seconds,
        flags=_in_order(flag for flag, holds in marks.items() if holds),
    )


def _coverage(name: str, rows: Sequence[CiRow]) -> Coverage:
    counts = {state: sum(1 for row in rows if row.state is state) for state in ItemState}
    tested = [(row.tested_at, row.config_id, row) for row in rows if row.tested_at]
    return Coverage(name, counts, max(tested)[-1] if tested else None)
