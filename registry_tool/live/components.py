"""Comparing what a record lists on its endpoint: inference components and LoRA adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from registry_tool.live.claim import Component
from registry_tool.live.details import Answer
from registry_tool.live.facts import COMPONENT, LIST_COMPONENTS, Facts
from registry_tool.live.match import component_path
from registry_tool.live.variables import own_variables
from registry_tool.live.verdict import FieldVerdict, Verdict, equal
from registry_tool.record.diff import Scalar
from registry_tool.record.identity import Json


def ic_list(facts: Facts, _: Json) -> Iterator[FieldVerdict]:
    """A verdict for each field of each entry that was found; who is missing is among the sighting's fields."""
    known = {(one.name, one.adapter): one for one in facts.claim.components}
    for entry in facts.entries:
        component = known.get((str(entry.get("name")), entry.get("isAdapter") is True))
        if component is None:  # a marketplace model has no components, whatever the record lists
            name = str(entry.get("name"))
            yield FieldVerdict(
                f"icList.{name}", Verdict.NOT_COMPARED, name, why="a marketplace model has no components"
            )
        elif component in facts.sighting.components:
            yield from _entry(facts, component, entry)


def _entry(facts: Facts, component: Component, entry: Mapping[str, Json]) -> Iterator[FieldVerdict]:
    answer = facts.details.components.get(component)
    if answer is None:
        name = facts.sighting.components[component].name
        yield FieldVerdict(component_path(component), Verdict.DIFFERS, name, None, COMPONENT, "it is not there")
        return
    rules = _OF_ADAPTER if component.adapter else _OF_COMPONENT
    for name, value in entry.items():
        path = f"{component_path(component)}.{name}"
        if name in rules:
            yield rules[name](facts, component, path, cast("Scalar", value), answer)
        elif name == "environment":
            yield from own_variables(facts, component, path, cast("Mapping[str, str]", value))
        elif name not in {"name", "isAdapter"}:
            yield FieldVerdict(path, Verdict.NOT_COMPARED, cast("Scalar", value), why="no call tells it")
    if component.adapter and "baseComponent" not in entry:
        yield from _lost_base(facts, component, answer)


def _image(_: Facts, __: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    image = answer.get("Specification", {}).get("Container", {}).get("DeployedImage", {})
    asked = image.get("SpecifiedImage")
    if not asked:
        return FieldVerdict(path, Verdict.NOT_COMPARED, recorded, source=COMPONENT, why="it has no image of its own")
    compared = equal(path, recorded, _tag(asked), COMPONENT)
    digest = str(image.get("ResolvedImage", "")).rpartition("@")[2]
    return replace(compared, why="tags only: a tag can be moved", image=asked, digest=digest)


def _tag(image: str) -> str:
    """The tag of an image: what follows the last `:` behind the last `/`."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def _gpus(_: Facts, __: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    live = _resources(answer).get("NumberOfAcceleratorDevicesRequired", 0)
    return equal(path, recorded, int(live) if live == int(live) else live, COMPONENT)


def _memory(_: Facts, __: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    return equal(path, recorded, _resources(answer).get("MinMemoryRequiredInMb"), COMPONENT)


def _resources(answer: Answer) -> Answer:
    found: Answer = answer.get("Specification", {}).get("ComputeResourceRequirements", {})
    return found


def _copies(_: Facts, __: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    live = answer.get("RuntimeConfig", {}).get("DesiredCopyCount", 0)
    return equal(path, recorded, live, COMPONENT, otherwise=Verdict.SCALED)


def _own_name(facts: Facts, component: Component, path: str, recorded: Scalar, _: Answer) -> FieldVerdict:
    # `baseIcName` holds the adapter's own name in SageMaker, which is what it was found by.
    return equal(path, recorded, facts.sighting.components[component].name, LIST_COMPONENTS)


def _weights(_: Facts, __: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    live = answer.get("Specification", {}).get("Container", {}).get("ArtifactUrl", "")
    same = str(recorded).rstrip("/") == live.rstrip("/")
    return FieldVerdict(path, Verdict.SAME if same else Verdict.DIFFERS, recorded, live, COMPONENT)


def _base(facts: Facts, _: Component, path: str, recorded: Scalar, answer: Answer) -> FieldVerdict:
    base = answer.get("Specification", {}).get("BaseInferenceComponentName")
    by_deployed = {name: own for own, name in facts.deployed.items()}
    return equal(path, recorded, by_deployed.get(base, base), COMPONENT)


def _lost_base(facts: Facts, component: Component, answer: Answer) -> Iterator[FieldVerdict]:
    """A record of an adapter that does not name its base: whatever it is, it must be on the same endpoint."""
    base = answer.get("Specification", {}).get("BaseInferenceComponentName")
    survey, endpoint = facts.sighting.survey, facts.sighting.endpoint
    if survey and endpoint and base not in {row.name for row in survey.components_of.get(endpoint.name, [])}:
        path = f"{component_path(component)}.base"
        yield FieldVerdict(path, Verdict.DIFFERS, None, base, COMPONENT, "its base is not on this endpoint")


_Rule = Callable[[Facts, Component, str, Scalar, Answer], FieldVerdict]
_OF_COMPONENT: Mapping[str, _Rule] = {
    "image": _image,
    "gpuCount": _gpus,
    "copyCount": _copies,
    "minMemorySize": _memory,
}
_OF_ADAPTER: Mapping[str, _Rule] = {"baseIcName": _own_name, "artifactUrl": _weights, "baseComponent": _base}
