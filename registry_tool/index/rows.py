"""Reading blobs into the index's rows: on this processor, or on all of them where there is much to read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import NamedTuple, TypeAlias

from registry_tool.git.objects import MissingObjectError, ObjectReader
from registry_tool.git.process import Git
from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import Document, text_of

SUMMARY: Mapping[str, str] = {field.name: field.column for field in FIELDS if field.in_summary}
"""The summary's fields, as the record names them, and their columns. `notes` is their first line."""

INDEXED: Mapping[str, str] = {**SUMMARY, "labels": "labels"}
"""What the index holds: the summary, and the labels as a JSON object, which lists filter by."""

# Starting processes costs as much as reading about this many records.
_MANY = 2_000
_CHUNK = 500


class IndexedFile(NamedTuple):
    """A file to read: its path in the registry, the shard it lies in, its blob."""

    path: str
    shard: str
    blob: str


class IndexRow(NamedTuple):
    """What reading a file gave: the cells of its record, or the reason why it cannot be read."""

    file: IndexedFile
    cells: tuple[str, ...]
    reason: str


def composed(text: str) -> str:
    """The text with each letter and its accents as one character (Unicode's NFC), as most people type it."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


MakeCells: TypeAlias = Callable[[Document], tuple[str, ...]]
"""What a record becomes; a function at the top of a module, because other processes call it."""


def summarise(document: Document) -> tuple[str, ...]:
    """The cells of `INDEXED`, each a text; a secret that was committed by hand is hidden in them."""
    labels = document.get("labels")
    cells = [
        *(
            text.partition("\n")[0] if name == "notes" else text
            for name, text in ((name, text_of(document.get(name))) for name in SUMMARY)
        ),
        json.dumps(labels) if labels else "{}",
    ]
    from registry_tool.redact import redact_texts  # an unchanged registry is listed without

    return redact_texts(cells)


def read_rows(
    reader: ObjectReader, files: Sequence[IndexedFile], make: MakeCells, *, on_progress: Callable[[int, int], None]
) -> Iterator[IndexRow]:
    """A row for each file, in any order. `on_progress` is told how many of how many are done."""
    if len(files) < _MANY:
        yield from _read_chunk(reader, make, files)
        return
    from functools import partial
    from multiprocessing import get_context

    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    done = 0
    with get_context("fork").Pool(os.cpu_count()) as pool:
        for rows in pool.imap_unordered(partial(_work, reader.git, make), chunks):
            yield from rows
            done += len(rows)
            on_progress(done, len(files))


def _work(git: Git, make: MakeCells, files: Sequence[IndexedFile]) -> list[IndexRow]:
    with ObjectReader(git) as reader:
        return list(_read_chunk(reader, make, files))


def _read_chunk(reader: ObjectReader, make: MakeCells, files: Sequence[IndexedFile]) -> Iterator[IndexRow]:
    if not files:
        return
    from registry_tool.record.load import load_record  # an unchanged registry is listed without

    with closing(reader.read_many(file.blob for file in files)) as contents:
        for file, content in zip(files, contents, strict=True):
            if content is None:
                raise MissingObjectError(file.path, file.blob)
            document, reason = load_record(content, path=file.path)
            yield IndexRow(file, make(document) if document else (), reason)
