"""Registries with records in them, made without a project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from registry_tool.index import Index
from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import MARKER, record_path
from registry_tool.rules.validate import derive_config_id
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from tests.programs import git

if TYPE_CHECKING:
    from pathlib import Path

    from registry_tool.record.identity import Document

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def record(**fields: str) -> Document:
    """A valid record; `fields` replace its own."""
    document: Document = {
        "schemaVersion": 1,
        "projectName": "qwen",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": "async-inference",
        "buildStrategy": "codebuild-submit",
        "status": "success",
        "registeredAt": "2026-03-01T12:00:00Z",
        **fields,
    }
    return {**document, "configId": derive_config_id(document)}


Commit = Callable[..., None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty registry."""
    git("init", "--quiet", cwd=tmp_path)
    commit(tmp_path, {MARKER: b"registryFormat: 1\n"})
    return tmp_path


@contextmanager
def indexed(
    root: Path, revision: str = "HEAD", *, on_progress: Callable[[int, int], None] = lambda _done, _of: None
) -> Iterator[Index]:
    """The index of a registry."""
    with (
        Store(root, os.environ) as store,
        Index(store.repository, store.reader, revision, on_progress=on_progress) as index,
    ):
        yield index


def commit(root: Path, files: dict[str, bytes | None]) -> None:
    """Commit files as they are."""
    with Store(root, os.environ) as store, Writer(store) as writer:
        writer.write([Change(files=files, message="change\n", at=NOON)], on_wait=pytest.fail)


def put(root: Path, *documents: Document) -> None:
    """Commit records."""
    commit(root, {record_path(str(document["configId"])): to_yaml(document) for document in documents})
