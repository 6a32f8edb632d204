"""Writing to the CI table: one conditional write for each item, and how a write that may have happened is settled.

After a failed condition, a lost answer or a failure of the server, the item is read and decided on again: if it says
what it should, the write is done, whoever did it. So no write is repeated blindly, and nothing is tested twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from registry_tool.ci.item import READ, RUNNING
from registry_tool.ci.plan import ItemChange
from registry_tool.ci.policy import Decision, Refused
from registry_tool.ci.table import ReadItem, Table, TableFailure, in_batches
from registry_tool.errors import RegistryError

THREADS = 12
"""How many items are written at a time."""

_PASSES = 8
_PATIENCE = 120.0
# In so many failures in a row there is no use in trying the rest.
_HOPELESS = 2 * THREADS
_PAUSES = 0.5, 8.0
_SETTLED_BY_READING = frozenset({TableFailure.CONDITION, TableFailure.THROTTLED, TableFailure.LOST})
_ABOUT_THE_TABLE = frozenset(
    {TableFailure.NO_TABLE, TableFailure.UNREACHABLE, TableFailure.CREDENTIALS, TableFailure.DENIED}
)

Again = Callable[[ItemChange, ReadItem | None], Decision]
"""What is left to do of a change, seeing its item as it is now."""


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is in the table now, and whether a running test was interrupted by it."""

    change: ItemChange
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What is done, and what was refused because an item came from elsewhere meanwhile; `error` if some is not done."""

    done: Sequence[Done]
    refused: Sequence[Refused]
    error: RegistryError | None


def apply(
    table: Table,
    changes: Sequence[ItemChange],
    again: Again,
    *,
    on_done: Callable[[Done], object] = lambda _: None,
) -> Applied:
    """Make the changes. `on_done` is told of each, from any thread, but one at a time.

    What a conflict or a failing server leaves undone is read and tried again: a few times, for about two minutes. What
    cannot be written at all keeps nothing else from being written.
    """
    writer = _Writer(table, again, on_done)
    waiting: Sequence[ItemChange] = changes
    deadline = 0.0
    for turn in range(_PASSES):
        waiting = writer.write(waiting)
        deadline = deadline or time.monotonic() + _PATIENCE
        if not waiting or writer.fatal or time.monotonic() > deadline:
            break
        time.sleep(random.uniform(0.5, 1) * min(_PAUSES[0] * 2**turn, _PAUSES[1]))  # noqa: S311  only a wait
        waiting = writer.reconsider(waiting)
    return Applied(writer.done, writer.refused, writer.failure(len(changes)))


class _Writer:
    """Writes from several threads; remembers what is done and what went wrong last."""

    def __init__(self, table: Table, again: Again, on_done: Callable[[Done], object]) -> None:
        """Write nothing yet."""
        self._table, self._again, self._on_done = table, again, on_done
        self._lock = Lock()
        self._failures_in_a_row = 0
        self._last: tuple[ItemChange, Exception] | None = None
        self.done: list[Done] = []
        self.refused: list[Refused] = []
        self.fatal = False

    def write(self, changes: Sequence[ItemChange]) -> list[ItemChange]:
        """Write each once; those that have to be read again before anyone can tell whether they are done."""
        undone: list[ItemChange] = []
        remaining = iter(changes)
        self._failures_in_a_row = 0
        with ThreadPoolExecutor(min(THREADS, len(changes)) or 1) as pool:
            workers = [pool.submit(self._work, remaining, undone) for _ in range(min(THREADS, len(changes)))]
            try:
                for worker in workers:
                    worker.result()
            except BaseException:
                self.fatal = True  # so that the threads end, too
                raise
        return undone

    def reconsider(self, changes: Sequence[ItemChange]) -> list[ItemChange]:
        """What is still to be done, now that the items have been read again."""
        left: list[ItemChange] = []
        by_id = {change.config_id: change for change in changes}
        for batch in in_batches(by_id):
            try:
                rows = self._table.read(batch, READ)
            except Exception as err:  # noqa: BLE001  kept: what is done has to be told first
                # Written once more, then: the condition holds only if it has to be.
                left += [by_id[key] for key in batch]
                self._last = by_id[batch[0]], err
                self.fatal = self.fatal or self._table.failure(err) not in _SETTLED_BY_READING
                continue
            for key in batch:
                decision = self._again(by_id[key], rows.get(key))
                if isinstance(decision, ItemChange):
                    left.append(decision)
                elif isinstance(decision, Refused):
                    self.refused.append(decision)
                else:
                    self._finish(Done(by_id[key], by_id[key].interrupts))
        return left

    def failure(self, of: int) -> RegistryError | None:
        """Why not everything is done; None if it is."""
        undone = of - len(self.done) - len(self.refused)
        if not undone or self._last is None:
            return None
        change, error = self._last
        reason = self._table.explain(error)
        about = "" if self._table.failure(error) in _ABOUT_THE_TABLE else f" such as {change.config_id}"
        return RegistryError(f"{undone:,} of {of:,} changes are not made{about}: {reason}", hint=reason.hint)

    def _work(self, remaining: Iterator[ItemChange], undone: list[ItemChange]) -> None:
        while True:
            with self._lock:
                change = None if self.fatal else next(remaining, None)
            if change is None:
                return
            try:
                before = self._table.write(change.write)
            except Exception as err:  # noqa: BLE001  kept: `failure` raises what it cannot explain
                self._fail(change, err, undone)
            else:
                self._finish(Done(change, before == RUNNING))

    def _finish(self, done: Done) -> None:
        with self._lock:
            self._failures_in_a_row = 0
            self.done.append(done)
            self._on_done(done)

    def _fail(self, change: ItemChange, error: Exception, undone: list[ItemChange]) -> None:
        with self._lock:
            self._last = change, error
            why = self._table.failure(error)
            if why in _SETTLED_BY_READING:
                undone.append(change)
            if why not in {TableFailure.CONDITION, TableFailure.TOO_LARGE}:
                self._failures_in_a_row += 1
            if why in _ABOUT_THE_TABLE or self._failures_in_a_row >= _HOPELESS:
                self.fatal = True
