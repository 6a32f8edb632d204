"""Reading blobs into the index's rows: on this processor, or on all of them where there is much to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from registry_tool.gitrepo.objects import ObjectReader
from registry_tool.gitrepo.process import Git
from registry_tool.layout import record_path
from registry_tool.record import Document, Json

SUMMARY: Mapping[str, str] = {
    "configId": "config_id",
    "projectName": "project_name",
    "deploymentConfig": "deployment_config",
    "architecture": "architecture",
    "backend": "backend",
    "modelName": "model_name",
    "instanceType": "instance_type",
    "awsRegion": "aws_region",
    "deploymentTarget": "deployment_target",
    "baseImage": "base_image",
    "status": "status",
    "notes": "notes",
    "registeredAt": "registered_at",
}
"""The summary's fields, as the record names them, and their columns. `notes` is their first line."""

# Starting processes costs as much as reading about this many records.
_MANY = 2_000
_CHUNK = 500


class File(NamedTuple):
    """A file to read: its path in the registry, the shard it lies in, its blob."""

    path: str
    shard: str
    blob: str


class Row(NamedTuple):
    """What a file says: its summary, or the reason why it cannot be read."""

    file: File
    summary: tuple[str, ...]
    reason: str


def read_rows(git: Git, files: Sequence[File], *, on_progress: Callable[[int, int], None]) -> Iterator[Row]:
    """A row for each file, in any order. `on_progress` is told how many of how many are done."""
    if len(files) < _MANY:
        yield from _read_chunk(git, files)
        return
    from multiprocessing import get_context

    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    done = 0
    with get_context("fork").Pool(os.cpu_count(), _start_worker, (git,)) as pool:
        for rows in pool.imap_unordered(_work, chunks):
            yield from rows
            done += len(rows)
            on_progress(done, len(files))


_worker_git: Git | None = None


def _start_worker(git: Git) -> None:
    global _worker_git  # noqa: PLW0603  a worker process's own
    _worker_git = git


def _work(files: Sequence[File]) -> list[Row]:
    if _worker_git is None:
        raise RuntimeError
    return list(_read_chunk(_worker_git, files))


def _read_chunk(git: Git, files: Sequence[File]) -> Iterator[Row]:
    if not files:
        return
    with ObjectReader(git) as reader:
        for file, content in zip(files, reader.read_many(file.blob for file in files), strict=True):
            document, reason = _read(file.path, content or b"")
            yield Row(file, tuple(_summary(document)) if document else (), reason)


def _read(path: str, content: bytes) -> tuple[Document | None, str]:
    from registry_tool.load import load  # an unchanged registry is listed without

    parsed = load(content, file=path)
    if parsed.document is None:
        first = parsed.problems[0]
        return None, f"line {first.line}: {first.message}"
    if record_path(str(parsed.document.get("configId", ""))) != path:
        return None, "its configId is not its name"
    return parsed.document, ""


def _summary(document: Mapping[str, Json]) -> Iterator[str]:
    for name in SUMMARY:
        value = document.get(name)
        text = value if isinstance(value, str) else "" if value is None else str(value)
        yield text.partition("\n")[0] if name == "notes" else text
