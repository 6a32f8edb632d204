"""What a comparison has at hand: the record's claim, where it was found, and what AWS said of its objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from registry_tool.live.claim import Claim
from registry_tool.live.details import Answer, Details, first_variant
from registry_tool.live.match import Sighting
from registry_tool.record.identity import Json

ENDPOINT, CONFIG = "DescribeEndpoint", "DescribeEndpointConfig"
COMPONENT, MODEL, JOB = "DescribeInferenceComponent", "DescribeModel", "DescribeTransformJob"
LIST_COMPONENTS = "ListInferenceComponents"
"""The calls, as a field names its source."""
NOT_OURS = "the endpoint belongs to others"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may look at."""

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

    @property
    def deployed(self) -> Mapping[str, str]:
        """The names in SageMaker of the components that are not adapters, by the record's names."""
        return {one.name: row.name for one, row in self.sighting.components.items() if not one.adapter}

    @property
    def entries(self) -> list[dict[str, Json]]:
        """The record's icList."""
        return cast("list[dict[str, Json]]", self.claim.document.get("icList") or [])
