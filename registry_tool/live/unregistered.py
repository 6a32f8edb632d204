"""What runs though no record says so: it costs money until someone deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from registry_tool.git.repository import Repository
from registry_tool.live.claim import parse_claim
from registry_tool.live.client import GoneError, Reader, UnreadableError
from registry_tool.live.details import first_variant
from registry_tool.live.match import Sighting
from registry_tool.live.names import looks_made_by_do
from registry_tool.live.world import Cluster, ListedObject, Survey, Workload
from registry_tool.record.load import load_record
from registry_tool.trail.history import Entry, read_history, read_versions


class Maker(StrEnum):
    """How something came to run that no record says to run."""

    SUPERSEDED = "superseded"
    """An earlier version of a record named it."""
    UNREGISTERED = "unregistered"
    """Its name is one that the do scripts give."""
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered:
    """A running object of no record.

    `entry` is the registration that named it, if one did. `components` counts what is on an endpoint. `instances` says
    what it runs on, such as `1 x ml.g5.xlarge`; empty if that was not read.
    """

    kind: Literal["endpoint", "inference component", "transform job", "deployment"]
    row: ListedObject
    place: Survey | Cluster
    origin: Maker
    entry: Entry | None = None
    components: int = 0
    instances: str = ""

    @property
    def account(self) -> str:
        """The account that it runs in; empty for a cluster."""
        return self.place.account if isinstance(self.place, Survey) else ""

    @property
    def region(self) -> str:
        """The region that it runs in; for a Deployment, the cluster."""
        return self.place.region if isinstance(self.place, Survey) else self.place.name


def find_unregistered(
    sightings: Sequence[Sighting],
    surveys: Iterable[Survey],
    clusters: Iterable[Cluster] = (),
    *,
    ours: Sequence[str] = (),
    foreign: Sequence[str] = (),
) -> list[Unregistered]:
    """What no sighting claims, by name. Of a list that could not be read, nothing is said.

    `ours` and `foreign` are globs of names that are always or never those of the do scripts.
    """
    claimed = {name for one in sightings for name in _claimed(one)}
    hosts = {one.endpoint.name for one in sightings if one.endpoint and not one.claim.external}
    found = [one for survey in surveys for one in _unclaimed(survey, claimed, hosts, ours, foreign)]
    in_use = {id(one.workload) for one in sightings}
    found += [
        Unregistered(kind="deployment", row=_row(workload), place=cluster, origin=Maker.UNREGISTERED)
        for cluster in clusters
        for workload in cluster.workloads
        if id(workload) not in in_use and f"{workload.namespace}/{workload.name}" not in claimed
    ]
    return sorted(found, key=lambda one: (one.region, one.row.name))


def name_origins(found: Sequence[Unregistered], repository: Repository, revision: str) -> list[Unregistered]:
    """The same, with the registration that once named each, where history has one; foreign names are not looked for."""
    names = {one.row.name for one in found if one.origin is not Maker.FOREIGN}
    entries = _last_named(names, repository, revision) if names else {}
    return [
        replace(one, origin=Maker.SUPERSEDED, entry=entries[one.row.name]) if one.row.name in entries else one
        for one in found
    ]


def read_instances(reader: Reader, endpoint: str) -> str:
    """What an endpoint runs on, such as `2 x ml.g5.xlarge`; empty if that cannot be read."""
    try:
        running = reader.describe("DescribeEndpoint", EndpointName=endpoint)
        config = reader.describe("DescribeEndpointConfig", EndpointConfigName=running["EndpointConfigName"])
    except (GoneError, UnreadableError):
        return ""
    variant, configured = first_variant(running), first_variant(config)
    pools = [one for one in variant.get("InstancePools") or [] if one.get("CurrentInstanceCount")]
    placed = [(one["CurrentInstanceCount"], one["InstanceType"]) for one in pools]
    count = variant.get("CurrentInstanceCount", configured.get("InitialInstanceCount", 1))
    return ", ".join(
        f"{count} x {kind}" for count, kind in placed or [(count, configured.get("InstanceType", ""))] if kind
    )


def _unclaimed(
    survey: Survey, claimed: Collection[str], hosts: Collection[str], ours: Sequence[str], foreign: Sequence[str]
) -> Iterator[Unregistered]:
    """What no record claims in a survey; of inference components, only those on endpoints that are `hosts`."""
    for row in survey.endpoints.values():
        if row.name not in claimed:
            yield Unregistered(
                kind="endpoint",
                row=row,
                place=survey,
                origin=_origin(row.name, ours, foreign),
                components=len(survey.components_of.get(row.name, [])),
            )
    for row in survey.components.values():
        if row.name not in claimed and row.owner in hosts:
            yield Unregistered(kind="inference component", row=row, place=survey, origin=Maker.UNREGISTERED)
    for row in survey.jobs.values():
        if row.name not in claimed and row.status == "InProgress":
            yield Unregistered(kind="transform job", row=row, place=survey, origin=Maker.UNREGISTERED)


def _row(workload: Workload) -> ListedObject:
    """A Deployment as a row; its status is how many of its pods are there."""
    name = f"{workload.namespace}/{workload.name}"
    status = f"{workload.available} of {workload.replicas} available"
    return ListedObject(name, "", status, workload.created_at, workload.created_at)


def _claimed(sighting: Sighting) -> Iterator[str]:
    yield from sighting.claim.names
    yield from sighting.candidates
    yield from (row.name for row in (sighting.endpoint, sighting.job) if row)
    yield from (row.name for row in sighting.components.values())


def _origin(name: str, ours: Sequence[str], foreign: Sequence[str]) -> Maker:
    if any(fnmatchcase(name, glob) for glob in foreign):
        return Maker.FOREIGN
    if looks_made_by_do(name) or any(fnmatchcase(name, glob) for glob in ours):
        return Maker.UNREGISTERED
    return Maker.FOREIGN


def _last_named(names: set[str], repository: Repository, revision: str) -> Mapping[str, Entry]:
    """The newest registration that named each of the names. Most versions hold none of them and are not parsed."""
    wanted = {name: name.encode() for name in names}
    found: dict[str, tuple[str, str]] = {}
    for version in read_versions(repository, revision):
        for name in [name for name, text in wanted.items() if text in version.content]:
            document, _ = load_record(version.content, path=version.path)
            if document and name in (claim := parse_claim(document)).names:
                found[name] = (claim.config_id, version.revision)
                del wanted[name]
        if not wanted:
            break
    entries: dict[str, Entry] = {}
    for name, (config_id, commit) in found.items():
        entry = next(read_history(repository, config_id, revision=commit), None)
        if entry:
            entries[name] = entry
    return entries
