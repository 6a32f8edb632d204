"""Keeping the CI table in step with the registry: what would be done, doing it, and the item of one registration."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field

from registry_tool.api.context import Context
from registry_tool.api.selection import select
from registry_tool.ci import apply as writing
from registry_tool.ci.apply import Applied, Done, Stamp
from registry_tool.ci.client import Address, Client, address, connect, explained
from registry_tool.ci.item import wanted
from registry_tool.ci.plan import compare
from registry_tool.ci.reading import read
from registry_tool.ci.survey import PruneLimit, Survey, refuse_too_large, survey
from registry_tool.errors import RegistryError
from registry_tool.git.revision import find_revision
from registry_tool.index import Index
from registry_tool.index.query import NotFoundError, Query, find
from registry_tool.record.identity import Document, timestamp
from registry_tool.rules.settings import Settings
from registry_tool.store.reading import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to sync: the registry at the revision or date `at`, to the table that is meant, or to `table`.

    `retest` are selectors of records to be tested again whatever they say, `retest_filters` the filters of a list that
    chooses such records. Items whose record is gone are pruned only if `prune`, and no more than `limit`.
    """

    table: str = ""
    at: str = ""
    retest: Sequence[str] = ()
    retest_all: bool = False
    retest_filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    prune: bool = False
    limit: PruneLimit = field(default_factory=PruneLimit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a sync of the commit `revision` has to do, and what it did; `applied` is None for a plan."""

    address: Address
    revision: str
    survey: Survey
    applied: Applied | None = None

    @property
    def error(self) -> RegistryError | None:
        """Why the table is not in step now, if there is more to it than what a plan shows."""
        if self.applied and self.applied.error:
            return self.applied.error
        if not (unusable := self.survey.unusable):
            return None
        more = f" and {len(unusable) - 1:,} more" if len(unusable) > 1 else ""
        first = unusable[0]
        return RegistryError(
            f"{first.file.path}{more} cannot be synced: {first.reason}; its item was left as it is",
            hint="see everything that is wrong: registry validate",
        )


def plan(context: Context, wish: Wish) -> Synced:
    """What `apply` would do now. Writes nothing."""
    with context.open_registry() as store:
        planned, _ = _survey(context, store, wish)
        return planned


def apply(context: Context, wish: Wish, *, on_done: Callable[[Done, int, int], object]) -> Synced:
    """Bring the table in step. `on_done` is told of each change that is made, and how many of how many are."""
    with context.open_registry() as store:
        planned, client = _survey(context, store, wish)
    wish.limit.check(planned.survey)
    changes = planned.survey.changes
    made = 0

    def count(done: Done) -> None:
        nonlocal made
        made += 1
        on_done(done, made, len(changes))

    stamp = Stamp(planned.revision, timestamp(context.clock()))
    applied = writing.apply(client, planned.address, changes, stamp, on_done=count)
    return Synced(address=planned.address, revision=planned.revision, survey=planned.survey, applied=applied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of the item of a registration; `error` if it is not in the table."""

    done: Done | None = None
    error: RegistryError | None = None


def publish(context: Context, settings: Settings, document: Document, *, revision: str, table: str) -> Published:
    """Write the item of a record that was committed as `revision`; it is to be tested, even if it is as it was."""
    try:
        meant = address(table, context.environment, settings)
        client = connect(meant, context.environment)
        wants = wanted(document)
        with explained(meant):
            row = read(client, meant.table, [wants.config_id]).get(wants.config_id)
        change = compare(wants, row, force=True)
        changes = [change] if change else []
        refuse_too_large(changes)
        applied = writing.apply(client, meant, changes, Stamp(revision, timestamp(context.clock())))
        if applied.error:
            raise applied.error
    except RegistryError as err:
        return Published(error=_committed(err, revision))
    return Published(done=next(iter(applied.done), None))


def _survey(context: Context, store: Store, wish: Wish) -> tuple[Synced, Client]:
    revision = find_revision(store.repository, wish.at or "HEAD")
    meant = address(wish.table, context.environment, store.settings(revision))
    forced = _forced(context, store, revision, wish)
    client = connect(meant, context.environment)
    found = survey(store, revision, client, meant, forced=forced, with_prune=wish.prune, on_progress=context.progress)
    return Synced(address=meant, revision=revision, survey=found), client


def _forced(context: Context, store: Store, revision: str, wish: Wish) -> Container[str]:
    """The configIds that are to be tested again because someone asks for it."""
    if wish.retest_all:
        return _Everything()
    chosen = {select(context, store, selector, revision) for selector in wish.retest}
    if wish.retest_filters:
        with Index(store.repository, store.reader, revision) as index:
            found = find(index, Query(filters=wish.retest_filters, fields=("configId",)))
        if not found:
            raise NotFoundError("no record answers to --retest-filter", hint="see: registry list")
        chosen |= {summary["configId"] for summary in found}
    return chosen


class _Everything(Container[str]):
    def __contains__(self, _: object) -> bool:
        return True


def _committed(error: RegistryError, revision: str) -> RegistryError:
    """The error, with the news that the registration itself stands and how its item gets there later."""
    repair = "registry sync apply"
    hint = error.hint if repair in error.hint else f"{error.hint}; then: {repair}"
    return RegistryError(
        f"{error}\nthe registration is committed in {revision[:12]}, but it is not in the CI table", hint=hint
    )
