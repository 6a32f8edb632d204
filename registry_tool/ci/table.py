"""The CI table as the rest of `ci` sees it: items that are read, and one conditional write at a time.

What a write does to an item is decided before, as plain data; a table carries it out if the item still is what it was
decided on, and says what sort of failure an error is. `ci.dynamodb` is the table of the world; a test's double is
another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol

from registry_tool.errors import RegistryError
from registry_tool.record.identity import Json, timestamp

KEY = "configId"
MOST_KEYS = 100
"""How many items one call reads."""

Attribute = str | int


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item as it was read: its key, and those of the attributes that were asked for which it has."""

    config_id: str
    attributes: Mapping[str, Json]

    def text(self, name: str) -> str:
        """An attribute that is a text; empty if the item does not have it, or has something else there."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write to one item, which happens only if the item has all that it `expects` (None: has no such attribute).

    `sets` are written, `defaults` only where the item has none, `stamps` become the time of writing, and `removes` go.
    `stamp_after` is a time that the stamps come after, however soon the write follows it. A write that expects no key
    makes a new item, and one that `deletes` takes the whole item away; any other needs the item to be there.
    """

    key: str
    expects: Mapping[str, Json]
    sets: Mapping[str, Attribute] = field(default_factory=dict)
    defaults: Mapping[str, Attribute] = field(default_factory=dict)
    stamps: tuple[str, ...] = ()
    stamp_after: str = ""
    removes: tuple[str, ...] = ()
    deletes: bool = False

    @property
    def makes(self) -> bool:
        """Whether it makes a new item."""
        return KEY in self.expects and self.expects[KEY] is None

    def stamped(self, at: datetime) -> dict[str, Attribute]:
        """The stamps of a write at `at`, in whole seconds, as a harness's times are: a tie must not look earlier."""
        at = at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
        with suppress(ValueError):  # another writer's time may be written in any way
            before = datetime.fromisoformat(self.stamp_after)
            if before.tzinfo and before >= at:
                at = before.replace(microsecond=0) + timedelta(seconds=1)
        return dict.fromkeys(self.stamps, timestamp(at))


class TableFailure(StrEnum):
    """What sort of failure an error of a table is."""

    NO_TABLE = "no table"
    CONDITION = "the item is not what the write expects"
    THROTTLED = "throttled"
    LOST = "no answer, or a failure of the server: the call may have been carried out"
    UNREACHABLE = "no connection: the call was not carried out"
    CREDENTIALS = "no credentials, or none that are accepted"
    DENIED = "not allowed"
    TOO_LARGE = "the item would be too large"
    OTHER = "anything else"


class Table(Protocol):
    """A CI table."""

    def read(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, ReadItem]:
        """The attributes `names` of the items among `MOST_KEYS` or fewer, by configId; without those not there."""

    def read_all(self, names: Sequence[str]) -> Iterator[ReadItem]:
        """The attributes `names` of all items."""

    def write(self, write: Write) -> str:
        """Carry out a write; the `testStatus` that it took the place of, empty if none. Raises if it did not."""

    def failure(self, error: Exception) -> TableFailure:
        """What sort of failure `error` is."""

    def explain(self, error: Exception) -> RegistryError:
        """What `error` means and what to do about it; raises it again if it is none of this table's."""


def in_batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Keys as `Table.read` takes them."""
    remaining = iter(ids)
    while batch := list(islice(remaining, MOST_KEYS)):
        yield batch
