"""The registry as an SQLite file for other tools: plain tables that refer to each other, and every registration."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from registry_tool.record.identity import Document, Json, content_digest

if TYPE_CHECKING:
    from registry_tool.trail.history import Entry

# Of a field inside another one, both are named.
_RECORD_COLUMNS: dict[str, tuple[str, ...]] = {
    "config_id": ("configId",),
    "project_name": ("projectName",),
    "deployment_config": ("deploymentConfig",),
    "architecture": ("architecture",),
    "backend": ("backend",),
    "model_name": ("modelName",),
    "model_format": ("modelFormat",),
    "instance_type": ("instanceType",),
    "aws_region": ("awsRegion",),
    "deployment_target": ("deploymentTarget",),
    "build_target": ("buildTarget",),
    "build_strategy": ("buildStrategy",),
    "base_image": ("baseImage",),
    "endpoint_initial_instance_count": ("endpointConfig", "initialInstanceCount"),
    "endpoint_data_capture_percent": ("endpointConfig", "dataCapturePercent"),
    "endpoint_variant_name": ("endpointConfig", "variantName"),
    "endpoint_volume_size": ("endpointConfig", "volumeSize"),
    "ic_cpu_count": ("icConfig", "cpuCount"),
    "ic_memory_size": ("icConfig", "memorySize"),
    "ic_gpu_count": ("icConfig", "gpuCount"),
    "ic_copy_count": ("icConfig", "copyCount"),
    "ic_model_weight": ("icConfig", "modelWeight"),
    "status": ("status",),
    "notes": ("notes",),
    "generator_version": ("generatorVersion",),
    "registered_at": ("registeredAt",),
    "project_remote": ("project", "remote"),
    "project_commit": ("project", "commit"),
    "project_branch": ("project", "branch"),
    "project_dirty": ("project", "dirty"),
    "project_path": ("project", "path"),
}
_COMPONENT_COLUMNS = {
    "name": "name",
    "is_adapter": "isAdapter",
    "base_ic_name": "baseIcName",
    "image": "image",
    "artifact_url": "artifactUrl",
    "gpu_count": "gpuCount",
    "copy_count": "copyCount",
}
_TABLES = f"""
    CREATE TABLE records (
        config_id TEXT PRIMARY KEY,
        {", ".join(name for name in _RECORD_COLUMNS if name != "config_id")},
        content_digest TEXT NOT NULL -- the same for what is the same but for status, notes, time and project
    ) WITHOUT ROWID;
    CREATE TABLE parameters (
        config_id TEXT NOT NULL REFERENCES records,
        scope TEXT NOT NULL, -- parameters or icEnvironment
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (config_id, scope, name)
    ) WITHOUT ROWID;
    CREATE TABLE components (
        config_id TEXT NOT NULL REFERENCES records,
        position INTEGER NOT NULL, -- in the record's icList, from 0
        {", ".join(_COMPONENT_COLUMNS)},
        PRIMARY KEY (config_id, position)
    ) WITHOUT ROWID;
    CREATE TABLE registrations (
        revision TEXT NOT NULL, -- the commit
        config_id TEXT NOT NULL,
        record TEXT REFERENCES records, -- as config_id; null where the record is not in this file, or no longer there
        kind TEXT NOT NULL, -- registered, updated or removed
        at TEXT NOT NULL,
        author TEXT NOT NULL,
        email TEXT NOT NULL,
        project_name TEXT NOT NULL,
        status TEXT NOT NULL,
        notes TEXT NOT NULL,
        PRIMARY KEY (config_id, revision)
    ) WITHOUT ROWID;
    CREATE INDEX records_project_name ON records (project_name);
    CREATE INDEX parameters_name ON parameters (name, value);
    CREATE INDEX registrations_at ON registrations (at);
"""


def write_database(file: Path, documents: Iterable[Document], registrations: Iterable[Entry]) -> None:
    """Write records and registrations to a new database in `file`."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        # A file that is not whole is thrown away, so no journal has to say how to mend it.
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; {_TABLES}")
        ids: set[str] = set()
        for document in documents:
            ids.add(str(document["configId"]))
            _put(connection, "records", [_record_row(document)])
            _put(connection, "parameters", _parameter_rows(document))
            _put(connection, "components", _component_rows(document))
        _put(connection, "registrations", (_registration_row(entry, ids) for entry in registrations))
        connection.execute("COMMIT")
    finally:
        connection.close()


def _put(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Json, ...]]) -> None:
    rows = iter(rows)
    for first in rows:
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608  a constant's name
        connection.execute(insert, first)
        connection.executemany(insert, rows)


def _record_row(document: Document) -> tuple[Json, ...]:
    return (*(_at(document, path) for path in _RECORD_COLUMNS.values()), content_digest(document))


def _parameter_rows(document: Document) -> Iterator[tuple[Json, ...]]:
    for scope in ("parameters", "icEnvironment"):
        for name, value in cast("Document", document.get(scope, {})).items():
            yield document["configId"], scope, name, value


def _component_rows(document: Document) -> Iterator[tuple[Json, ...]]:
    for position, entry in enumerate(cast("list[Document]", document.get("icList", []))):
        yield document["configId"], position, *(entry.get(name) for name in _COMPONENT_COLUMNS.values())


def _registration_row(entry: Entry, ids: set[str]) -> tuple[Json, ...]:
    return (
        entry.revision,
        entry.config_id,
        entry.config_id if entry.config_id in ids else None,
        entry.kind,
        entry.at,
        entry.author,
        entry.email,
        entry.project_name,
        entry.status,
        entry.notes,
    )


def _at(document: Document, path: tuple[str, ...]) -> Json:
    value: Json = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
