"""What the CI table says of the registry's records: how much is tested, what fails that worked, what is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry_tool.ci.results import Result, State
from registry_tool.index.query import Summary


class Flag(StrEnum):
    """What is to be known of a record or an item, beyond how its last test went; in the order of their weight."""

    REGRESSION = "regression"
    """It was registered as working (`status: success`), and what is registered fails its test."""
    STALE = "stale"
    """Its last test is too long ago."""
    NEVER_TESTED = "never-tested"
    """A record in the CI table that no test of any content of it has ended for."""
    OUTDATED = "outdated"
    """The result is of content that is no longer registered, so it counts as untested."""
    NOT_SYNCED = "not-synced"
    """The record has been registered again since it was synced."""
    NO_ITEM = "no-item"
    """A record that is not in the CI table."""
    NO_RECORD = "no-record"
    """An item whose record is not in the registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record, or an item without one. `test_status` is the harness's word; empty if there is no item."""

    config_id: str
    project: str
    deployment_config: str
    state: State
    test_status: str
    tested_at: datetime | None
    seconds: float | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the records of a deploymentConfig stand; `latest` is the one that was tested last, None if none ever was."""

    deployment_config: str
    counts: Mapping[State, int]
    latest: Row | None

    @property
    def records(self) -> int:
        """How many records there are."""
        return sum(self.counts.values())

    @property
    def percent(self) -> int:
        """How many of a hundred records have a result, rounded down: 100 means all."""
        return 100 * (self.counts[State.PASSED] + self.counts[State.FAILED]) // self.records if self.records else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the CI table says of the registry's records at a time.

    `rows` has the records by deploymentConfig and configId, then the items without a record; `coverage` counts records
    alone, by deploymentConfig and in `total`.
    """

    table: str
    at: datetime
    stale_after: timedelta
    coverage: Sequence[Coverage]
    total: Coverage
    rows: Sequence[Row]

    def flagged(self) -> list[Row]:
        """The rows that have flags, those with the weightiest first."""
        return sorted((row for row in self.rows if row.flags), key=lambda row: list(Flag).index(row.flags[0]))

    def count(self, flag: Flag) -> int:
        """How many rows have `flag`."""
        return sum(1 for row in self.rows if flag in row.flags)


def report(
    records: Iterable[Summary], results: Iterable[Result], *, table: str, at: datetime, stale_after: timedelta
) -> Report:
    """The report at a time. A test that ended longer ago than `stale_after` is stale."""
    items = {result.config_id: result for result in results}
    registered = sorted(
        (_row(record, items.pop(record["configId"], None), at - stale_after) for record in records),
        key=lambda row: (row.deployment_config, row.config_id),
    )
    strays = [_stray(result) for _, result in sorted(items.items())]
    by_config: dict[str, list[Row]] = {}
    for row in registered:
        by_config.setdefault(row.deployment_config, []).append(row)
    return Report(
        table=table,
        at=at,
        stale_after=stale_after,
        coverage=[_coverage(name, rows) for name, rows in by_config.items()],
        total=_coverage("total", registered),
        rows=[*registered, *strays],
    )


def _row(record: Summary, result: Result | None, oldest: datetime) -> Row:
    return Row(
        config_id=record["configId"],
        project=record["projectName"],
        deployment_config=record["deploymentConfig"],
        state=result.state if result else State.UNTESTED,
        test_status=result.test_status if result else "",
        tested_at=result.tested_at if result else None,
        seconds=result.seconds if result else None,
        flags=tuple(sorted(_flags(record, result, oldest), key=list(Flag).index)),
    )


def _flags(record: Summary, result: Result | None, oldest: datetime) -> Iterable[Flag]:
    if result is None:
        yield Flag.NO_ITEM
        return
    synced = result.registered_at in {"", record["registeredAt"]}
    if not synced:
        yield Flag.NOT_SYNCED
    if result.outdated:
        yield Flag.OUTDATED
    if result.tested_at is None:
        yield Flag.NEVER_TESTED
    elif result.tested_at < oldest:
        yield Flag.STALE
    # A failure of what was registered before says nothing of what is registered now, which may be its repair.
    if result.state is State.FAILED and synced and record["status"] == "success":
        yield Flag.REGRESSION


def _stray(result: Result) -> Row:
    return Row(
        config_id=result.config_id,
        project=result.project,
        deployment_config=result.deployment_config,
        state=result.state,
        test_status=result.test_status,
        tested_at=result.tested_at,
        seconds=result.seconds,
        flags=(Flag.NO_RECORD,),
    )


def _coverage(name: str, rows: Sequence[Row]) -> Coverage:
    counts = {state: sum(1 for row in rows if row.state is state) for state in State}
    tested = [(row.tested_at, row.config_id, row) for row in rows if row.tested_at]
    return Coverage(name, counts, max(tested)[-1] if tested else None)
