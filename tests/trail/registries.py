"""Registries with a history, made without a project: each commit says when it was made and by whom."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry_tool.git.repository import Repository, open_repository
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, record_path
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from tests.programs import git
from tests.record.strategies import VALID_FILES, read_document

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINIMAL = next(file for file in VALID_FILES if file.name == "minimal.yaml")
EVERY_FIELD = next(file for file in VALID_FILES if file.name == "every-field.yaml")


def new_registry(folder: Path) -> Path:
    """A registry whose first commit is of the day before `NOON`."""
    git("init", "--quiet", str(folder), cwd=folder.parent)
    commit(folder, {MARKER: b"registryFormat: 1\n"}, message="Make it a registry\n", at=NOON - DAY)
    return folder


def opened(root: Path) -> Repository:
    """The repository of a registry, as the tool opens it."""
    repository = open_repository(root, os.environ)
    assert repository is not None
    return repository


def commit(
    root: Path, files: Mapping[str, bytes | None], *, message: str = "change\n", at: datetime = NOON, author: str = ""
) -> str:
    """Commit files as they are; the new commit's id."""
    environment = dict(os.environ) | ({"GIT_AUTHOR_NAME": author} if author else {})
    with Store(root, environment) as store, Writer(store) as writer:
        change = Change(files=files, message=message, at=at)
        return writer.write([change], on_wait=pytest.fail).revisions[0]


def put(root: Path, document: Document, *, notes: str = "change", at: datetime = NOON, author: str = "") -> str:
    """Commit a record; the new commit's id."""
    message = f"{notes}\n\nConfig-Id: {document['configId']}\nRegistry-Format: 1\n"
    path = record_path(str(document["configId"]))
    return commit(root, {path: to_yaml(document)}, message=message, at=at, author=author)


def minimal(**fields: str) -> Document:
    """The shortest valid record, with `fields` replaced."""
    return {**read_document(MINIMAL), **fields}
