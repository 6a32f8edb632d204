"""Writing to the CI table: one conditional write for each item, and how a write that may have happened is settled.

After a failed condition, a lost answer or a failure of the server, the item is read and compared again: if it says what
it should, the write is done, whoever did it. So no write is repeated blindly, and nothing is tested twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

from registry_tool.ci.client import Address, Client, Kind, explain, kind
from registry_tool.ci.item import FOLLOWED, FORCED_AT, KEY, RUNNING, STATUS, UNTESTED, made, owned, to_wire
from registry_tool.ci.plan import Change, compare
from registry_tool.ci.plan import Kind as Action
from registry_tool.ci.reading import Row, in_batches, read
from registry_tool.errors import RegistryError

THREADS = 12
"""How many items are written at a time."""

_PASSES = 8
_PATIENCE = 120.0
# In so many failures in a row there is no use in trying the rest.
_HOPELESS = 2 * THREADS
_PAUSES = 0.5, 8.0
_SETTLED_BY_READING = frozenset({Kind.CONDITION, Kind.THROTTLED, Kind.LOST})
_ABOUT_THE_TABLE = frozenset({Kind.NO_TABLE, Kind.UNREACHABLE, Kind.CREDENTIALS, Kind.DENIED})


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where the writes come from: the commit of the registry, and the time now."""

    source: str
    at: str


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is in the table now, and whether a running test was interrupted by it."""

    change: Change
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """What is done; `error` if some is not."""

    done: Sequence[Done]
    error: RegistryError | None


def apply(
    client: Client,
    address: Address,
    changes: Sequence[Change],
    stamp: Stamp,
    *,
    on_done: Callable[[Done], object] = lambda _: None,
) -> Applied:
    """Make the changes. `on_done` is told of each, from any thread, but one at a time.

    What a conflict or a failing server leaves undone is read and tried again: a few times, for about two minutes.
    """
    writer = _Writer(client, address, stamp, on_done)
    waiting: Sequence[Change] = changes
    deadline = 0.0
    for turn in range(_PASSES):
        waiting = writer.write(waiting)
        deadline = deadline or time.monotonic() + _PATIENCE
        if not waiting or writer.fatal or time.monotonic() > deadline:
            break
        time.sleep(random.uniform(0.5, 1) * min(_PAUSES[0] * 2**turn, _PAUSES[1]))  # noqa: S311  only a wait
        waiting = writer.reconsider(waiting)
    return Applied(writer.done, writer.failure(len(changes)))


class _Writer:
    """Writes from several threads; remembers what is done and what went wrong last."""

    def __init__(self, client: Client, address: Address, stamp: Stamp, on_done: Callable[[Done], object]) -> None:
        """Write nothing yet."""
        self._client, self._address, self._stamp, self._on_done = client, address, stamp, on_done
        self._lock = Lock()
        self._failures_in_a_row = 0
        self._last: tuple[Change, Exception] | None = None
        self.done: list[Done] = []
        self.fatal = False

    def write(self, changes: Sequence[Change]) -> list[Change]:
        """Write each once; those that have to be read again before anyone can tell whether they are done."""
        undone: list[Change] = []
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

    def reconsider(self, changes: Sequence[Change]) -> list[Change]:
        """What is still to be done, now that the items have been read again."""
        left: list[Change] = []
        by_id = {change.config_id: change for change in changes}
        for batch in in_batches(by_id):
            try:
                rows = read(self._client, self._address.table, batch)
            except Exception as err:  # noqa: BLE001  kept: what is done has to be told first
                # Written once more, then: the condition holds only if it has to be.
                left += [by_id[key] for key in batch]
                self._last = by_id[batch[0]], err
                self.fatal = self.fatal or kind(err) not in _SETTLED_BY_READING
                continue
            for key in batch:
                again = _again(by_id[key], rows.get(key))
                if again:
                    left.append(again)
                else:
                    self._finish(Done(by_id[key], by_id[key].interrupts))
        return left

    def failure(self, of: int) -> RegistryError | None:
        """Why not everything is done; None if it is."""
        if len(self.done) == of or self._last is None:
            return None
        change, error = self._last
        if isinstance(error, RegistryError):
            reason = error
        elif not type(error).__module__.startswith("botocore."):
            raise error
        else:
            reason = explain(error, self._address)
        about = "" if kind(error) in _ABOUT_THE_TABLE else f" such as {change.config_id}"
        return RegistryError(
            f"{of - len(self.done):,} of {of:,} changes are not made{about}: {reason}", hint=reason.hint
        )

    def _work(self, remaining: Iterator[Change], undone: list[Change]) -> None:
        while True:
            with self._lock:
                change = None if self.fatal else next(remaining, None)
            if change is None:
                return
            try:
                interrupted = _write(self._client, self._address.table, change, self._stamp)
            except Exception as err:  # noqa: BLE001  kept: `failure` raises what it cannot explain
                self._fail(change, err, undone)
            else:
                self._finish(Done(change, interrupted))

    def _finish(self, done: Done) -> None:
        with self._lock:
            self._failures_in_a_row = 0
            self.done.append(done)
            self._on_done(done)

    def _fail(self, change: Change, error: Exception, undone: list[Change]) -> None:
        with self._lock:
            self._last = change, error
            why = kind(error)
            if why in _SETTLED_BY_READING:
                undone.append(change)
            if why is not Kind.CONDITION:
                self._failures_in_a_row += 1
            if why in _ABOUT_THE_TABLE or self._failures_in_a_row >= _HOPELESS:
                self.fatal = True


def _again(change: Change, row: Row | None) -> Change | None:
    """What is left to do of a change, seeing its item as it is now."""
    if change.wanted is None:
        is_the_same = row is not None and change.row is not None and row.owned == change.row.owned
        return change if is_the_same else None
    before = change.row.owned.get(FORCED_AT) if change.row else None
    asked_again = row is not None and row.owned.get(FORCED_AT) != before
    return compare(change.wanted, row, force=change.forced and not asked_again)


def _write(client: Client, table: str, change: Change, stamp: Stamp) -> bool:
    """Make one change, if its item is still as it was read; whether that interrupted a test."""
    if change.wanted is None:
        old = client.delete_item(
            TableName=table, Key={KEY: {"S": change.config_id}}, ReturnValues="ALL_OLD", **_condition(change)
        )
        return _was_running(old)
    if change.row is None:
        item = to_wire(made(change.wanted, stamp.source, stamp.at))
        client.put_item(TableName=table, Item=item, ConditionExpression=f"attribute_not_exists({KEY})")
        return False
    attributes = owned(change.wanted, stamp.source)
    if change.retest:
        attributes[STATUS] = UNTESTED
    if change.forced:
        attributes[FORCED_AT] = stamp.at
    names = {f"#{name}": name for name in attributes}
    update = "SET " + ",".join(f"#{name}=:{name}" for name in attributes)
    if gone := [name for name in FOLLOWED if name not in attributes]:
        update += " REMOVE " + ",".join(f"#{name}" for name in gone)
        names |= {f"#{name}": name for name in gone}
    condition = _condition(change)
    old = client.update_item(
        TableName=table,
        Key={KEY: {"S": change.config_id}},
        UpdateExpression=update,
        ConditionExpression=condition["ConditionExpression"],
        ExpressionAttributeNames={**condition["ExpressionAttributeNames"], **names},
        ExpressionAttributeValues={
            **condition.get("ExpressionAttributeValues", {}),
            **{f":{name}": value for name, value in to_wire(attributes).items()},
        },
        ReturnValues="UPDATED_OLD" if change.retest else "NONE",
    )
    return change.retest and _was_running(old)


def _condition(change: Change) -> dict[str, Any]:
    """That the item still is what the change was decided on."""
    was: Mapping[str, Any] = change.row.owned if change.row else {}
    decided_on = ["contentDigest"]
    if change.wanted is None:
        decided_on += ["managedBy"]
    elif change.forced:
        decided_on += [FORCED_AT]
    elif change.kind is Action.DRIFTED or "contentDigest" not in was:
        decided_on += ["configJson"]
    holds, values = [], {}
    for name in decided_on:
        if isinstance(value := was.get(name), str):
            holds.append(f"#{name}=:was_{name}")
            values[f":was_{name}"] = {"S": value}
        else:
            holds.append(f"attribute_exists(#{name})" if name in was else f"attribute_not_exists(#{name})")
    condition: dict[str, Any] = {
        # An update would make an item that is gone, and without what an item is made with.
        "ConditionExpression": " AND ".join([f"attribute_exists({KEY})", *holds]),
        "ExpressionAttributeNames": {f"#{name}": name for name in decided_on},
    }
    return {**condition, "ExpressionAttributeValues": values} if values else condition


def _was_running(answer: Mapping[str, Any]) -> bool:
    old: Mapping[str, Mapping[str, str]] = answer.get("Attributes", {})
    return old.get(STATUS, {}).get("S") == RUNNING
