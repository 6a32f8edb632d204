"""What is really running: the records against SageMaker as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.read import Listing
from registry_tool.api.selection import select
from registry_tool.errors import RegistryError
from registry_tool.index import Index, Unreadable
from registry_tool.index.query import NotFoundError, Query, find, find_related
from registry_tool.live.cache import Cache, LastLook, last_looks, told
from registry_tool.live.claim import Claim, parse_claim
from registry_tool.live.client import Pace, Reader, UnreadableError, connect
from registry_tool.live.compare import Terms
from registry_tool.live.images import read_tags, remark
from registry_tool.live.kubernetes import read_clusters
from registry_tool.live.look import Look, look
from registry_tool.live.match import Sighting, match
from registry_tool.live.report import LiveReport
from registry_tool.live.survey import read_survey, unread
from registry_tool.live.threads import in_threads
from registry_tool.live.unregistered import Maker, Unregistered, find_unregistered, name_origins, read_instances
from registry_tool.live.verdict import FieldVerdict
from registry_tool.live.world import Cluster, Gap, Survey
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRequest:
    """What to look at: the records that selectors and filters choose, else all.

    `regions` are looked at besides those of the records; `profiles` are AWS profiles, one for each account. A `quick`
    look reads lists alone. What is not registered is looked for if `unregistered`; None means: if all are meant.
    `rate` is how many objects are described a second; 0 is no limit. With `images`, ECR is asked whether what runs is
    what its tags mean now. `kubeconfigs` are files by cluster. What has not
    changed since an earlier look is not described again if `cached`.
    """

    selectors: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    regions: Sequence[str] = ()
    profiles: Sequence[str] = ()
    quick: bool = False
    unregistered: bool | None = None
    rate: float = 5.0
    strict_counts: bool = False
    images: bool = False
    kubeconfigs: Mapping[str, str] = field(default_factory=dict)
    cached: bool = True


def status(context: Context, request: LiveRequest) -> LiveReport:
    """Compare the records with what runs. Writes nothing anywhere in the cloud.

    What cannot be read is in the report; an error is raised only where nothing can be.
    """
    with context.open_registry() as store:
        wanted, related, unreadable = _claims(context, store, request)
        world = _survey(context, request, [*wanted, *related])
        sightings = match([*wanted, *related], world.surveys, world.clusters)
        at = context.clock()
        settings = store.settings()
        terms = Terms(request.strict_counts, settings.live_ignore)
        with Cache(store.repository, terms, use=request.cached) as cache:
            looks = _look(context, request, sightings[: len(wanted)], world, cache, terms, at)
            unregistered = (
                _unregistered(store, request, sightings, world, cache) if _wants_unregistered(request) else None
            )
        hiding = Hiding(store)
    looks, gap = _with_images(context, request, looks) if request.images else (looks, None)
    looks = [_shown(one, hiding) for one in looks]
    return LiveReport(
        read_at=at,
        looks=looks,
        images=gap,
        surveys=world.surveys,
        clusters=world.clusters,
        unregistered=unregistered,
        unreadable=unreadable,
        calls=sum(reader.calls.total() for reader in world.readers.values()),
    )


def _with_images(context: Context, request: LiveRequest, looks: list[Look]) -> tuple[list[Look], Gap | None]:
    """The looks with what there is to say of their images; why nothing could be asked, if so."""
    try:
        tags = read_tags(looks, context.environment, next(iter(request.profiles), ""))
    except UnreadableError as err:
        return looks, err.gap
    said = [tuple(filter(None, (remark(field, tags) for field in one.fields))) for one in looks]
    return [replace(one, remarks=remarks) for one, remarks in zip(looks, said, strict=True)], None


def show(context: Context, request: LiveRequest) -> Look:
    """One record, field by field. Raises if no or several records answer to the selector."""
    report = status(context, replace(request, unregistered=False, quick=False))
    for file in report.unreadable:
        raise RegistryError(
            f"{file.path} cannot be looked at: {file.reason}", hint=f"see: registry validate {file.path}"
        )
    (found,) = report.looks
    return found


def with_looks(context: Context, listing: Listing, *, at: str = "") -> Listing:
    """The listing with how each record stood when somebody last looked, and how long ago that was."""
    known = last_told(context, [summary["configId"] for summary in listing.summaries], at=at)
    return replace(listing, summaries=[one.extended(known[one["configId"]]) for one in listing.summaries])


def last_told(context: Context, config_ids: Sequence[str], *, at: str = "") -> dict[str, dict[str, str]]:
    """What the last look said of records as they are at a revision or date, by configId; asks nobody."""
    looks = last_seen(context, config_ids, at=at)
    now = context.clock()
    return {one: told(looks.get(one), now) for one in config_ids}


def last_seen(context: Context, config_ids: Sequence[str], *, at: str = "") -> Mapping[str, LastLook]:
    """The last look at records as they are at a revision or date, by configId; those without one are left out."""
    with context.open_registry() as store:
        looks = last_looks(store.repository, config_ids)
        digests = {claim.config_id: claim.digest for claim in _read(store, looks, store.revision(at))[0]}
        hiding = Hiding(store)
    return {one: _last_shown(last.of(digests.get(one, "")), hiding) for one, last in looks.items()}


def _shown(one: Look, hiding: Hiding) -> Look:
    reason, fields = hiding.verdicts(one.reason, one.fields)
    return replace(one, reason=reason, fields=fields)


def _last_shown(last: LastLook, hiding: Hiding) -> LastLook:
    reason, differences = hiding.verdicts(last.reason, last.differences)
    return replace(last, reason=reason, differences=differences)


def _wants_unregistered(request: LiveRequest) -> bool:
    everything = not request.selectors and not request.filters
    return everything if request.unregistered is None else request.unregistered


def _claims(
    context: Context, store: Store, request: LiveRequest
) -> tuple[list[Claim], list[Claim], Sequence[Unreadable]]:
    """The claims that are asked about, and those that may mean the same objects."""
    chosen = {select(context, store, selector, "HEAD") for selector in request.selectors}
    with Index(store.repository, store.reader, on_progress=context.progress) as index:
        order = Query(filters=request.filters, order="project", fields=("configId", "projectName"))
        found = [one for one in find(index, order) if not chosen or one["configId"] in chosen]
        if not found and (request.filters or request.selectors):
            raise NotFoundError("no record answers to this", hint="see: registry list")
        wanted = [one["configId"] for one in found]
        if _wants_unregistered(request):
            others = find(index, Query(fields=("configId",)))
        else:
            others = find_related(index, {one["projectName"] for one in found}, (), fields=("configId",))
        related = {one["configId"] for one in others}.difference(wanted)
        unreadable = index.unreadable() if not chosen else []
    claims, invalid = _read(store, wanted)
    others_claims, _ = _read(store, sorted(related))
    return claims, others_claims, [*unreadable, *invalid]


def _read(store: Store, config_ids: Iterable[str], revision: str = "HEAD") -> tuple[list[Claim], list[Unreadable]]:
    """The claims of valid records, and the files of those that are not: nobody knows what they mean."""
    from registry_tool.rules.schema import check_record

    claims, invalid = [], []
    for config_id in config_ids:
        path = record_path(config_id)
        document, reason = load_record(store.read(config_id, revision) or b"", path=path)
        if document is not None and (problems := check_record(document)):
            reason = problems[0].describe()
        if document is None or reason:
            invalid.append(Unreadable(path, reason))
        else:
            claims.append(parse_claim(document))
    return claims, invalid


@dataclass(frozen=True, slots=True)
class _World:
    """The readers by region and profile, and what each of them saw."""

    readers: Mapping[tuple[str, str], Reader]
    surveys: Sequence[Survey]
    clusters: Sequence[Cluster]

    def reader(self, sighting: Sighting) -> Reader | None:
        """Who can tell more of what was sighted."""
        survey = sighting.survey
        return self.readers.get((survey.region, survey.profile)) if survey else None


def _survey(context: Context, request: LiveRequest, claims: Sequence[Claim]) -> _World:
    """Read the lists of every region with records in it, as every profile sees them."""
    regions = sorted({claim.region for claim in claims if claim.place in {"endpoint", "job"}} | set(request.regions))
    with_jobs = {claim.region for claim in claims if claim.place == "job"}
    pace = Pace(request.rate)
    readers: dict[tuple[str, str], Reader] = {}
    surveys: list[Survey] = []
    for region in regions:
        for profile in request.profiles or [""]:
            try:
                readers[region, profile] = connect(context.environment, region=region, profile=profile, pace=pace)
            except UnreadableError as err:
                surveys.append(unread(region, profile, str(err.gap)))
    surveys += in_threads(lambda one: read_survey(one, with_jobs=one.region in with_jobs), readers.values())
    return _World(readers, surveys, _clusters(context, request, claims))


def _clusters(context: Context, request: LiveRequest, claims: Sequence[Claim]) -> list[Cluster]:
    wanted: dict[str, set[str]] = {}
    for claim in claims:
        if claim.place == "deployment":
            wanted.setdefault(claim.cluster, set()).add(claim.namespace)
    return read_clusters(wanted, request.kubeconfigs, context.environment) if wanted else []


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look needs."""

    sighting: Sighting
    reader: Reader | None
    known: tuple[FieldVerdict, ...] | None


def _look(  # noqa: PLR0913, PLR0917  a step of status, with what that has at hand
    context: Context,
    request: LiveRequest,
    sightings: Sequence[Sighting],
    world: _World,
    cache: Cache,
    terms: Terms,
    at: datetime,
) -> list[Look]:
    def begin() -> Iterator[_Seen]:
        for sighting in sightings:
            reader = None if request.quick else world.reader(sighting)
            yield _Seen(sighting, reader, cache.fields(sighting) if reader else None)

    def see(one: _Seen) -> tuple[_Seen, Look]:
        return one, look(one.sighting, one.reader, terms=terms, at=at, known=one.known)

    looks = []
    for seen, found in in_threads(see, begin()):
        looks.append(found)
        # One by one: what was described before a kill is not described again.
        cache.keep(seen.sighting, found, is_new=seen.known is None)
        context.progress(len(looks), len(sightings))
    return looks


def _unregistered(
    store: Store, request: LiveRequest, sightings: Sequence[Sighting], world: _World, cache: Cache
) -> list[Unregistered]:
    """What runs and is not registered; unless the look is quick, what each endpoint runs on."""
    settings = store.settings()
    left = find_unregistered(
        sightings, world.surveys, world.clusters, ours=settings.live_ours, foreign=settings.live_foreign
    )
    found = name_origins(left, store.repository, "HEAD")
    return found if request.quick else [_with_instances(one, world, cache) for one in found]


def _with_instances(one: Unregistered, world: _World, cache: Cache) -> Unregistered:
    if not isinstance(one.place, Survey) or one.kind != "endpoint" or one.origin is Maker.FOREIGN:
        return one
    reader = world.readers[one.place.region, one.place.profile]
    name = one.row.name
    return replace(one, instances=cache.instances(one.row, lambda: read_instances(reader, name)))
