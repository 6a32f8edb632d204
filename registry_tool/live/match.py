"""Which running objects each record means: by the names that were captured, else by the names that do/deploy gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from registry_tool.live.claim import Claim, Component
from registry_tool.live.names import adapter_name, component_stems, endpoint_stem, job_stem, stem
from registry_tool.live.verdict import FieldVerdict, Health, Match, Verdict, state_of, worst
from registry_tool.live.workloads import find_workload, state_of_workload
from registry_tool.live.world import Cluster, Gap, Listed, ListedObject, Survey, Workload
from registry_tool.problems import field_path

_LIST_COMPONENTS = "ListInferenceComponents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the lists alone say of one record.

    `match` is `present` where there is something to compare. `components` holds the row of each of the claim's
    components that is where it should be. `fields` are differences that the lists show. `reason` explains any match
    that is not `present`; `candidates` are the names among which nothing decides.
    """

    claim: Claim
    match: Match
    state: Health = Health.NONE
    survey: Survey | None = None
    endpoint: ListedObject | None = None
    job: ListedObject | None = None
    workload: Workload | None = None
    components: Mapping[Component, ListedObject] = field(default_factory=dict)
    captured: bool = False
    fields: tuple[FieldVerdict, ...] = ()
    reason: str = ""
    candidates: tuple[str, ...] = ()


def match(claims: Sequence[Claim], surveys: Iterable[Survey], clusters: Sequence[Cluster] = ()) -> list[Sighting]:
    """Find the objects of every claim in the surveys of its region or in its cluster, in the claims' order.

    Endpoints of records that captured their name are out of question for those that did not. Nothing is guessed: where
    several objects or several records come into question, the match is ambiguous.
    """
    found = _Matching(claims, surveys)
    return [_sight_workload(one, clusters) if one.place == "deployment" else found.sight(one) for one in claims]


def component_path(component: Component) -> str:
    """The path of a component in the record, as differences name it."""
    return field_path(["icList", *(["adapters"] if component.adapter else []), component.name])


class _Matching:
    """The claims and the surveys, by what they are looked up by."""

    def __init__(self, claims: Sequence[Claim], surveys: Iterable[Survey]) -> None:
        self._surveys: dict[str, list[Survey]] = defaultdict(list)
        for survey in surveys:
            self._surveys[survey.region].append(survey)
        self._taken = frozenset(name for claim in claims for name in claim.names)
        self._rivals = Counter(key for claim in claims if not (claim.endpoint or claim.job) for key in _keys(claim))
        self._by_stem = {id(survey): _by_stem(survey.endpoints) for all_ in self._surveys.values() for survey in all_}

    def sight(self, claim: Claim) -> Sighting:
        if claim.place not in {"endpoint", "job"}:
            return Sighting(claim=claim, match=Match.UNKNOWN, reason=f"{claim.target} is not read here")
        everywhere = self._surveys.get(claim.region, [])
        its_own = [one for one in everywhere if one.account == claim.account]
        surveys = everywhere if not claim.account else its_own or [one for one in everywhere if not one.account]
        if not surveys:
            return Sighting(claim=claim, match=Match.UNKNOWN, reason=_elsewhere(claim, everywhere))
        sightings = [self._sight_in(claim, survey) for survey in surveys]
        return min(sightings, key=lambda one: _PREFERENCE.index(one.match))

    def _sight_in(self, claim: Claim, survey: Survey) -> Sighting:
        if claim.place == "job":
            return self._sight_job(claim, survey)
        endpoints = list(self._endpoints(claim, survey))
        if len(endpoints) == 1 and (claim.endpoint or not self._is_contested(claim)):
            return _sight_components(claim, survey, endpoints[0])
        if endpoints:
            return _ambiguous(claim, survey, endpoints, "endpoint")
        if gap := survey.gaps.get(Listed.ENDPOINTS):
            return _unknown(claim, survey, gap)
        if claim.endpoint:
            return missing(claim, survey, f"there is no endpoint {claim.endpoint}")
        name = endpoint_stem(claim.project, claim.target, marketplace=claim.marketplace)
        return missing(claim, survey, f"there is no endpoint {name}-TIME")

    def _endpoints(self, claim: Claim, survey: Survey) -> Iterator[ListedObject]:
        """The endpoints that come into question."""
        if claim.endpoint:
            if row := survey.endpoints.get(claim.endpoint):
                yield row
            return
        name = endpoint_stem(claim.project, claim.target, marketplace=claim.marketplace)
        named = [row for row in self._by_stem[id(survey)].get(name, []) if row.name not in self._taken]
        if named or not claim.components:
            # Only one of several may hold what the record lists: do/deploy --force leaves the others empty.
            yield from [row for row in named if self._holds(claim, survey, row.name)] or named
            return
        yield from self._endpoints_of_others(claim, survey)

    def _endpoints_of_others(self, claim: Claim, survey: Survey) -> Iterator[ListedObject]:
        """The endpoints on which all components of the claim are, though they are not named after its project."""
        for name, rows in survey.components_of.items():
            if self._holds(claim, survey, name):
                yield survey.endpoints.get(name) or ListedObject(
                    name, "", "InService", rows[0].created_at, rows[0].modified_at
                )

    def _holds(self, claim: Claim, survey: Survey, endpoint: str) -> bool:
        """Whether every component of the claim may be one on this endpoint."""
        wanted = [one for one in claim.components if not one.adapter]
        stems = {stem(row.name) for row in survey.components_of.get(endpoint, []) if row.name not in self._taken}
        return bool(wanted) and all(stems.intersection(component_stems(claim.project, one.name)) for one in wanted)

    def _is_contested(self, claim: Claim) -> bool:
        """Whether another record without captured names comes into question for the same objects."""
        return any(self._rivals[key] > 1 for key in _keys(claim))

    def _sight_job(self, claim: Claim, survey: Survey) -> Sighting:
        if claim.job:
            jobs = [survey.jobs[claim.job]] if claim.job in survey.jobs else []
        else:
            name = job_stem(claim.project, marketplace=claim.marketplace)
            named = [row for row in _by_stem(survey.jobs).get(name, []) if row.name not in self._taken]
            jobs = sorted(named, key=lambda row: row.name)[-1:]
        if jobs and (claim.job or not self._is_contested(claim)):
            return _sight_ended(claim, survey, jobs[0])
        if jobs:
            return _ambiguous(claim, survey, jobs, "job")
        if gap := survey.gaps.get(Listed.JOBS):
            return _unknown(claim, survey, gap)
        if not survey.has_all_jobs:
            return _unknown(claim, survey, Gap("only the newest transform jobs are read"))
        return missing(claim, survey, f"there is no transform job {claim.job or 'of this project'}")


# Of several accounts, the one that has it decides.
_PREFERENCE = (
    Match.PRESENT,
    Match.FINISHED,
    Match.DIFFERS,
    Match.AMBIGUOUS,
    Match.UNKNOWN,
    Match.GONE,
    Match.NOT_FOUND,
    Match.AS_REGISTERED,
)


def _keys(claim: Claim) -> list[tuple[str, str]]:
    """What a claim without captured names is found by; two claims with a key in common come into question together."""
    if claim.place == "job":
        return [(claim.region, job_stem(claim.project, marketplace=claim.marketplace))]
    if claim.place != "endpoint":
        return []
    # By its components as well: `foo` with a component `bar-default` makes the names of `foo-bar` with `default`.
    components = (component_stems(claim.project, one.name) for one in claim.components if not one.adapter)
    endpoint = endpoint_stem(claim.project, claim.target, marketplace=claim.marketplace)
    return [(claim.region, key) for key in {endpoint, *(own for own, *_ in components)}]


def _by_stem(rows: Mapping[str, ListedObject]) -> Mapping[str, list[ListedObject]]:
    found: dict[str, list[ListedObject]] = defaultdict(list)
    for row in rows.values():
        found[stem(row.name)].append(row)
    return found


def _sight_workload(claim: Claim, clusters: Sequence[Cluster]) -> Sighting:
    found = find_workload(claim, clusters)
    one = found.workloads[0] if found.match is Match.PRESENT else None
    return Sighting(
        claim=claim,
        match=found.match,
        state=state_of_workload(one) if one else Health.NONE,
        workload=one,
        captured=bool(claim.cluster),
        reason=found.reason,
        candidates=() if one else tuple(f"{each.namespace}/{each.name}" for each in found.workloads),
    )


def _sight_components(claim: Claim, survey: Survey, endpoint: ListedObject) -> Sighting:
    if claim.components and (gap := survey.gaps.get(Listed.COMPONENTS)):
        return _unknown(claim, survey, gap, endpoint=endpoint)
    there: dict[Component, ListedObject] = {}
    fields: list[FieldVerdict] = []
    for component in claim.components:
        rows = _candidates(claim, component, survey, endpoint)
        if len(rows) > 1:
            return _ambiguous(claim, survey, rows, f"component {component.name}", endpoint=endpoint)
        if rows and rows[0].owner == endpoint.name:
            there[component] = rows[0]
        else:
            fields.append(_misplaced(claim, component, endpoint, rows))
    states = [state_of(row.status) for row in (endpoint, *there.values())]
    return Sighting(
        claim=claim,
        match=Match.DIFFERS if fields else Match.PRESENT,
        state=worst(states),
        survey=survey,
        endpoint=endpoint,
        components=there,
        captured=bool(claim.endpoint),
        fields=tuple(fields),
    )


def _candidates(claim: Claim, component: Component, survey: Survey, endpoint: ListedObject) -> list[ListedObject]:
    name = component.deployed or (adapter_name(claim.project, component.name) if component.adapter else "")
    if name:
        return [survey.components[name]] if name in survey.components else []
    stems = component_stems(claim.project, component.name)
    return [row for row in survey.components_of.get(endpoint.name, []) if stem(row.name) in stems]


def _misplaced(claim: Claim, component: Component, endpoint: ListedObject, rows: list[ListedObject]) -> FieldVerdict:
    path = component_path(component)
    if rows:
        return FieldVerdict(f"{path}.endpoint", Verdict.DIFFERS, endpoint.name, rows[0].owner, _LIST_COMPONENTS)
    name = component.deployed or f"{component_stems(claim.project, component.name)[0]}-TIME"
    return FieldVerdict(path, Verdict.DIFFERS, name, None, _LIST_COMPONENTS, "it is not there")


def _sight_ended(claim: Claim, survey: Survey, job: ListedObject) -> Sighting:
    states = {
        "InProgress": Health.IN_SERVICE,
        "Failed": Health.FAILED,
        "Stopping": Health.CHANGING,
        "Stopped": Health.STOPPED,
    }
    ended = job.status in {"Completed", "Failed", "Stopped"}
    return Sighting(
        claim=claim,
        match=Match.FINISHED if ended else Match.PRESENT,
        state=states.get(job.status, Health.NONE),
        survey=survey,
        job=job,
        captured=bool(claim.job),
        reason=f"the job of {job.created_at:%Y-%m-%d} is {job.status}" if ended else "",
    )


def _ambiguous(
    claim: Claim, survey: Survey, rows: Sequence[ListedObject], what: str, endpoint: ListedObject | None = None
) -> Sighting:
    names = tuple(sorted(row.name for row in rows))
    said = (
        f"{len(names)} objects may be its {what}"
        if len(names) > 1
        else f"another record may mean the same {what}: no name was captured"
    )
    return Sighting(claim=claim, match=Match.AMBIGUOUS, survey=survey, endpoint=endpoint, reason=said, candidates=names)


def _unknown(claim: Claim, survey: Survey, gap: Gap, endpoint: ListedObject | None = None) -> Sighting:
    return Sighting(claim=claim, match=Match.UNKNOWN, survey=survey, endpoint=endpoint, reason=str(gap))


def missing(claim: Claim, survey: Survey | None, what: str) -> Sighting:
    """Gone, if the name and the account are those that were captured; else it may well be in another account."""
    is_its_own = survey is not None and claim.account != "" and claim.account == survey.account
    captured = bool(claim.endpoint or claim.job) and is_its_own
    said = f"{what} in {survey}"
    return Sighting(claim=claim, match=Match.GONE if captured else Match.NOT_FOUND, survey=survey, reason=said)


def _elsewhere(claim: Claim, surveys: Sequence[Survey]) -> str:
    looked = ", ".join(sorted({one.account for one in surveys}))
    if not surveys:
        return f"{claim.region or 'no region'} was not read"
    return f"it is in account {claim.account}, and this looked in {looked}"
