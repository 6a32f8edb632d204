"""The registry as an SQLite file for other tools: plain tables that refer to each other, and every registration."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import Document, Json, content_digest

if TYPE_CHECKING:
    from registry_tool.trail.history import Entry

_SCALARS = frozenset({"text", "number", "flag"})


def _columns() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The columns of a record and the field in each; both names where a field is inside another one.

    A field of a group has the group's first word in front, because `gpuCount` alone could belong to anything.
    """
    for field in FIELDS:
        if field.role == "format":
            continue
        if field.kind in _SCALARS:
            yield field.column, (field.name,)
        elif field.kind == "group":
            group = field.column.removesuffix("_config")
            yield from (
                (f"{group}_{inner.column}", (field.name, inner.name)) for inner in field.inner if inner.kind in _SCALARS
            )


_RECORD_COLUMNS = dict(_columns())
_COMPONENT_COLUMNS = {
    inner.column: inner.name
    for field in FIELDS
    if field.name == "icList"
    for inner in field.inner
    if inner.kind in _SCALARS
}
_SCOPES = tuple(field.name for field in FIELDS if field.kind in {"variables", "texts"})
_TABLES = f"""
    CREATE TABLE records (
        config_id TEXT PRIMARY KEY,
        {", ".join(name for name in _RECORD_COLUMNS if name != "config_id")},
        content_digest TEXT NOT NULL -- the same for what is the same but for status, notes, time and project
    ) WITHOUT ROWID;
    CREATE TABLE parameters (
        config_id TEXT NOT NULL REFERENCES records,
        scope TEXT NOT NULL, -- {", ".join(_SCOPES)}, or icList.NAME.environment
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
    for scope in _SCOPES:
        for name, value in cast("Document", document.get(scope, {})).items():
            yield document["configId"], scope, name, value
    for entry in cast("list[Document]", document.get("icList", [])):
        for name, value in cast("Document", entry.get("environment", {})).items():
            yield document["configId"], f"icList.{entry['name']}.environment", name, value


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
