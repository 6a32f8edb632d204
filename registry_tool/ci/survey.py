"""What a sync would do: the records of one revision against the items of the CI table, without writing anything."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from registry_tool.ci.item import MANAGED_BY, READ, WantedItem
from registry_tool.ci.lineage import BLOCKED
from registry_tool.ci.plan import ItemChange, Kind, prune
from registry_tool.ci.policy import Decision, Gone, Refused, SyncPolicy
from registry_tool.ci.records import RecordFile, Unusable, read_wanted, record_files
from registry_tool.ci.table import ReadItem, Table, in_batches
from registry_tool.errors import RegistryError
from registry_tool.store.reading import Store

_READERS = 8

Job = TypeVar("Job")


@dataclass(slots=True, kw_only=True)
class TableSurvey:
    """The changes that bring the table in step with the registry.

    `in_sync` counts the items that say what they should, and `ours` all items that were read and that a registry wrote.
    `refused` are changes that are not made, `gone` the items that are left though their record was removed, `unusable`
    the files that no item can be made of. `left_out` counts the records that the filter leaves out.
    """

    changes: list[ItemChange] = field(default_factory=list)
    in_sync: int = 0
    refused: list[Refused] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    ours: int = 0
    left_out: int = 0

    @property
    def tests(self) -> Counter[str]:
        """How many tests the changes order, by instance type."""
        return Counter(change.instance_type for change in self.changes if change.retest)

    @property
    def differs(self) -> bool:
        """Whether the table is not in step."""
        return bool(self.changes or self.refused or self.gone)


def survey(  # noqa: PLR0913  where to look, and what for
    store: Store,
    revision: str,
    table: Table,
    policy: SyncPolicy,
    *,
    chosen: Collection[str] | None,
    on_progress: Callable[[int, int], None],
) -> TableSurvey:
    """Decide on the item of every record at `revision`, and on those of records that its history removed.

    Only the records in `chosen` are to be tested; None means all. Reads the items by their keys, 100 at a time; the
    whole table only to take over what a rewritten history does not know any more.
    """
    files = record_files(store, revision)
    found = TableSurvey()
    kept = [file for file in files if chosen is None or file.config_id in chosen]
    found.left_out = len(files) - len(kept)
    with ThreadPoolExecutor(_READERS) as pool:
        reader = _Reader(table, pool)
        done = 0
        for wanted, rows in reader.answers(_jobs(store, kept, found)):
            policy.lineage.learn(rows.values())
            for one in wanted:
                row = rows.get(one.config_id)
                found.ours += row is not None and row.text("managedBy") == MANAGED_BY
                _count(policy.decide(one, row), found)
            done += len(wanted)
            on_progress(done, len(kept))
        present = {file.config_id for file in files}
        gone = sorted(set(policy.lineage.removed) - present)
        for _, rows in reader.answers((batch, batch) for batch in in_batches(gone)):
            policy.lineage.learn(rows.values())
            for row in rows.values():
                found.ours += row.text("managedBy") == MANAGED_BY
                _count(policy.decide_gone(row), found, absent=True)
        if policy.removed != "keep":
            left_out = sorted(present - {file.config_id for file in kept})
            for _, rows in reader.answers((batch, batch) for batch in in_batches(left_out)):
                policy.lineage.learn(rows.values())
                for row in rows.values():
                    _count(policy.decide_left_out(row), found, absent=True)
        if policy.removed == "prune" and policy.take_over:
            found.changes += _lost(table, policy, present | set(gone), found)
    return found


class _Reader:
    """Reads items while what comes next is read from git."""

    def __init__(self, table: Table, pool: ThreadPoolExecutor) -> None:
        self._table, self._pool = table, pool

    def answers(self, jobs: Iterator[tuple[Job, Sequence[str]]]) -> Iterator[tuple[Job, dict[str, ReadItem]]]:
        """Each job with the items that it asks for, in order."""
        asked: deque[tuple[Job, Future[dict[str, ReadItem]]]] = deque()
        for job, ids in jobs:
            asked.append((job, self._pool.submit(self._table.read, ids, READ)))
            if len(asked) > _READERS:
                ready, rows = asked.popleft()
                yield ready, rows.result()
        for ready, rows in asked:
            yield ready, rows.result()


def _jobs(
    store: Store, files: Sequence[RecordFile], found: TableSurvey
) -> Iterator[tuple[list[WantedItem], list[str]]]:
    """What a hundred records want, and their keys."""
    by_id = {file.config_id: file for file in files}
    for batch in in_batches(by_id):
        usable: list[WantedItem] = []
        for one in read_wanted(store, [by_id[key] for key in batch]):
            if isinstance(one, Unusable):
                found.unusable.append(one)
            else:
                usable.append(one)
        yield usable, [one.config_id for one in usable]


def _count(decision: Decision, found: TableSurvey, *, absent: bool = False) -> None:
    if isinstance(decision, ItemChange):
        found.changes.append(decision)
    elif isinstance(decision, Refused):
        found.refused.append(decision)
    elif isinstance(decision, Gone):
        found.gone.append(decision)
    elif not absent:
        found.in_sync += 1


def _lost(table: Table, policy: SyncPolicy, known: set[str], found: TableSurvey) -> Iterator[ItemChange]:
    """The removal of items that this registry wrote from a history that is not here any more."""
    for row in table.read_all(READ):
        if row.config_id in known or row.text("managedBy") != MANAGED_BY:
            continue
        found.ours += 1
        is_lost = policy.lineage.of(row) in BLOCKED
        if is_lost and policy.lineage.is_same_registry(row):
            yield prune(row)


@dataclass(frozen=True, slots=True)
class PruneLimit:
    """How many items may be pruned at once: a number of items, or a part of all items of ours in per cent."""

    count: int | None = 10
    percent: int | None = 10

    @classmethod
    def parse(cls, text: str) -> PruneLimit:
        """The limit that `N` or `N%` means; nothing means 10 items and 10 %, whichever is less, but at least one.

        >>> PruneLimit.parse("25%")
        PruneLimit(count=None, percent=25)
        """
        number = text.removesuffix("%")
        if not number.isascii() or not number.isdigit():
            raise ValueError(text)
        return cls(None, int(number)) if text.endswith("%") else cls(int(number), None)

    def check(self, found: TableSurvey) -> None:
        """Refuse a survey that prunes more than that."""
        wanted = sum(1 for change in found.changes if change.kind is Kind.PRUNED)
        limits = [self.count] if self.count is not None else []
        if self.percent is not None:
            limits.append(-(-found.ours * self.percent // 100))  # rounded up
        most = min(limits)
        if wanted > most:
            raise RegistryError(
                f"{wanted:,} of {found.ours:,} items would be pruned, and at most {most:,} may be; nothing was written",
                hint=f"look at them: registry sync plan --prune; if they are to go: --prune-max {wanted}",
            )
