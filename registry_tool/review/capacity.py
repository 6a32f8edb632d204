"""How many instances and GPUs a pull request takes or gives back, by type of instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry_tool.record.identity import Document, Json


@dataclass(frozen=True, slots=True)
class Use:
    """What one record asks for: instances of a type, and the GPUs that its components use on them."""

    instance_type: str
    instances: int
    gpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The instances of a type, and the GPUs in use on them, of all records that a pull request changes."""

    instance_type: str
    instances_before: int
    instances_after: int
    gpus_before: int
    gpus_after: int


def use_of(document: Document | None) -> Use | None:
    """What a record asks for; None if there is no record. An endpoint that does not say how many has one instance."""
    if document is None:
        return None
    endpoint = document.get("endpointConfig")
    instances = _number(endpoint.get("initialInstanceCount"), 1) if isinstance(endpoint, Mapping) else 1
    entries, single = document.get("icList"), document.get("icConfig")
    components = [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []
    if not components and isinstance(single, Mapping):
        components = [single]
    gpus = sum(_number(one.get("gpuCount"), 0) * _number(one.get("copyCount"), 1) for one in components)
    return Use(str(document.get("instanceType", "")), instances, gpus)


def sum_capacity(uses: Iterable[tuple[Use | None, Use | None]]) -> tuple[Capacity, ...]:
    """What changes, by type; types without a change are left out. `uses` are those before and after."""
    sums: dict[str, list[int]] = {}
    for before, after in uses:
        for use, at in ((before, 0), (after, 1)):
            if use:
                counts = sums.setdefault(use.instance_type, [0, 0, 0, 0])
                counts[at] += use.instances
                counts[2 + at] += use.gpus
    return tuple(
        Capacity(
            instance_type=name,
            instances_before=counts[0],
            instances_after=counts[1],
            gpus_before=counts[2],
            gpus_after=counts[3],
        )
        for name, counts in sorted(sums.items())
        if counts[0] != counts[1] or counts[2] != counts[3]
    )


def _number(value: Json, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
