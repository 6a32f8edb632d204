"""The audit trail: who registered what, when and why, which fields it changed, and what was removed.

Two questions meet where branches met, and each has its own answer. What was *registered* is every commit that made a
record unlike what it was in each of its parents, on whatever branch. What was *live* is what the branch itself had,
step by step along the first parents: a sync or a reader at that time saw this and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, TypeAlias

from registry_tool.git.log import EVERY_COMMIT, FileChange, LogFilter, LoggedCommit, read_log
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.git.signatures import Signature
from registry_tool.record.diff import FieldChange, diff
from registry_tool.record.identity import Json
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path, record_path
from registry_tool.record.load import load
from registry_tool.store.messages import notes_of

Kind: TypeAlias = Literal["registered", "updated", "removed"]

# Every registration has its own; an entry shows them anyway.
_OF_THE_REGISTRATION = frozenset({"registeredAt", "notes"})
_CHUNK = 200
LIVE = LogFilter(first_parent=True)
"""Reads the branch's own steps: what was live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record in one commit. `notes` is the commit's message without its trailers; `changes` is for updates.

    `before` and `after` are the ids of the record's blobs, empty where there is no record. `signature` is the commit's,
    if it was verified. A commit with several `parents` is a merge.
    """

    revision: str
    author: str
    email: str
    at: str
    notes: str
    kind: Kind
    config_id: str
    project_name: str
    status: str
    before: str
    after: str
    changes: tuple[FieldChange, ...]
    parents: tuple[str, ...] = ()
    signature: Signature | None = None


def read_history(
    repository: Repository,
    config_id: str = "",
    *,
    revision: str = "HEAD",
    chosen: LogFilter = EVERY_COMMIT,
    with_changes: bool = False,
) -> Iterator[Entry]:
    """The trail of one record, or of all, newest first: an entry for each record that a commit touched.

    A merge has an entry for a record that it made unlike all of its parents, as in a conflict that was resolved by
    hand; a record that it took over from one of them has its entry there.
    Entries say which fields changed only with `with_changes`: it takes reading twice as much.
    """
    path = record_path(config_id) if config_id else RECORDS
    return _read(repository, path, revision, chosen, with_changes=with_changes)


def read_live(repository: Repository, config_id: str, *, revision: str = "HEAD") -> Iterator[Entry]:
    """What a record was on the branch itself up to `revision`, newest first: an entry for each step that changed it.

    Where a branch was merged, the merge is the step.
    """
    return read_history(repository, config_id, revision=revision, chosen=LIVE)


def read_removals(repository: Repository, config_id: str = "", *, revision: str = "HEAD") -> Iterator[Entry]:
    """The last removal of each record, or of one, that was live and is not there at `revision`; newest first.

    `before` is what was live last, though the branch that brought the removal may have known an older version.
    """
    seen: set[str] = set()
    chosen = replace(LIVE, removals=True)
    with ObjectReader(repository.git) as reader:
        for entry in read_history(repository, config_id, revision=revision, chosen=chosen):
            if entry.config_id not in seen:
                seen.add(entry.config_id)
                if reader.read(f"{revision}:{repository.prefix}{record_path(entry.config_id)}") is None:
                    yield entry


def read_dropped(repository: Repository, prefix: str, *, revision: str = "HEAD") -> Iterator[Entry]:
    """The last registration of each record that is not there at `revision` and never was live on the way to it.

    A merge left them out, or their branch removed them itself. `prefix` is the start of their configIds.
    """
    folder = f"{RECORDS}/{prefix[:2]}" if len(prefix) > 1 else RECORDS
    live: dict[str, bool] = {}
    with ObjectReader(repository.git) as reader:
        for entry in _read(repository, folder, revision, EVERY_COMMIT, with_changes=False):
            key = entry.config_id
            if not entry.after or key in live or not key.startswith(prefix):
                continue
            there = reader.read(f"{revision}:{repository.prefix}{record_path(key)}") is not None
            live[key] = there or next(read_live(repository, key, revision=revision), None) is not None
            if not live[key]:
                yield entry


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record: the commit that brought it, its path in the registry, and its content."""

    revision: str
    path: str
    content: bytes


def read_versions(repository: Repository, revision: str) -> Iterator[Version]:
    """Every distinct version of every record up to `revision`, newest first, including those that a merge dropped."""
    with ObjectReader(repository.git) as reader:
        new = _new_versions(repository, revision)
        while chunk := list(islice(new, _CHUNK)):
            contents = reader.read_many(oid for _, _, oid in chunk)
            for (commit, path, _), content in zip(chunk, contents, strict=True):
                yield Version(commit, path, content or b"")


def _new_versions(repository: Repository, revision: str) -> Iterator[tuple[str, str, str]]:
    seen: set[bytes] = set()
    for commit in read_log(repository, RECORDS, revision=revision):
        for file in commit.files:
            path = file.path.removeprefix(repository.prefix)
            if file.after and is_record_path(path):
                key = bytes.fromhex(file.after + config_id_of(path))
                if key not in seen:
                    seen.add(key)
                    yield commit.revision, path, file.after


def _read(
    repository: Repository, path: str, revision: str, chosen: LogFilter, *, with_changes: bool
) -> Iterator[Entry]:
    with ObjectReader(repository.git) as reader:
        for commit in read_log(repository, path, revision=revision, chosen=chosen):
            for file in commit.files:
                if is_record_path(file.path.removeprefix(repository.prefix)):
                    yield _entry(commit, file, reader, with_changes=with_changes)


def _entry(commit: LoggedCommit, file: FileChange, reader: ObjectReader, *, with_changes: bool) -> Entry:
    shown = _fields(reader, file.after or file.before)
    is_update = file.before and file.after
    return Entry(
        revision=commit.revision,
        parents=commit.parents,
        author=commit.author,
        email=commit.email,
        at=commit.at,
        notes=notes_of(commit.message),
        kind="removed" if not file.after else "updated" if file.before else "registered",
        config_id=config_id_of(file.path),
        project_name=str(shown.get("projectName", "")),
        status=str(shown.get("status", "")),
        before=file.before,
        after=file.after,
        changes=diff(_fields(reader, file.before), shown) if with_changes and is_update else (),
    )


def _fields(reader: ObjectReader, oid: str) -> Mapping[str, Json]:
    """The record in a blob, less what is new in every registration; empty if there is none or it cannot be read."""
    content = reader.read(oid) if oid else None
    if content is None:
        return {}
    document = load(content).document or {}
    return {name: value for name, value in document.items() if name not in _OF_THE_REGISTRATION}
