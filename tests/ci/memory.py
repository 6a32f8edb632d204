"""A CI table in memory: it keeps the promises of `registry_tool.ci.table`, and nothing else of DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from registry_tool.ci.table import KEY, ReadItem, TableFailure, Write
from registry_tool.errors import RegistryError
from registry_tool.record.identity import Json

Item = dict[str, Json]


class NotAsExpectedError(Exception):
    """The item is not what a write expects."""


class MemoryTable:
    """Items by configId; `clock` says what time a write happens at."""

    def __init__(self, clock: Callable[[], str]) -> None:
        """Start without items."""
        self.items: dict[str, Item] = {}
        self._clock = clock

    def read(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, ReadItem]:
        """Those of the items that are there."""
        return {one: self._row(one, names) for one in ids if one in self.items}

    def read_all(self, names: Sequence[str]) -> Iterator[ReadItem]:
        """Every item."""
        return iter([self._row(one, names) for one in self.items])

    def write(self, write: Write) -> str:
        """Carry out a write if the item is as it expects."""
        item = self.items.get(write.key)
        if write.makes:
            if item is not None:
                raise NotAsExpectedError
            self.items[write.key] = {KEY: write.key, **written(write, self._clock())}
            return ""
        if item is None or any(item.get(name) != value for name, value in write.expects.items()):
            raise NotAsExpectedError
        before = str(item.get("testStatus", "")) if write.deletes or "testStatus" in write.sets else ""
        if write.deletes:
            del self.items[write.key]
        else:
            changed = {**write.defaults, **item, **write.sets, **write.stamped(datetime.fromisoformat(self._clock()))}
            self.items[write.key] = {name: value for name, value in changed.items() if name not in write.removes}
        return before

    def failure(self, error: Exception) -> TableFailure:
        """A condition that did not hold, or a defect."""
        return TableFailure.CONDITION if isinstance(error, NotAsExpectedError) else TableFailure.OTHER

    def explain(self, error: Exception) -> RegistryError:
        """Only a condition can be explained."""
        if not isinstance(error, NotAsExpectedError):
            raise error
        return RegistryError("an item was changed by someone else meanwhile")

    def _row(self, config_id: str, names: Sequence[str]) -> ReadItem:
        item = self.items[config_id]
        return ReadItem(config_id, {name: item[name] for name in names if name in item and name != KEY})


def written(write: Write, at: str) -> Item:
    """What a write leaves in an item that it makes."""
    return {**write.sets, **write.defaults, **write.stamped(datetime.fromisoformat(at))}
