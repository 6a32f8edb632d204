"""Comparing variables with live environments. Only verdicts come out: a live value may be a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from registry_tool.live.claim import Component
from registry_tool.live.environment import Sealed, VariableComparison
from registry_tool.live.facts import COMPONENT, MODEL, Facts
from registry_tool.live.names import is_made_without_conf
from registry_tool.live.verdict import FieldVerdict, Verdict, equal
from registry_tool.problems import field_path
from registry_tool.record.identity import REALTIME, Json
from registry_tool.redact import REDACTED

# do/deploy passes only the first sixteen variables, and none whose value is longer.
_MOST_VARIABLES, _LONGEST_VALUE = 16, 1024
_TOO_MANY = "do/deploy passes sixteen variables of at most 1,024 characters"


def ic_environment(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    """The variables that do/deploy gives to every component of a do/ic file, unless the component has its own."""
    recorded = cast("Mapping[str, str]", value)
    passed = sorted(recorded)[:_MOST_VARIABLES]
    for name, text in recorded.items():
        path = field_path(["icEnvironment", name])
        if facts.claim.target != REALTIME or facts.claim.marketplace:
            yield FieldVerdict(path, Verdict.UNAPPLIED, why="do/deploy passes it to no such target")
        elif name not in passed or len(text) > _LONGEST_VALUE:
            yield FieldVerdict(path, Verdict.UNAPPLIED, why=_TOO_MANY)
        else:
            yield _worst(path, name, text, list(_given(facts, name)))


def own_variables(facts: Facts, component: Component, path: str, recorded: Mapping[str, str]) -> Iterator[FieldVerdict]:
    """The variables that one component has of its own."""
    environment = facts.details.environments.get(component)
    for name, text in recorded.items():
        whole = path + field_path(["environment", name]).removeprefix("environment")
        if environment is None or len(text) > _LONGEST_VALUE:
            yield FieldVerdict(whole, Verdict.UNAPPLIED, why=_TOO_MANY)
        else:
            yield _worst(whole, name, text, [(component, environment)])


def parameters(facts: Facts, value: Json) -> Iterator[FieldVerdict]:
    """Only a parameter that is set at deploy time can be compared: the others are built into the image."""
    overridden = set(cast("Mapping[str, str]", facts.claim.document.get("icEnvironment") or {}))
    overridden.update(name for entry in facts.entries for name in _environment_of(entry))
    for name, recorded in cast("Mapping[str, str]", value).items():
        path = field_path(["parameters", name])
        if facts.claim.marketplace and name == "MODEL_PACKAGE_ARN":
            container = facts.details.model.get("PrimaryContainer", {})
            yield equal(path, recorded, container.get("ModelPackageName"), MODEL)
        elif name in overridden:
            yield FieldVerdict(path, Verdict.NOT_COMPARED, why="icEnvironment sets it at deploy time")
        else:
            yield _parameter(facts, path, name, recorded)


def _given(facts: Facts, name: str) -> Iterator[tuple[Component, Sealed]]:
    """The components to which do/deploy gave a variable of icEnvironment."""
    own = {str(entry.get("name")): _environment_of(entry) for entry in facts.entries if not entry.get("isAdapter")}
    for component, environment in facts.details.environments.items():
        if component is None or component.adapter or name in own.get(component.name, {}):
            continue
        if not is_made_without_conf(facts.sighting.components[component].name, facts.claim.project):
            yield component, environment


def _worst(path: str, name: str, recorded: str, environments: list[tuple[Component, Sealed]]) -> FieldVerdict:
    """The worst of what the environments say of a variable that all of them should have."""
    verdict, why = Verdict.UNAPPLIED, "no component of a do/ic file"
    for component, environment in environments:
        found = environment.compare(name, recorded)
        if found is VariableComparison.ABSENT or (found is VariableComparison.OTHER and REDACTED not in recorded):
            return FieldVerdict(path, Verdict.DIFFERS, source=COMPONENT, why=f"{found} on {component.name}")
        verdict, why = (Verdict.HIDDEN, "set") if REDACTED in recorded else (Verdict.SAME, "")
    return FieldVerdict(path, verdict, source=COMPONENT, why=why)


def _parameter(facts: Facts, path: str, name: str, recorded: str) -> FieldVerdict:
    verdict, source, why = Verdict.NOT_COMPARED, "", "it is built into the image"
    for component, environment in facts.details.environments.items():
        found = environment.compare(name, recorded)
        if found is VariableComparison.ABSENT:
            continue
        source = COMPONENT if component else MODEL
        if REDACTED in recorded:
            verdict, why = Verdict.HIDDEN, "set"
        elif found is VariableComparison.OTHER:
            return FieldVerdict(path, Verdict.DIFFERS, source=source, why=found)
        else:
            verdict, why = Verdict.SAME, ""
    return FieldVerdict(path, verdict, source=source, why=why)


def _environment_of(entry: Mapping[str, Json]) -> Mapping[str, Json]:
    found = entry.get("environment")
    return found if isinstance(found, dict) else {}
