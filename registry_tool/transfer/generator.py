"""What a record was generated with: the command line of ml-container-creator that makes such a project again.

Every value is joined to its option by `=`, so that none can become an option itself. A redacted value is not passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry_tool.record.canonical import number
from registry_tool.record.identity import Document, Json
from registry_tool.redact import REDACTED

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "ml-container-creator"

_OPTIONS: Mapping[str, str] = {
    "projectName": "project-name",
    "deploymentConfig": "deployment-config",
    "modelName": "model-name",
    "modelFormat": "model-format",
    "instanceType": "instance-type",
    "awsRegion": "region",
    "deploymentTarget": "deployment-target",
    "buildTarget": "build-target",
    "baseImage": "base-image",
}
_GROUPED_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "endpointConfig": {
        "initialInstanceCount": "endpoint-initial-instance-count",
        "dataCapturePercent": "endpoint-data-capture-percent",
        "variantName": "endpoint-variant-name",
        "volumeSize": "endpoint-volume-size",
    },
    "icConfig": {
        "cpuCount": "ic-cpu-count",
        "memorySize": "ic-memory-size",
        "gpuCount": "ic-gpu-count",
        "copyCount": "ic-copy-count",
        "modelWeight": "ic-model-weight",
    },
}
# Architectures whose parameters come from the user; for the others, the generator makes them itself.
_CONFIGURED = frozenset({"transformers", "diffusors"})
_FROM_MODEL_NAME = "HF_MODEL_ID"


@dataclass(frozen=True, slots=True)
class Replay:
    """The words of the command line; the values that a user has to supply; and what no option says, in words."""

    words: tuple[str, ...]
    to_supply: tuple[str, ...]
    left_out: tuple[str, ...]


def replay(document: Document) -> Replay:
    """The command line that makes the project of a record again, as far as one can."""
    words = [PROGRAM]
    to_supply: list[str] = []
    for option, name, value in _values(document):
        if REDACTED in value:
            to_supply.append(name)
        else:
            words.append(f"--{option}={value}")
    return Replay(tuple(words), tuple(to_supply), tuple(_left_out(document)))


def _values(document: Document) -> Iterator[tuple[str, str, str]]:
    """Each option with the name of what it sets, for people, and its value."""
    for field, option in _OPTIONS.items():
        if field in document and not (field == "modelFormat" and document.get("architecture") == "transformers"):
            yield option, f"--{option}", _text(document[field])
    for group, options in _GROUPED_OPTIONS.items():
        for name, value in _members(document, group):
            yield options[name], f"--{options[name]}", _text(value)
    is_configured = document.get("architecture") in _CONFIGURED
    for name, value in _members(document, "parameters"):
        # For the others, only what was redacted matters: nobody but the user has it.
        if name != _FROM_MODEL_NAME and (is_configured or REDACTED in _text(value)):
            yield "model-env", name, f"{name}={_text(value)}"
    for name, value in _members(document, "icEnvironment"):
        yield "ic-env", name, f"{name}={_text(value)}"


def _left_out(document: Document) -> Iterator[str]:
    listed = document.get("icList")
    entries: Sequence[Json] = listed if isinstance(listed, list) else ()
    adapters = [one for one in entries if isinstance(one, dict) and one.get("isAdapter") is True]
    if len(entries) - len(adapters) > 1:
        yield f"{len(entries) - len(adapters)} inference components (do/add-ic)"
    if adapters:
        yield f"{len(adapters)} adapter{'s' if len(adapters) > 1 else ''} (do/adapter)"
    for name, _ in _members(document, "parameters"):
        if name.endswith("config.pbtxt"):
            yield name


def _members(document: Document, group: str) -> list[tuple[str, Json]]:
    members = document.get(group)
    return list(members.items()) if isinstance(members, dict) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else number(value) if isinstance(value, int | float) else ""
