"""Comparing one record with what its deployment is made of, field by field.

Every field of the record gets one verdict. What looks like drift and is not is told apart here: numbers of another
type, counts that scaling moves, settings that do/deploy never applies, values that are built into the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeAlias, cast

from registry_tool.live.components import ic_list
from registry_tool.live.details import Details
from registry_tool.live.facts import COMPONENT, CONFIG, ENDPOINT, JOB, NOT_OURS, Facts
from registry_tool.live.match import Sighting
from registry_tool.live.names import is_made_with
from registry_tool.live.variables import ic_environment, parameters
from registry_tool.live.verdict import FieldVerdict, Verdict, equal
from registry_tool.live.workloads import workload_fields
from registry_tool.live.world import Workload
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.fields import names
from registry_tool.record.identity import Json

# About the record, or about where to look, rather than about what runs.
_PASSED_OVER = frozenset({*names("format", "key", "registration"), "projectName", "awsRegion"})

_OF_ANOTHER = "do/config still holds it from another deployment"
_Rule: TypeAlias = Callable[[Facts, Json], Iterator[FieldVerdict]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts as a difference: with `strict_counts` also a count that scaling may have moved.

    Fields whose paths match a glob of `ignore` are not compared.
    """

    strict_counts: bool = False
    ignore: tuple[str, ...] = ()


def compare(sighting: Sighting, details: Details, terms: Terms) -> tuple[FieldVerdict, ...]:
    """A verdict for each field of the record, in its order; before them what the lists showed to be missing."""
    facts = Facts(sighting.claim, sighting, details)
    rules = _JOB_RULES if sighting.job else _ENDPOINT_RULES
    fields = list(sighting.fields)
    for name, value in sighting.claim.document.items():
        if name in rules:
            fields += rules[name](facts, value)
        elif name not in _PASSED_OVER:
            fields += _unseen(facts, {name: value})
    return tuple(_under(terms, field) for field in fields)


def compare_workload(sighting: Sighting, workload: Workload, terms: Terms) -> tuple[FieldVerdict, ...]:
    """As `compare`, for a Deployment of Kubernetes."""
    return tuple(_under(terms, field) for field in workload_fields(sighting.claim, workload, _PASSED_OVER))


def _under(terms: Terms, field: FieldVerdict) -> FieldVerdict:
    if any(fnmatchcase(field.path, glob) for glob in terms.ignore):
        return replace(field, verdict=Verdict.NOT_COMPARED, why="registry.yaml ignores it")
    if terms.strict_counts and field.verdict is Verdict.SCALED:
        return replace(field, verdict=Verdict.DIFFERS)
    return field


def _unseen(_: Facts, value: Mapping[str, Json]) -> Iterator[FieldVerdict]:
    for path, recorded in flatten(value):
        why = _WHY_UNSEEN.get(path.partition(".")[0], "no call tells it")
        yield FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why=why)


_WHY_UNSEEN = {
    "baseImage": "it is inside the image",
    "modelName": "it is inside the image",
    "modelFormat": "it is inside the image",
    "icConfig": "do/deploy does not apply it",
    "parameters": "it is built into the image",
}


def _instance_type(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    recorded = cast("str", value)
    if facts.claim.external:
        yield FieldVerdict("instanceType", Verdict.NOT_COMPARED, recorded, why=NOT_OURS)
    elif pool := facts.pool:
        placed = [
            str(one["InstanceType"])
            for one in facts.running.get("InstancePools") or []
            if one.get("CurrentInstanceCount")
        ]
        verdict = Verdict.SAME if recorded in pool else Verdict.UNAPPLIED
        why = f"a pool of {', '.join(pool)}"
        yield FieldVerdict("instanceType", verdict, recorded, ", ".join(placed or pool), ENDPOINT, why)
    else:
        yield equal("instanceType", recorded, facts.configured.get("InstanceType"), CONFIG)


def _target(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    is_async = "AsyncInferenceConfig" in facts.details.config
    live = "async-inference" if is_async else "realtime-inference"
    yield equal("deploymentTarget", cast("str", value), live, CONFIG)


def _endpoint_config(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    for name, recorded in cast("Mapping[str, Scalar]", value).items():
        path = f"endpointConfig.{name}"
        if facts.claim.external:
            yield FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why=NOT_OURS)
        else:
            yield (
                _SETTINGS[name](facts, path, recorded)
                if name in _SETTINGS
                else FieldVerdict(path, Verdict.NOT_COMPARED, recorded)
            )


def _instance_count(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    # do/deploy always asks for one, so any other number in the record was wrong from the start.
    live = facts.running.get("DesiredInstanceCount", facts.running.get("CurrentInstanceCount"))
    otherwise = Verdict.UNAPPLIED if live == 1 else Verdict.SCALED
    return equal(path, recorded, live, ENDPOINT, otherwise=otherwise)


def _variant_name(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    live = facts.running.get("VariantName")
    otherwise = Verdict.UNAPPLIED if live == "AllTraffic" else Verdict.DIFFERS
    return equal(path, recorded, live, ENDPOINT, otherwise=otherwise)


def _data_capture(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    capture = facts.details.endpoint.get("DataCaptureConfig") or {}
    live = capture.get("CurrentSamplingPercentage", 0) if capture.get("EnableCapture") else 0
    return equal(path, recorded, live, ENDPOINT, otherwise=Verdict.DIFFERS if live else Verdict.UNAPPLIED)


def _volume_size(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    if (live := facts.configured.get("VolumeSizeInGB")) is None:
        return FieldVerdict(path, Verdict.UNAPPLIED, recorded, source=CONFIG, why="do/deploy leaves it to AWS")
    return equal(path, recorded, live, CONFIG)


_SETTINGS: Mapping[str, Callable[[Facts, str, Scalar], FieldVerdict]] = {
    "initialInstanceCount": _instance_count,
    "variantName": _variant_name,
    "dataCapturePercent": _data_capture,
    "volumeSize": _volume_size,
}


def _captured(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    """What a registration captured about the deployment besides the names that it was found by."""
    for name, inner in cast("Mapping[str, Json]", value).items():
        path = f"live.{name}"
        if name in _CAPTURED:
            yield _CAPTURED[name](facts, path, cast("Scalar", inner))
        elif name == "images":
            for component, digest in cast("Mapping[str, str]", inner).items():
                yield _digest(facts, f"{path}.{component}", component, digest)
        elif name == "instancePools" and not facts.claim.external:
            pools = [str(pool["instanceType"]) for pool in cast("list[dict[str, Json]]", inner)]
            yield equal(path, ", ".join(pools), ", ".join(facts.pool), CONFIG)


def _config_name(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    if facts.claim.external:
        return FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why=NOT_OURS)
    claim = facts.claim
    name = facts.sighting.endpoint.name if facts.sighting.endpoint else ""
    if not is_made_with(str(recorded), name, claim.project, claim.target, marketplace=claim.marketplace):
        return FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why=_OF_ANOTHER)
    return equal(path, recorded, facts.details.endpoint.get("EndpointConfigName"), ENDPOINT)


def _model_name(facts: Facts, path: str, recorded: Scalar) -> FieldVerdict:
    if facts.sighting.job:
        return equal(path, recorded, facts.details.job.get("ModelName"), JOB)
    if "ModelName" not in facts.configured:
        return FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why=_OF_ANOTHER)
    return equal(path, recorded, facts.configured["ModelName"], CONFIG)


_CAPTURED: Mapping[str, Callable[[Facts, str, Scalar], FieldVerdict]] = {
    "endpointConfigName": _config_name,
    "modelName": _model_name,
}


def _digest(facts: Facts, path: str, name: str, recorded: Scalar) -> FieldVerdict:
    """The one proof of the same image: the digest that the tag meant when the component was made."""
    for component, answer in facts.details.components.items():
        if component.name == name and not component.adapter:
            image = answer.get("Specification", {}).get("Container", {}).get("DeployedImage", {})
            live = str(image.get("ResolvedImage", "")).rpartition("@")[2]
            return equal(path, recorded, live or None, COMPONENT)
    for image in facts.running.get("DeployedImages") or []:
        return equal(path, recorded, str(image.get("ResolvedImage", "")).rpartition("@")[2] or None, ENDPOINT)
    return FieldVerdict(path, Verdict.NOT_COMPARED, recorded, why="no digest is told")


def _job_instance_type(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    live = facts.details.job.get("TransformResources", {}).get("InstanceType")
    yield equal("instanceType", cast("str", value), live, JOB)


def _job_target(_: Facts, value: Json) -> Iterator[FieldVerdict]:
    yield FieldVerdict("deploymentTarget", Verdict.SAME, cast("str", value), "batch-transform", JOB)


_ENDPOINT_RULES: Mapping[str, _Rule] = {
    "instanceType": _instance_type,
    "deploymentTarget": _target,
    "endpointConfig": _endpoint_config,
    "icList": ic_list,
    "parameters": parameters,
    "icEnvironment": ic_environment,
    "live": _captured,
}
_JOB_RULES: Mapping[str, _Rule] = {
    "instanceType": _job_instance_type,
    "deploymentTarget": _job_target,
    "live": _captured,
}
