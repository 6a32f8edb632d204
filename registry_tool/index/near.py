"""How far apart two configurations are, in points; and which combinations one model lacks that others have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from registry_tool.index.query import Summary

POINTS: Mapping[str, int] = {
    "modelName": 8,
    "backend": 8,
    "instanceType": 4,
    "deploymentTarget": 3,
    "awsRegion": 1,
}
"""What a field that differs counts. Another size of the same instance family counts half."""
MOST_PARAMETERS = 3
"""What the parameters count at most, at a point for each that differs."""

_PARAMETERS = "parameters"


class WantedConfiguration(NamedTuple):
    """The configuration that a record is to be near to: the fields that are known, and the parameters if they are.

    A model that is not `exact` matches as in a list: by a part of its name.
    """

    fields: Mapping[str, str]
    parameters: Mapping[str, str] | None = None
    exact: bool = True


class Difference(NamedTuple):
    """One field, as it is wanted and as a record has it; empty where there is none."""

    path: str
    wanted: str
    there: str


class Combination(NamedTuple):
    """An engine, an instance family and a region that records of other models have; how many, and one of them."""

    backend: str
    family: str
    region: str
    records: int
    example: str


def family(instance_type: str) -> str:
    """The family of an instance type.

    >>> family("ml.g5.2xlarge")
    'ml.g5'
    """
    return instance_type.rpartition(".")[0] or instance_type


def differences(wanted: WantedConfiguration, summary: Summary) -> list[Difference]:
    """The wanted fields that a record has otherwise."""
    return [
        Difference(name, value, summary[name])
        for name, value in wanted.fields.items()
        if not _is_same(name, value, summary[name], exact=wanted.exact)
    ]


def parameter_differences(wanted: WantedConfiguration, there: Mapping[str, str]) -> list[Difference]:
    """The parameters that a record has otherwise; none if it is not known which are wanted."""
    if wanted.parameters is None:
        return []
    return [
        Difference(f"{_PARAMETERS}.{name}", wanted.parameters.get(name, ""), there.get(name, ""))
        for name in sorted(wanted.parameters.keys() | there.keys())
        if wanted.parameters.get(name) != there.get(name)
    ]


def distance(found: Iterable[Difference]) -> int:
    """What differences count together."""
    points, parameters = 0, 0
    for one in found:
        if one.path.startswith(_PARAMETERS):
            parameters += 1
        elif one.path == "instanceType" and family(one.wanted) == family(one.there):
            points += POINTS[one.path] // 2
        else:
            points += POINTS[one.path]
    return points + min(parameters, MOST_PARAMETERS)


def missing(wanted: WantedConfiguration, summaries: Iterable[Summary]) -> Iterator[Combination]:
    """What other models run on and no record of the wanted model does, the most frequent first."""
    model = wanted.fields["modelName"]
    own: set[tuple[str, str, str]] = set()
    others: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    for summary in summaries:
        combination = (summary["backend"], family(summary["instanceType"]), summary["awsRegion"])
        if _is_same("modelName", model, summary["modelName"], exact=wanted.exact):
            own.add(combination)
        else:
            others[combination] += 1
            examples.setdefault(combination, summary["configId"])
    for combination, records in sorted(others.items(), key=lambda one: (-one[1], one[0])):
        if combination not in own:
            yield Combination(*combination, records, examples[combination])


def _is_same(name: str, wanted: str, there: str, *, exact: bool) -> bool:
    if name == "modelName" and not exact:
        return wanted.lower() in there.lower()
    return wanted.lower() == there.lower()
