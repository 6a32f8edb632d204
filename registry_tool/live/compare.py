"""Comparing one record with what its deployment is made of, field by field.

Every field of the record gets one verdict. What looks like drift and is not is told apart here: numbers of another
type, counts that scaling moves, settings that do/deploy never applies, values that are built into the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeAlias, cast

from registry_tool.live.claim import Claim, Component
from registry_tool.live.details import Answer, Details, first_variant
from registry_tool.live.environment import Comparison
from registry_tool.live.match import Sighting, component_path
from registry_tool.live.names import is_made_without_conf
from registry_tool.live.verdict import Field, Verdict
from registry_tool.problems import field_path
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.fields import names
from registry_tool.record.identity import Json
from registry_tool.redact import REDACTED

ENDPOINT, CONFIG = "DescribeEndpoint", "DescribeEndpointConfig"
COMPONENT, MODEL, JOB = "DescribeInferenceComponent", "DescribeModel", "DescribeTransformJob"

_LIST_COMPONENTS = "ListInferenceComponents"
# do/deploy passes only the first sixteen variables, and none whose value is longer.
_MOST_VARIABLES, _LONGEST_VALUE = 16, 1024
# About the record, or about where to look, rather than about what runs.
_PASSED_OVER = frozenset({*names("format", "key", "registration"), "projectName", "awsRegion"})
_NOT_THERE = "it is not there"
_NOT_OURS = "the endpoint belongs to others"


@dataclass(frozen=True, slots=True)
class _Facts:
    claim: Claim
    sighting: Sighting
    details: Details

    @property
    def running(self) -> Answer:
        """The variant as it runs."""
        return first_variant(self.details.endpoint)

    @property
    def configured(self) -> Answer:
        """The variant as the endpoint's configuration has it."""
        return first_variant(self.details.config)

    @property
    def pool(self) -> list[str]:
        """The instance types of a pool; empty if the endpoint has none."""
        return [str(one["InstanceType"]) for one in self.configured.get("InstancePools") or []]


_Rule: TypeAlias = Callable[[_Facts, Json], Iterator[Field]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts as a difference: with `strict_counts` also a count that scaling may have moved.

    Fields whose paths match a glob of `ignore` are not compared.
    """

    strict_counts: bool = False
    ignore: tuple[str, ...] = ()


def compare(sighting: Sighting, details: Details, terms: Terms) -> tuple[Field, ...]:
    """A verdict for each field of the record, in its order; before them what the lists showed to be missing."""
    facts = _Facts(sighting.claim, sighting, details)
    rules = _JOB_RULES if sighting.job else _ENDPOINT_RULES
    fields = list(sighting.fields)
    for name, value in sighting.claim.document.items():
        if name in rules:
            fields += rules[name](facts, value)
        elif name not in _PASSED_OVER:
            fields += _unseen(facts, {name: value})
    return tuple(_under(terms, field) for field in fields)


def _under(terms: Terms, field: Field) -> Field:
    if any(fnmatchcase(field.path, glob) for glob in terms.ignore):
        return replace(field, verdict=Verdict.NOT_COMPARED, why="registry.yaml ignores it")
    if terms.strict_counts and field.verdict is Verdict.SCALED:
        return replace(field, verdict=Verdict.DIFFERS)
    return field


def _unseen(_: _Facts, value: Mapping[str, Json]) -> Iterator[Field]:
    for path, recorded in flatten(value):
        why = _WHY_UNSEEN.get(path.partition(".")[0], "no call tells it")
        yield Field(path, Verdict.NOT_COMPARED, recorded, why=why)


_WHY_UNSEEN = {
    "baseImage": "it is inside the image",
    "modelName": "it is inside the image",
    "modelFormat": "it is inside the image",
    "icConfig": "do/deploy does not apply it",
    "parameters": "it is built into the image",
}


def _equal(path: str, recorded: Scalar, live: Scalar, source: str, *, otherwise: Verdict = Verdict.DIFFERS) -> Field:
    """Whether two values are the same; 1 is 1.0, and no number is 0."""
    same = recorded == live or (not recorded and not live)
    return Field(path, Verdict.SAME if same else otherwise, recorded, live, source)


def _instance_type(facts: _Facts, value: Json) -> Iterator[Field]:
    recorded = cast("str", value)
    if facts.claim.external:
        yield Field("instanceType", Verdict.NOT_COMPARED, recorded, why=_NOT_OURS)
    elif pool := facts.pool:
        placed = [
            str(one["InstanceType"])
            for one in facts.running.get("InstancePools") or []
            if one.get("CurrentInstanceCount")
        ]
        verdict = Verdict.SAME if recorded in pool else Verdict.UNAPPLIED
        why = f"a pool of {', '.join(pool)}"
        yield Field("instanceType", verdict, recorded, ", ".join(placed or pool), ENDPOINT, why)
    else:
        yield _equal("instanceType", recorded, facts.configured.get("InstanceType"), CONFIG)


def _target(facts: _Facts, value: Json) -> Iterator[Field]:
    is_async = "AsyncInferenceConfig" in facts.details.config
    live = "async-inference" if is_async else "realtime-inference"
    yield _equal("deploymentTarget", cast("str", value), live, CONFIG)


def _endpoint_config(facts: _Facts, value: Json) -> Iterator[Field]:
    for name, recorded in cast("Mapping[str, Scalar]", value).items():
        path = f"endpointConfig.{name}"
        if facts.claim.external:
            yield Field(path, Verdict.NOT_COMPARED, recorded, why=_NOT_OURS)
        else:
            yield (
                _SETTINGS[name](facts, path, recorded)
                if name in _SETTINGS
                else Field(path, Verdict.NOT_COMPARED, recorded)
            )


def _instance_count(facts: _Facts, path: str, recorded: Scalar) -> Field:
    # do/deploy always asks for one, so any other number in the record was wrong from the start.
    live = facts.running.get("DesiredInstanceCount", facts.running.get("CurrentInstanceCount"))
    otherwise = Verdict.UNAPPLIED if live == 1 else Verdict.SCALED
    return _equal(path, recorded, live, ENDPOINT, otherwise=otherwise)


def _variant_name(facts: _Facts, path: str, recorded: Scalar) -> Field:
    live = facts.running.get("VariantName")
    otherwise = Verdict.UNAPPLIED if live == "AllTraffic" else Verdict.DIFFERS
    return _equal(path, recorded, live, ENDPOINT, otherwise=otherwise)


def _data_capture(facts: _Facts, path: str, recorded: Scalar) -> Field:
    capture = facts.details.endpoint.get("DataCaptureConfig") or {}
    live = capture.get("CurrentSamplingPercentage", 0) if capture.get("EnableCapture") else 0
    return _equal(path, recorded, live, ENDPOINT, otherwise=Verdict.DIFFERS if live else Verdict.UNAPPLIED)


def _volume_size(facts: _Facts, path: str, recorded: Scalar) -> Field:
    if (live := facts.configured.get("VolumeSizeInGB")) is None:
        return Field(path, Verdict.UNAPPLIED, recorded, source=CONFIG, why="do/deploy leaves it to AWS")
    return _equal(path, recorded, live, CONFIG)


_SETTINGS: Mapping[str, Callable[[_Facts, str, Scalar], Field]] = {
    "initialInstanceCount": _instance_count,
    "variantName": _variant_name,
    "dataCapturePercent": _data_capture,
    "volumeSize": _volume_size,
}


def _ic_list(facts: _Facts, value: Json) -> Iterator[Field]:
    known = {(one.name, one.adapter): one for one in facts.claim.components}
    for entry in cast("list[dict[str, Scalar]]", value):
        component = known.get((str(entry.get("name")), entry.get("isAdapter") is True))
        if component is None:  # of a marketplace model, which has none whatever the record lists
            yield from _unseen(facts, {"icList": [cast("Json", entry)]})
        elif component in facts.sighting.components:
            answer = facts.details.components.get(component)
            if answer is None:
                row = facts.sighting.components[component]
                yield Field(component_path(component), Verdict.DIFFERS, row.name, None, COMPONENT, _NOT_THERE)
            else:
                yield from (_adapter if component.adapter else _component)(facts, component, entry, answer)


def _component(_: _Facts, component: Component, entry: Mapping[str, Scalar], answer: Answer) -> Iterator[Field]:
    path = component_path(component)
    specification = answer.get("Specification", {})
    resources = specification.get("ComputeResourceRequirements", {})
    if "image" in entry:
        asked = specification.get("Container", {}).get("DeployedImage", {}).get("SpecifiedImage")
        live = _tag(asked) if asked else None
        yield replace(_equal(f"{path}.image", entry["image"], live, COMPONENT), why="tags only: a tag can be moved")
    if "gpuCount" in entry:
        live = resources.get("NumberOfAcceleratorDevicesRequired", 0)
        yield _equal(f"{path}.gpuCount", entry["gpuCount"], _whole(live), COMPONENT)
    if "copyCount" in entry:
        live = answer.get("RuntimeConfig", {}).get("DesiredCopyCount", 0)
        yield _equal(f"{path}.copyCount", entry["copyCount"], live, COMPONENT, otherwise=Verdict.SCALED)


def _adapter(facts: _Facts, component: Component, entry: Mapping[str, Scalar], answer: Answer) -> Iterator[Field]:
    path = component_path(component)
    specification = answer.get("Specification", {})
    if "baseIcName" in entry:
        # The record holds the adapter's own name there, which is what it was found by.
        live = facts.sighting.components[component].name
        yield _equal(f"{path}.baseIcName", entry["baseIcName"], live, _LIST_COMPONENTS)
    if "artifactUrl" in entry:
        live = specification.get("Container", {}).get("ArtifactUrl", "")
        same = str(entry["artifactUrl"]).rstrip("/") == live.rstrip("/")
        verdict = Verdict.SAME if same else Verdict.DIFFERS
        yield Field(f"{path}.artifactUrl", verdict, entry["artifactUrl"], live, COMPONENT)
    base = specification.get("BaseInferenceComponentName")
    survey, endpoint = facts.sighting.survey, facts.sighting.endpoint
    if survey and endpoint and base not in {row.name for row in survey.components_of.get(endpoint.name, [])}:
        yield Field(f"{path}.base", Verdict.DIFFERS, None, base, COMPONENT, "its base is not on this endpoint")


def _tag(image: str) -> str:
    """The tag of an image: what follows the last `:` behind the last `/`."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _ic_environment(facts: _Facts, value: Json) -> Iterator[Field]:
    recorded = cast("Mapping[str, str]", value)
    passed = sorted(recorded)[:_MOST_VARIABLES]
    for name in recorded:
        path = field_path(["icEnvironment", name])
        if facts.claim.target != "realtime-inference" or facts.claim.marketplace:
            yield Field(path, Verdict.UNAPPLIED, why="do/deploy passes it to no such target")
        elif name not in passed or len(recorded[name]) > _LONGEST_VALUE:
            yield Field(path, Verdict.UNAPPLIED, why="do/deploy passes sixteen variables of at most 1,024 characters")
        else:
            yield _variable(facts, path, name, recorded[name])


def _variable(facts: _Facts, path: str, name: str, recorded: str) -> Field:
    """The worst of what the components say of a variable that do/deploy gives to all of them."""
    verdict, why = Verdict.UNAPPLIED, "no component of a do/ic file"
    for component, environment in facts.details.environments.items():
        if component is None or component.adapter:
            continue
        if is_made_without_conf(facts.sighting.components[component].name, facts.claim.project):
            continue
        found = environment.compare(name, recorded)
        if found is Comparison.ABSENT or (found is Comparison.OTHER and REDACTED not in recorded):
            return Field(path, Verdict.DIFFERS, source=COMPONENT, why=f"{found} on {component.name}")
        verdict, why = (Verdict.HIDDEN, "set") if REDACTED in recorded else (Verdict.SAME, "")
    return Field(path, verdict, source=COMPONENT, why=why)


def _parameters(facts: _Facts, value: Json) -> Iterator[Field]:
    overridden = cast("Mapping[str, str]", facts.claim.document.get("icEnvironment") or {})
    for name, recorded in cast("Mapping[str, str]", value).items():
        path = field_path(["parameters", name])
        if facts.claim.marketplace and name == "MODEL_PACKAGE_ARN":
            container = facts.details.model.get("PrimaryContainer", {})
            yield _equal(path, recorded, container.get("ModelPackageName"), MODEL)
        elif name in overridden:
            yield Field(path, Verdict.NOT_COMPARED, why="icEnvironment sets it at deploy time")
        else:
            yield _parameter(facts, path, name, recorded)


def _parameter(facts: _Facts, path: str, name: str, recorded: str) -> Field:
    """Only a parameter that is set at deploy time can be compared: the others are built into the image."""
    verdict, source, why = Verdict.NOT_COMPARED, "", "it is built into the image"
    for component, environment in facts.details.environments.items():
        found = environment.compare(name, recorded)
        if found is Comparison.ABSENT:
            continue
        source = COMPONENT if component else MODEL
        if REDACTED in recorded:
            verdict, why = Verdict.HIDDEN, "set"
        elif found is Comparison.OTHER:
            return Field(path, Verdict.DIFFERS, source=source, why=found)
        else:
            verdict, why = Verdict.SAME, ""
    return Field(path, verdict, source=source, why=why)


def _captured(facts: _Facts, value: Json) -> Iterator[Field]:
    """What a registration captured about the deployment: the names that it was found by, and settings."""
    for path, recorded in flatten({"live": value}):
        name = path.removeprefix("live.")
        if name in _CAPTURED:
            yield _CAPTURED[name](facts, path, recorded)
        elif name.startswith("images."):
            yield _digest(facts, path, name.removeprefix("images."), recorded)
    pools = cast("Mapping[str, Json]", value).get("instancePools")
    if isinstance(pools, list) and not facts.claim.external:
        yield _equal("live.instancePools", ", ".join(map(str, pools)), ", ".join(facts.pool), CONFIG)


def _config_name(facts: _Facts, path: str, recorded: Scalar) -> Field:
    if facts.claim.external:
        return Field(path, Verdict.NOT_COMPARED, recorded, why=_NOT_OURS)
    return _equal(path, recorded, facts.details.endpoint.get("EndpointConfigName"), ENDPOINT)


def _model_name(facts: _Facts, path: str, recorded: Scalar) -> Field:
    if facts.sighting.job:
        return _equal(path, recorded, facts.details.job.get("ModelName"), JOB)
    return _equal(path, recorded, facts.configured.get("ModelName"), CONFIG)


def _async_limit(facts: _Facts, path: str, recorded: Scalar) -> Field:
    client = facts.details.config.get("AsyncInferenceConfig", {}).get("ClientConfig", {})
    return _equal(path, recorded, client.get("MaxConcurrentInvocationsPerInstance"), CONFIG)


def _batch_count(facts: _Facts, path: str, recorded: Scalar) -> Field:
    return _equal(path, recorded, facts.details.job.get("TransformResources", {}).get("InstanceCount"), JOB)


_CAPTURED: Mapping[str, Callable[[_Facts, str, Scalar], Field]] = {
    "endpointConfigName": _config_name,
    "modelName": _model_name,
    "asyncMaxConcurrent": _async_limit,
    "batchInstanceCount": _batch_count,
}


def _digest(facts: _Facts, path: str, name: str, recorded: Scalar) -> Field:
    """The one proof of the same image: the digest that the tag meant when the component was made."""
    for component, answer in facts.details.components.items():
        if component.name == name and not component.adapter:
            image = answer.get("Specification", {}).get("Container", {}).get("DeployedImage", {})
            live = str(image.get("ResolvedImage", "")).rpartition("@")[2]
            return _equal(path, recorded, live or None, COMPONENT)
    for image in facts.running.get("DeployedImages") or []:
        return _equal(path, recorded, str(image.get("ResolvedImage", "")).rpartition("@")[2] or None, ENDPOINT)
    return Field(path, Verdict.NOT_COMPARED, recorded, why="no digest is told")


def _job_instance_type(facts: _Facts, value: Json) -> Iterator[Field]:
    live = facts.details.job.get("TransformResources", {}).get("InstanceType")
    yield _equal("instanceType", cast("str", value), live, JOB)


def _job_target(_: _Facts, value: Json) -> Iterator[Field]:
    yield Field("deploymentTarget", Verdict.SAME, cast("str", value), "batch-transform", JOB)


_ENDPOINT_RULES: Mapping[str, _Rule] = {
    "instanceType": _instance_type,
    "deploymentTarget": _target,
    "endpointConfig": _endpoint_config,
    "icList": _ic_list,
    "parameters": _parameters,
    "icEnvironment": _ic_environment,
    "live": _captured,
}
_JOB_RULES: Mapping[str, _Rule] = {
    "instanceType": _job_instance_type,
    "deploymentTarget": _job_target,
    "live": _captured,
}
