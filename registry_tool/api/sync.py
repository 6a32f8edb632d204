"""Keeping the CI table in step with the registry: what would be done, doing it, and the item of one registration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from registry_tool.api.context import Context
from registry_tool.api.selection import select
from registry_tool.ci import apply as writing
from registry_tool.ci.apply import Again, Applied, Done
from registry_tool.ci.dynamodb.client import Address, address, explained
from registry_tool.ci.dynamodb.table import DynamoTable, open_table
from registry_tool.ci.item import READ, SOURCE, ItemOrigin, WantedItem, wanted
from registry_tool.ci.lineage import Lineage, Standing
from registry_tool.ci.outcome import Outcome
from registry_tool.ci.plan import ItemChange
from registry_tool.ci.planfile import SavedPlan, as_json, dump, load
from registry_tool.ci.policy import Decision, Refused, SyncPolicy
from registry_tool.ci.survey import PruneLimit, TableSurvey, survey
from registry_tool.ci.table import ReadItem
from registry_tool.errors import RegistryError
from registry_tool.git.revision import find_revision
from registry_tool.index import Index
from registry_tool.index.query import NotFoundError, Query, find
from registry_tool.record.identity import Document
from registry_tool.rules.settings import Settings
from registry_tool.store.reading import Store
from registry_tool.wholefile import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWish:
    """What to sync: the registry at the revision or date `at`, to the table that is meant, or to `table`.

    `retest` are selectors of records to be tested again whatever they say. `retest_filters` choose such records as the
    filters of a list do, `retest_outcomes` by how their last test went: a `testStatus`, a state, or `overlooked`. If
    that orders more than `retest_max` tests, nothing is written. Items whose record was removed are pruned only if
    `prune`, and no more than `limit`. With `take_over`, an item is written wherever it came from.
    """

    table: str = ""
    at: str = ""
    retest: Sequence[str] = ()
    retest_all: bool = False
    retest_filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retest_outcomes: Sequence[str] = ()
    retest_max: int | None = None
    prune: bool = False
    take_over: bool = False
    limit: PruneLimit = field(default_factory=PruneLimit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a sync of the commit `revision` of the registry `place` has to do, and what it did.

    `applied` is None for a plan.
    """

    place: str
    address: Address
    revision: str
    survey: TableSurvey
    applied: Applied | None = None

    @property
    def differs(self) -> bool:
        """Whether the table is not in step."""
        return self.survey.differs

    @property
    def refused(self) -> Sequence[Refused]:
        """The changes that are not made because an item comes from elsewhere."""
        return (*self.survey.refused, *(self.applied.refused if self.applied else ()))

    @property
    def is_behind(self) -> bool:
        """Whether an item comes from a commit of this registry that the synced revision does not build on."""
        return any(one.standing is not Standing.FOREIGN for one in self.refused)

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


def plan(context: Context, wish: SyncWish) -> Synced:
    """What `apply` would do now. Writes nothing."""
    with _session(context, wish) as session:
        return session.planned()


def save(wish: SyncWish, planned: Synced, file: Path) -> None:
    """Write a plan to a file, whole or not at all."""
    request = {name: value for name, value in asdict(wish).items() if name in _REQUEST}
    plan = SavedPlan(
        table=str(planned.address),
        revision=planned.revision,
        request=request,
        writes=[dict(as_json(change.write)) for change in planned.survey.changes],
    )
    write_whole(file, dump(plan))


def saved_wish(file: Path, given: SyncWish) -> tuple[SyncWish, SavedPlan]:
    """The request that a plan on file answers, with the limits that are given now; and the plan."""
    try:
        plan = load(file.read_bytes(), file=str(file))
    except OSError as err:
        raise RegistryError(f"cannot read {file}: {err.strerror}", hint="registry sync plan --out FILE") from err
    try:
        request = SyncWish(**cast("dict[str, Any]", plan.request))
    except TypeError as err:
        raise RegistryError(f"{file} is not a plan", hint="make one: registry sync plan --out FILE") from err
    return replace(request, retest_max=given.retest_max, limit=given.limit), plan


def apply(
    context: Context,
    wish: SyncWish,
    *,
    on_done: Callable[[Done, int, int], object],
    saved: SavedPlan | None = None,
) -> Synced:
    """Bring the table in step. `on_done` is told of each change that is made, and how many of how many are.

    With a plan that was `saved`, exactly its writes are made, and none if the table or the registry has moved since.
    """
    with _session(context, wish) as session:
        planned = session.planned()
        if saved:
            _refuse_moved(saved, planned)
        wish.limit.check(planned.survey)
        _check_tests(planned.survey, wish.retest_max)
        changes = planned.survey.changes
        made = 0

        def count(done: Done) -> None:
            nonlocal made
            made += 1
            on_done(done, made, len(changes))

        again = _only_as_planned(session.policy) if saved else session.policy.again
        applied = writing.apply(session.table, changes, again, on_done=count)
        return Synced(
            place=planned.place,
            address=planned.address,
            revision=planned.revision,
            survey=planned.survey,
            applied=applied,
        )


def _refuse_moved(saved: SavedPlan, planned: Synced) -> None:
    moved = ""
    if saved.table != str(planned.address):
        moved = f"the plan is for the CI table {saved.table}, not for {planned.address}"
    elif saved.revision != planned.revision:
        moved = f"the registry is at {planned.revision[:12]} now, and was at {saved.revision[:12]} when it was planned"
    elif other := saved.differs_from(planned.survey.changes):
        moved = f"the item of {other} is not as it was when it was planned"
    if moved:
        raise RegistryError(f"{moved}; nothing was written", hint="make another plan: registry sync plan --out FILE")


def _only_as_planned(policy: SyncPolicy) -> Again:
    """What is left to do of a planned change: the same, nothing, or nothing because its item has changed."""

    def again(change: ItemChange, row: ReadItem | None) -> Decision:
        decision = policy.again(change, row)
        if decision is None or (isinstance(decision, ItemChange) and decision.write == change.write):
            return decision
        return Refused(change, Standing.CHANGED, row.text(SOURCE) if row else "")

    return again


_NOBODY = "0" * 16
"""A configId that is nobody's: reading it shows that a table can be read."""
_REQUEST = frozenset({"table", "at", "retest", "retest_all", "retest_filters", "retest_outcomes", "prune", "take_over"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of the item of a registration; `error` if it is not in the table."""

    done: Done | None = None
    error: RegistryError | None = None


def check_table(context: Context, settings: Settings, table: str) -> None:
    """Raise what would keep a registration from its item: better known before anything is committed.

    That is a missing extra, a table or a region that nobody names, and a table that is not there or cannot be read.
    """
    meant = address(table, context.environment, settings)
    ci_table = open_table(meant, context.environment, context.clock)
    try:
        with explained(meant):
            ci_table.read([_NOBODY], READ)
    except RegistryError as err:
        raise RegistryError(f"{err}\nnothing was registered", hint=err.hint) from err


def publish(  # noqa: PLR0913  the registry, and what was committed to it
    context: Context, store: Store, settings: Settings, document: Document, *, revision: str, table: str
) -> Published:
    """Write the item of a record that was committed as `revision`; it is to be tested, even if it is as it was."""
    try:
        meant = address(table, context.environment, settings)
        ci_table = open_table(meant, context.environment, context.clock)
        origin = ItemOrigin(revision, settings.registry_id)
        policy = SyncPolicy(origin=origin, lineage=Lineage(store, origin), forces=lambda *_: True)
        return Published(done=_publish(ci_table, policy, wanted(document)))
    except RegistryError as err:
        return Published(error=_committed(err, revision))


def _publish(table: DynamoTable, policy: SyncPolicy, wants: WantedItem) -> Done | None:
    """Write one item, or raise an error that says why not; None if there is nothing to write."""
    with explained(table.address):
        row = table.read([wants.config_id], READ).get(wants.config_id)
    decision = policy.decide(wants, row)
    if isinstance(decision, Refused):
        raise _refusal(decision)
    applied = writing.apply(table, [decision] if decision else [], policy.again)
    if applied.error:
        raise applied.error
    if applied.refused:
        raise _refusal(applied.refused[0])
    return next(iter(applied.done), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """An open registry at a revision, and the table that it is synced to."""

    context: Context
    store: Store
    address: Address
    table: DynamoTable
    policy: SyncPolicy
    chosen: Collection[str] | None

    def planned(self) -> Synced:
        """What there is to do."""
        revision = self.policy.origin.revision
        with explained(self.address):
            found = survey(
                self.store,
                revision,
                self.table,
                self.policy,
                chosen=self.chosen,
                on_progress=self.context.progress,
            )
        return Synced(place=self.context.place(), address=self.address, revision=revision, survey=found)


@contextmanager
def _session(context: Context, wish: SyncWish) -> Iterator[_Session]:
    with context.open_registry() as store:
        revision = find_revision(store.repository, wish.at or "HEAD")
        settings = store.settings(revision)
        meant = address(wish.table, context.environment, settings)
        # An older revision may be from before the registry had an id.
        origin = ItemOrigin(revision, settings.registry_id or store.settings().registry_id)
        policy = SyncPolicy(
            origin=origin,
            lineage=Lineage(store, origin),
            forces=_forces(context, store, revision, wish),
            removed="prune" if wish.prune else settings.ci_removed,
            take_over=wish.take_over,
        )
        chosen = _matching(context, store, revision, settings.ci_filter) if settings.ci_filter else None
        table = open_table(meant, context.environment, context.clock)
        yield _Session(context=context, store=store, address=meant, table=table, policy=policy, chosen=chosen)


def _forces(context: Context, store: Store, revision: str, wish: SyncWish) -> Callable[[str, Outcome], bool]:
    """Which records are to be tested again because someone asks for it."""
    if wish.retest_all:
        return lambda *_: True
    chosen = {select(context, store, selector, revision) for selector in wish.retest}
    filtered: set[str] | None = None
    if wish.retest_filters:
        filtered = _matching(context, store, revision, wish.retest_filters)
        if not filtered:
            raise NotFoundError("no record answers to --retest-filter", hint="see: registry list")
    words = frozenset(wish.retest_outcomes)

    def asked(config_id: str, outcome: Outcome) -> bool:
        if config_id in chosen:
            return True
        if filtered is None and not words:
            return False
        return (filtered is None or config_id in filtered) and (not words or bool(words & outcome.words))

    return asked


def _matching(context: Context, store: Store, revision: str, filters: Mapping[str, Sequence[str]]) -> set[str]:
    with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
        return {summary["configId"] for summary in find(index, Query(filters=filters, fields=("configId",)))}


def _check_tests(found: TableSurvey, most: int | None) -> None:
    ordered = sum(found.tests.values())
    if most is not None and ordered > most:
        raise RegistryError(
            f"this would order {ordered:,} tests, and at most {most:,} may be; nothing was written",
            hint=f"look at them: registry sync plan; if they are to run: --retest-max {ordered}",
        )


def _refusal(refused: Refused) -> RegistryError:
    return RegistryError(
        f"the item of {refused.change.config_id} was {refused.standing.value} ({refused.source[:12]})",
        hint="bring this registry up to date: registry pull; or overwrite the item: registry sync apply --take-over",
    )


def _committed(error: RegistryError, revision: str) -> RegistryError:
    """The error, with the news that the registration itself stands and how its item gets there later."""
    repair = "registry sync apply"
    hint = error.hint if repair in error.hint else f"{error.hint}; then: {repair}"
    return RegistryError(
        f"{error}\nthe registration is committed in {revision[:12]}, but it is not in the CI table", hint=hint
    )
