"""What differs between two revisions of a registry, record by record: the change feed.

Its law: the records at one revision, with the changes up to another applied, are the records at the other. A file that
is no readable record counts as none, as it does in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from registry_tool.git.log import read_difference
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.diff import FieldChange, diff
from registry_tool.record.identity import Document
from registry_tool.record.layout import RECORDS
from registry_tool.record.load import load_record

Kind: TypeAlias = Literal["added", "changed", "removed"]

# Records in memory at a time; git reads ahead this far.
_CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A record that was added (`before` is None), removed (`after` is None) or changed, and in which `fields`."""

    kind: Kind
    config_id: str
    before: Document | None
    after: Document | None
    fields: tuple[FieldChange, ...]


def read_changes(
    repository: Repository, before: str, after: str, *, on_unreadable: Callable[[str], None]
) -> Iterator[RecordChange]:
    """The records in which two commits, given by their ids, differ; by configId. `on_unreadable` is told of files."""
    files = read_difference(repository, before, after, RECORDS)
    with ObjectReader(repository.git) as reader:
        while chunk := list(islice(files, _CHUNK)):
            contents = reader.read_many(oid for file in chunk for oid in (file.before, file.after) if oid)
            for file in chunk:
                path = file.path.removeprefix(repository.prefix)
                old = _document(path, next(contents), on_unreadable) if file.before else None
                new = _document(path, next(contents), on_unreadable) if file.after else None
                if change := compare(old, new):
                    yield change


def changed_paths(repository: Repository, before: str, after: str) -> Iterator[str]:
    """The paths in the registry of the files among its records in which two commits differ."""
    return (file.path.removeprefix(repository.prefix) for file in read_difference(repository, before, after, RECORDS))


def compare(before: Document | None, after: Document | None) -> RecordChange | None:
    """The change from one version of a record to another, None being its absence; None if there is no change."""
    if before == after:
        return None
    return RecordChange(
        kind="added" if before is None else "removed" if after is None else "changed",
        config_id=str((after or before or {})["configId"]),
        before=before,
        after=after,
        fields=diff(before, after) if before is not None and after is not None else (),
    )


def _document(path: str, content: bytes | None, on_unreadable: Callable[[str], None]) -> Document | None:
    document, reason = load_record(content or b"", path=path)
    if reason:
        on_unreadable(f"{path} cannot be read: {reason}")
    return document
