"""Records of HyperPod against Deployments: which one a record means, and how its fields compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from registry_tool.live.claim import Claim
from registry_tool.live.verdict import FieldVerdict, Health, Match, Verdict, equal
from registry_tool.live.world import Cluster, Workload
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.identity import Json

SOURCE = "GET deployments"


class WorkloadVerdict(NamedTuple):
    """How a record stands by the list alone, why, and its Deployment, or those that come into question."""

    match: Match
    reason: str = ""
    workloads: Sequence[Workload] = ()


def find_workload(claim: Claim, clusters: Iterable[Cluster]) -> WorkloadVerdict:
    """The Deployment that a record means: the one whose label is the project, in the namespace that was captured."""
    cluster = next((one for one in clusters if one.name == claim.cluster), None)
    if cluster is None:
        called = f"cluster {claim.cluster}" if claim.cluster else "its cluster, which the record does not name"
        return WorkloadVerdict(Match.UNKNOWN, f"no kubeconfig for {called}")
    if cluster.gap:
        return WorkloadVerdict(Match.UNKNOWN, str(cluster.gap))
    found = [one for one in cluster.workloads if one.app == claim.project and claim.namespace in {"", one.namespace}]
    if len(found) > 1:
        return WorkloadVerdict(Match.AMBIGUOUS, f"{len(found)} Deployments may be it", found)
    if found:
        return WorkloadVerdict(Match.PRESENT, "", found)
    missing = Match.GONE if claim.cluster else Match.NOT_FOUND
    return WorkloadVerdict(missing, f"there is no Deployment of {claim.project} in {cluster}")


def state_of_workload(workload: Workload) -> Health:
    """Whether a Deployment works."""
    if workload.has_failed:
        return Health.FAILED
    if not workload.replicas:
        return Health.STOPPED
    return Health.IN_SERVICE if workload.is_settled and workload.available else Health.CHANGING


def workload_fields(claim: Claim, workload: Workload, passed_over: frozenset[str]) -> Iterator[FieldVerdict]:
    """A verdict for each field of a record that was deployed to a cluster."""
    for name, value in claim.document.items():
        if name == "instanceType":
            yield _instance_type(workload, cast("str", value))
        elif name == "deploymentTarget":
            yield FieldVerdict(name, Verdict.SAME, cast("str", value), claim.target, SOURCE)
        elif name == "live":
            yield from _captured(workload, cast("Mapping[str, Json]", value))
        elif name not in passed_over:
            why = "do/deploy does not apply it there" if name in _UNAPPLIED else "no call tells it"
            for path, recorded in flatten({name: value}):
                shown = None if name in _VARIABLES else recorded
                yield FieldVerdict(path, Verdict.NOT_COMPARED, shown, why=why)


_VARIABLES = frozenset({"parameters", "icEnvironment"})
_UNAPPLIED = frozenset({"icEnvironment", "endpointConfig", "icConfig"})


def _instance_type(workload: Workload, recorded: str) -> FieldVerdict:
    # The manifest's own node selector decides; a registration that captured it is compared by that.
    return equal("instanceType", recorded, workload.node_type, SOURCE, otherwise=Verdict.UNAPPLIED)


def _captured(workload: Workload, live: Mapping[str, Json]) -> Iterator[FieldVerdict]:
    if "replicas" in live:
        wanted = cast("Scalar", live["replicas"])
        yield equal("live.replicas", wanted, workload.replicas, SOURCE, otherwise=Verdict.SCALED)
    if "gpuCount" in live:
        yield equal("live.gpuCount", cast("Scalar", live["gpuCount"]), workload.gpus, SOURCE)
    if "nodeType" in live:
        yield equal("live.nodeType", cast("Scalar", live["nodeType"]), workload.node_type, SOURCE)
