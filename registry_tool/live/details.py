"""Reading what one deployment is made of, object by object. Every environment is sealed as it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from registry_tool.live.claim import Component
from registry_tool.live.client import GoneError, Reader
from registry_tool.live.environment import Sealed, seal
from registry_tool.live.match import Sighting

Answer = Mapping[str, Any]
"""What AWS answered to a describe call, without any environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The answers about one deployment; empty where nothing of the sort belongs to it.

    `environments` holds those of the components, and that of the model under None. A component that was deleted after
    it had been listed is in neither.
    """

    endpoint: Answer = field(default_factory=dict)
    config: Answer = field(default_factory=dict)
    model: Answer = field(default_factory=dict)
    job: Answer = field(default_factory=dict)
    components: Mapping[Component, Answer] = field(default_factory=dict)
    environments: Mapping[Component | None, Sealed] = field(default_factory=dict)


def read_details(reader: Reader, sighting: Sighting) -> Details:
    """Describe all objects of a record that was found.

    `GoneError` if its endpoint or job was deleted after it had been listed, `UnreadableError` if a call failed.
    """
    if sighting.job:
        job = reader.describe("DescribeTransformJob", TransformJobName=sighting.job.name)
        seal(job)
        return Details(job=job)
    assert sighting.endpoint  # noqa: S101  who calls this has found one
    endpoint = reader.describe("DescribeEndpoint", EndpointName=sighting.endpoint.name)
    config = reader.describe("DescribeEndpointConfig", EndpointConfigName=endpoint["EndpointConfigName"])
    environments: dict[Component | None, Sealed] = {}
    model: dict[str, Any] = {}
    if name := first_variant(config).get("ModelName"):
        model = reader.describe("DescribeModel", ModelName=name)
        environments[None] = seal(model)
    components: dict[Component, Answer] = {}
    for component, row in sighting.components.items():
        with suppress(GoneError):
            answer = reader.describe("DescribeInferenceComponent", InferenceComponentName=row.name)
            environments[component] = seal(answer)
            components[component] = answer
    return Details(endpoint=endpoint, config=config, model=model, components=components, environments=environments)


def first_variant(answer: Answer) -> Answer:
    """The production variant of an endpoint or of its configuration: the do scripts make one."""
    variants = answer.get("ProductionVariants") or [{}]
    first: Answer = variants[0]
    return first
