"""What a record says is running: the names to look for, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from registry_tool.record.identity import REALTIME, Document, Json, content_digest

Place: TypeAlias = Literal["endpoint", "job", "deployment", ""]
"""Which sort of object a record's deployment is."""

_PLACES: Mapping[str, Place] = {
    REALTIME: "endpoint",
    "async-inference": "endpoint",
    "batch-transform": "job",
    "hyperpod-eks": "deployment",
    "eks": "deployment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """An inference component that a record lists. `deployed` is its name in SageMaker, empty if it was not captured."""

    name: str
    deployed: str
    adapter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One record, and what it says of the objects it was deployed as.

    Every name that the registration did not capture is empty. `external` says that the endpoint is somebody else's and
    only its inference components are ours.
    """

    config_id: str
    project: str
    target: str
    region: str
    place: Place
    marketplace: bool
    digest: str
    account: str
    endpoint: str
    external: bool
    job: str
    cluster: str
    namespace: str
    components: tuple[Component, ...]
    document: Document = field(repr=False)

    @property
    def names(self) -> frozenset[str]:
        """The captured names of its endpoint, its job and its components."""
        return frozenset(filter(None, (self.endpoint, self.job, *(one.deployed for one in self.components))))


def parse_claim(document: Document) -> Claim:
    """The claim of a valid record."""
    live = _mapping(document.get("live"))
    target = _text(document, "deploymentTarget")
    marketplace = _text(document, "deploymentConfig") == "marketplace"
    return Claim(
        config_id=_text(document, "configId"),
        project=_text(document, "projectName"),
        target=target,
        region=_text(document, "awsRegion"),
        place=_PLACES.get(target, ""),
        marketplace=marketplace,
        digest=content_digest(document),
        account=_text(live, "accountId"),
        endpoint=_text(live, "endpointName"),
        external=live.get("endpointExternal") is True,
        job=_text(live, "transformJobName"),
        cluster=_text(live, "cluster"),
        namespace=_text(live, "namespace"),
        components=() if marketplace else _components(document, _mapping(live.get("components"))),
        document=document,
    )


def _components(document: Document, deployed: Mapping[str, Json]) -> tuple[Component, ...]:
    found = cast("list[Mapping[str, Json]]", document.get("icList") or [])
    return tuple(
        # An adapter's `baseIcName` is the adapter's own name in SageMaker: do/register writes ADAPTER_IC_NAME there.
        Component(name=_text(one, "name"), deployed=_text(one, "baseIcName"), adapter=True)
        if one.get("isAdapter") is True
        else Component(name=_text(one, "name"), deployed=_text(deployed, _text(one, "name")), adapter=False)
        for one in found
    )


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(mapping: Mapping[str, Json], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""
