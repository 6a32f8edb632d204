"""The records of a revision as the items they want, read from git as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry_tool.ci.item import WantedItem, wanted
from registry_tool.git.objects import FOLDER_MODE
from registry_tool.record.identity import Document
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path
from registry_tool.record.load import load_record
from registry_tool.record.tested import ROOM, find_excess
from registry_tool.rules.schema import check_record
from registry_tool.store.reading import Store

_REGULAR = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file in the records folder, by its path in the registry, and its blob; empty if it is no regular file."""

    path: str
    blob: str

    @property
    def config_id(self) -> str:
        """The key of the record that belongs there."""
        return config_id_of(self.path)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that is no valid record; its item, if there is one, is left as it is."""

    file: RecordFile
    reason: str


def record_files(store: Store, revision: str) -> list[RecordFile]:
    """All files at a place where a record belongs, by configId."""
    found = store.reader.tree(f"{revision}:{store.repository.prefix}{RECORDS}")
    shards = sorted(found[1].items()) if found else []
    files = []
    for shard, tree in shards:
        inner = store.reader.tree(tree.oid) if tree.mode == FOLDER_MODE else None
        for name, entry in sorted(inner[1].items()) if inner else []:
            path = f"{RECORDS}/{shard}/{name}"
            if is_record_path(path):
                files.append(RecordFile(path, entry.oid if entry.mode in _REGULAR else ""))
    return files


def read_wanted(store: Store, files: Sequence[RecordFile]) -> Iterator[WantedItem | Unusable]:
    """What the item of each file is to say, in order; a file that holds no valid record has none."""
    contents = store.reader.read_many(file.blob for file in files if file.blob)
    for file in files:
        document, reason = load_record(next(contents) or b"", path=file.path) if file.blob else (None, "is no file")
        reason = reason or _invalid(document)
        yield Unusable(file, reason) if reason or document is None else wanted(document)


def _invalid(document: Document | None) -> str:
    problems = check_record(document or {})
    if problems:
        return problems[0].describe()
    excess = find_excess(document or {})
    if not excess:
        return ""
    field = ".".join(excess.field)
    return f"has {excess.total:,} bytes, {excess.bytes:,} of them in {field}, and an item has room for {ROOM:,}"
