"""What a sync would do: the records of one revision against the items of the CI table, without writing anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from registry_tool.ci.client import Address, Client, explained
from registry_tool.ci.item import LARGEST, SOURCE, Wanted, made, size
from registry_tool.ci.plan import Change, Kind, compare, prune
from registry_tool.ci.reading import MOST_KEYS, Row, read, read_all
from registry_tool.ci.records import RecordFile, Unusable, read_wanted, record_files
from registry_tool.errors import RegistryError
from registry_tool.store.reading import Store

_READERS = 8
_A_COMMIT = "0" * 64
_NAMED = 10


@dataclass(slots=True, kw_only=True)
class Survey:
    """The changes that bring the table in step with the registry.

    `in_sync` counts the items that say what they should. `ours` counts all items that the registry wrote, and `unknown`
    are those of them that came from commits which are not here; both are known only if pruning was asked for.
    """

    changes: list[Change] = field(default_factory=list)
    in_sync: int = 0
    unusable: list[Unusable] = field(default_factory=list)
    ours: int = 0
    unknown: list[str] = field(default_factory=list)


def survey(  # noqa: PLR0913  where to look, and what for
    store: Store,
    revision: str,
    client: Client,
    address: Address,
    *,
    forced: Container[str],
    with_prune: bool,
    on_progress: Callable[[int, int], None],
) -> Survey:
    """Compare every record at `revision` with its item; those in `forced` are to be tested again anyway.

    Reads the items by their keys, 100 at a time, and the whole table only to prune. Raises if an item would be too
    large for DynamoDB, which names it.
    """
    files = record_files(store, revision)
    found = Survey()
    done = 0
    with explained(address):
        for wanted, rows in _pairs(store, files, client, address.table, found):
            for one in wanted:
                change = compare(one, rows.get(one.config_id), force=one.config_id in forced)
                if change:
                    found.changes.append(change)
                else:
                    found.in_sync += 1
            done += len(wanted)
            on_progress(done, len(files))
        if with_prune:
            _find_gone(store, read_all(client, address.table), {file.config_id for file in files}, found)
    refuse_too_large(found.changes)
    return found


def _pairs(
    store: Store, files: list[RecordFile], client: Client, table: str, found: Survey
) -> Iterator[tuple[list[Wanted], dict[str, Row]]]:
    """What a hundred records want, and their items. The next ones are read from git while the table answers."""
    remaining = iter(files)
    asked: deque[tuple[list[Wanted], Future[dict[str, Row]]]] = deque()
    with ThreadPoolExecutor(_READERS) as pool:
        while batch := list(islice(remaining, MOST_KEYS)):
            usable: list[Wanted] = []
            for one in read_wanted(store, batch):
                if isinstance(one, Unusable):
                    found.unusable.append(one)
                else:
                    usable.append(one)
            asked.append((usable, pool.submit(read, client, table, [one.config_id for one in usable])))
            if len(asked) > _READERS:
                wanted, rows = asked.popleft()
                yield wanted, rows.result()
        for wanted, rows in asked:
            yield wanted, rows.result()


def _find_gone(store: Store, rows: Iterator[Row], kept: set[str], found: Survey) -> None:
    """The items to prune. One that came from a commit which is not here may be that of another registry."""
    gone, found.ours = prune(rows, kept)
    known: dict[str, bool] = {}
    for change in gone:
        source = str(change.row.owned.get(SOURCE, "")) if change.row else ""
        if source not in known:
            known[source] = source.isalnum() and store.reader.look_up(source) is not None
        if known[source]:
            found.changes.append(change)
        else:
            found.unknown.append(change.config_id)


def refuse_too_large(changes: list[Change]) -> None:
    """Raise an error that names the items which are too large for DynamoDB, if there are any."""
    sizes = {
        change.config_id: size(made(change.wanted, _A_COMMIT, "")) for change in changes if change.wanted is not None
    }
    too_large = {key: bytes_ for key, bytes_ in sizes.items() if bytes_ > LARGEST}
    if too_large:
        named = "".join(f"\n  {key}: {bytes_:,} bytes" for key, bytes_ in islice(too_large.items(), _NAMED))
        raise RegistryError(
            f"DynamoDB takes no item of more than {LARGEST:,} bytes, and nothing was written:{named}",
            hint="shorten their parameters or notes, and register them again",
        )


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

    def check(self, found: Survey) -> None:
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
