"""How ml-container-creator's own registry wrote an entry, and which field of a record each part of it is.

It kept a `registry.json` in `~/.ml-container-creator` and, for `--project`, in a project's own folder of that name: a
list of entries, later in an envelope with a `schemaVersion`. Its export is the same list beside a `version`, less the
region and the role of each. Entries name no project and no configId.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from registry_tool.record.identity import REALTIME, Document, Json, split_deployment_config

EXPORT_VERSION = "1.0"
"""The version of its export format."""

BUILD_STRATEGY = "codebuild-submit"
_FOLDER = ".ml-container-creator"
UNNAMED = "imported"
"""The project's name if neither the entry nor the user says one."""

_PLACES: Mapping[str, tuple[str, str]] = {
    "deploymentConfig": ("deployment", "deploymentConfig"),
    "architecture": ("deployment", "architecture"),
    "backend": ("deployment", "backend"),
    "baseImage": ("deployment", "baseImage"),
    "deploymentTarget": ("deployment", "deploymentTarget"),
    "buildTarget": ("deployment", "buildTarget"),
    "icList": ("deployment", "icList"),
    "modelName": ("model", "modelName"),
    "modelFormat": ("model", "modelFormat"),
    "instanceType": ("infrastructure", "instanceType"),
    "awsRegion": ("infrastructure", "region"),
    "parameters": ("configuration", "parameters"),
    "notes": ("outcome", "notes"),
    "generatorVersion": ("metadata", "generatorVersion"),
}
"""Where each field was: its group, and its name there."""

# Its name for real-time inference until release 1.5, which took both.
_FORMER_TARGETS = {"managed-inference": REALTIME}
# A shell function that was exported; an http entry has the whole environment of the person who registered.
_FUNCTION = "BASH_FUNC_"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What entries do not say: the project they are of, and the region if they come from an export."""

    project: str = ""
    region: str = ""


def project_of(file: Path, home: Path) -> str:
    """The project whose registry `file` is: the folder's name; empty for a personal one, and for any other file."""
    folder = file.parent
    is_project = file.name == "registry.json" and folder.name == _FOLDER and folder.parent != home
    return folder.parent.name if is_project else ""


def to_document(entry: Mapping[str, Json], defaults: Defaults) -> Document:
    """The fields of a record that an entry says, in the clear and unchecked; those that it does not say get defaults.

    The rules are those of do/register: no list of components means one of them, no build strategy codebuild-submit.
    """
    document: Document = {}
    for field, (group, name) in _PLACES.items():
        inside = entry.get(group)
        value = inside.get(name) if isinstance(inside, dict) else None
        if value not in (None, ""):
            document[field] = value
    return _completed(document, entry, defaults)


def from_flat(entry: Mapping[str, Json], defaults: Defaults) -> Document:
    """The same for an entry whose fields have a record's names, all at the top level, with a `timestamp`."""
    document: Document = {
        name: value
        for name, value in entry.items()
        if value not in (None, "") and name not in {"id", "timestamp", "region", "configId", "schemaVersion"}
    }
    if "awsRegion" not in document and entry.get("region"):
        document["awsRegion"] = entry["region"]
    return _completed(document, entry, defaults)


def place_in_entry(path: str) -> str:
    """The path in an entry of what is at `path` in a record.

    >>> place_in_entry("icList[1].gpuCount")
    'deployment.icList[1].gpuCount'
    """
    field = path[: min((path.index(mark) for mark in ".[" if mark in path), default=len(path))]
    if field == "registeredAt":
        return "timestamp"
    group, name = _PLACES.get(field, ("", field))
    return f"{group}.{name}{path[len(field) :]}" if group else path


def to_entry(document: Mapping[str, Json]) -> Document:
    """The entry that its registry would have for a record. Its id, eight hex digits, is the start of the configId."""
    groups: dict[str, dict[str, Json]] = {}
    for field, (group, name) in _PLACES.items():
        value = document.get(field)
        if value is not None or field != "icList":
            groups.setdefault(group, {})[name] = value
    groups["configuration"].update(parameters=document.get("parameters", {}))
    metadata: Document = {
        "generatorVersion": document.get("generatorVersion", "unknown"),
        "source": "local",
        "importedFrom": None,
    }
    return {
        "timestamp": document["registeredAt"],
        "status": document["status"],
        **cast("Document", groups),
        "metadata": metadata,
        "id": str(document["configId"])[:8],
    }


def _completed(document: Document, entry: Mapping[str, Json], defaults: Defaults) -> Document:
    parameters = document.get("parameters")
    if isinstance(parameters, dict):
        document["parameters"] = {
            name: _as_text(value)
            for name, value in parameters.items()
            if value is not None and not name.startswith(_FUNCTION)
        }
    if document.get("generatorVersion") == "unknown":
        del document["generatorVersion"]
    if isinstance(config := document.get("deploymentConfig"), str):
        architecture, backend = split_deployment_config(config)
        document.setdefault("architecture", architecture)
        if backend:
            document.setdefault("backend", backend)
    if defaults.region:
        document.setdefault("awsRegion", defaults.region)
    target = document.setdefault("deploymentTarget", REALTIME)
    if isinstance(target, str):
        document["deploymentTarget"] = _FORMER_TARGETS.get(target, target)
    document.setdefault("projectName", _project_name(document) or defaults.project or UNNAMED)
    document.setdefault("buildStrategy", BUILD_STRATEGY)
    document.setdefault("status", entry.get("status"))
    document.setdefault("registeredAt", entry.get("timestamp"))
    if document["deploymentTarget"] == REALTIME:
        image = f"{document['projectName']}-latest"
        components = document.get("icList") or [{"name": "default"}]
        if isinstance(components, list):
            document["icList"] = [_component(one, image) for one in components]
    return document


def _project_name(document: Document) -> str:
    """The project's name as far as an entry shows it: a variable of an http project, else the first image."""
    parameters, components = document.get("parameters"), document.get("icList")
    if isinstance(parameters, dict) and isinstance(name := parameters.get("PROJECT_NAME"), str):
        return name
    for one in components if isinstance(components, list) else ():
        image = one.get("image") if isinstance(one, dict) else None
        if isinstance(image, str) and image.endswith("-latest"):
            return image.removesuffix("-latest")
    return ""


def _component(one: Json, image: str) -> Json:
    if not isinstance(one, dict):
        return one
    said = {name: value for name, value in one.items() if value not in (None, "") and value is not False}
    is_adapter = said.get("isAdapter") is True
    usual: Document = {"gpuCount": 0, "copyCount": 1} if is_adapter else {"image": image, "gpuCount": 1, "copyCount": 1}
    return {**usual, **said}


def _as_text(value: Json) -> Json:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
