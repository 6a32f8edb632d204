"""What an editor needs to help with a registry's files: the schemas beside them, and which file each is for.

An editor must not need the network, and one schema has to do for records of every version. So the versions are put
into one document, and nothing in it refers to anything outside.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from registry_tool.record.fields import RECORD_VERSIONS
from registry_tool.record.layout import MARKER, POLICY, RECORDS
from registry_tool.rules.schema import load

if TYPE_CHECKING:
    from registry_tool.record.identity import Json

FOLDER = ".vscode"
_SCHEMAS = {
    "registry-record.schema.json": f"{RECORDS}/**/*.yaml",
    "registry-settings.schema.json": MARKER,
    "registry-policy.schema.json": POLICY,
}
"""Each schema's file in `FOLDER`, and the files of a registry that it is for."""


def editor_files() -> dict[str, bytes]:
    """The files, by path, with which VS Code and what else reads its settings check and complete a registry's files."""
    schemas = {
        "registry-record.schema.json": any_record(),
        "registry-settings.schema.json": _without_id(load("registry-1")),
        "registry-policy.schema.json": _without_id(load("policy-1")),
    }
    yaml = {f"{FOLDER}/{file}": files for file, files in _SCHEMAS.items() if files != POLICY}
    settings = {
        "yaml.schemas": yaml,
        "json.schemas": [{"fileMatch": [f"/{POLICY}"], "url": f"./{FOLDER}/registry-policy.schema.json"}],
    }
    files = {f"{FOLDER}/settings.json": settings, **{f"{FOLDER}/{file}": schemas[file] for file in _SCHEMAS}}
    return {path: f"{json.dumps(content, indent=2)}\n".encode() for path, content in files.items()}


def any_record() -> dict[str, Json]:
    """One schema for the records of every version: each is held to the schema that it names, by default the newest."""
    *older, newest = RECORD_VERSIONS
    schema: Json = {"$ref": f"#/$defs/record-{newest}"}
    for version in older:
        says_so: Json = {"properties": {"schemaVersion": {"const": version}}, "required": ["schemaVersion"]}
        schema = {"if": says_so, "then": {"$ref": f"#/$defs/record-{version}"}, "else": schema}
    definitions: dict[str, Json] = {}
    for version in RECORD_VERSIONS:
        own = cast("dict[str, Json]", _renamed(_without_id(load(f"record-{version}")), f"v{version}-"))
        definitions |= {f"v{version}-{name}": one for name, one in cast("dict[str, Json]", own.pop("$defs")).items()}
        definitions[f"record-{version}"] = {name: one for name, one in own.items() if name != "$schema"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record",
        "allOf": [schema],
        "$defs": definitions,
    }


def _without_id(schema: dict[str, Json]) -> dict[str, Json]:
    """An editor would look up what a schema with an address refers to at that address."""
    return {name: one for name, one in schema.items() if name != "$id"}


def _renamed(node: Json, prefix: str) -> Json:
    """The schema with its references pointing at definitions whose names have the prefix."""
    if isinstance(node, list):
        return [_renamed(one, prefix) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"#/$defs/{prefix}{one.removeprefix('#/$defs/')}"
        if key == "$ref" and isinstance(one, str)
        else _renamed(one, prefix)
        for key, one in node.items()
    }
