"""What is running, as the lists of SageMaker tell it: plain data, without any environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class Listed(StrEnum):
    """What can be listed; the value is the word for it."""

    ENDPOINTS = "endpoints"
    COMPONENTS = "inference components"
    JOBS = "transform jobs"


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object in a list. `owner` is the endpoint of an inference component, and empty for anything else."""

    name: str
    arn: str
    status: str
    created_at: datetime
    modified_at: datetime
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be read: why, in words, and the action that failed (`sagemaker:ListEndpoints`)."""

    reason: str
    action: str = ""

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.reason}: {self.action}" if self.action else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A Deployment of Kubernetes, as far as a record can be compared with it. Its environment is not among it.

    `app` is the label by which the project goes. `gpus` and `node_type` are None if the Deployment asks for none.
    """

    cluster: str
    namespace: str
    name: str
    app: str
    created_at: datetime
    replicas: int
    available: int
    is_settled: bool
    has_failed: bool
    gpus: int | None
    node_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The Deployments of the do scripts in a cluster. `name` is empty for one that nobody named."""

    name: str
    workloads: Sequence[Workload] = ()
    gap: Gap | None = None

    def __str__(self) -> str:
        """Where it looked."""
        return f"cluster {self.name}" if self.name else "the cluster of the kubeconfig"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """All that one account runs in one region, as its lists say.

    `account` is empty if nothing told it. `gaps` holds the lists that were not read to their end: an object that is
    missing from one of those may be there all the same. Without `has_all_jobs`, only the newest jobs are here.
    """

    region: str
    profile: str = ""
    account: str = ""
    endpoints: Mapping[str, ListedObject] = field(default_factory=dict)
    components: Mapping[str, ListedObject] = field(default_factory=dict)
    jobs: Mapping[str, ListedObject] = field(default_factory=dict)
    has_all_jobs: bool = True
    gaps: Mapping[Listed, Gap] = field(default_factory=dict)
    calls: int = 0

    @cached_property
    def components_of(self) -> Mapping[str, list[ListedObject]]:
        """The inference components by the endpoint that they are on."""
        grouped: dict[str, list[ListedObject]] = {}
        for row in self.components.values():
            grouped.setdefault(row.owner, []).append(row)
        return grouped

    def __str__(self) -> str:
        """Where it looked."""
        return f"account {self.account}, {self.region}" if self.account else self.region
