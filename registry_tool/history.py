"""The audit trail: who registered what, when and why, and which fields it changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from registry_tool.diff import FieldChange, diff
from registry_tool.gitrepo.log import FileChange, LoggedCommit, read_log
from registry_tool.gitrepo.objects import ObjectReader
from registry_tool.gitrepo.repository import Repository
from registry_tool.layout import RECORDS, is_record_path, record_path
from registry_tool.load import load
from registry_tool.record import Json

Kind: TypeAlias = Literal["registered", "updated", "removed"]

_TRAILERS = re.compile(r"\n\n(?:[A-Za-z-]+: .*\n?)+\Z")
# Every registration has its own; an entry shows them anyway.
_OF_THE_REGISTRATION = frozenset({"registeredAt", "notes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record in one commit. `notes` is the commit's message without its trailers; `changes` only for an update."""

    revision: str
    author: str
    email: str
    at: str
    notes: str
    kind: Kind
    config_id: str
    project_name: str
    status: str
    changes: tuple[FieldChange, ...]


def read_history(
    repository: Repository, config_id: str = "", *, revision: str = "HEAD", limit: int = 0
) -> Iterator[Entry]:
    """The trail of one record, or of all, newest first: an entry for each record that a commit touched.

    `limit` is the number of commits, 0 for all.
    """
    path = record_path(config_id) if config_id else RECORDS
    with ObjectReader(repository.git) as reader:
        for commit in read_log(repository, path, revision=revision, limit=limit):
            for file in commit.files:
                name = file.path.removeprefix(repository.prefix)
                if is_record_path(name):
                    yield _entry(commit, file, name.rpartition("/")[2].removesuffix(".yaml"), reader)


def _entry(commit: LoggedCommit, file: FileChange, config_id: str, reader: ObjectReader) -> Entry:
    before, after = _fields(reader, file.before), _fields(reader, file.after)
    shown = after if file.after else before
    return Entry(
        revision=commit.revision,
        author=commit.author,
        email=commit.email,
        at=commit.at,
        notes=_TRAILERS.sub("", commit.message).strip("\n"),
        kind="removed" if not file.after else "updated" if file.before else "registered",
        config_id=config_id,
        project_name=str(shown.get("projectName", "")),
        status=str(shown.get("status", "")),
        changes=diff(before, after) if file.before and file.after else (),
    )


def _fields(reader: ObjectReader, oid: str) -> Mapping[str, Json]:
    """The record in a blob, less what is new in every registration; empty if there is none or it cannot be read."""
    content = reader.read(oid) if oid else None
    if content is None:
        return {}
    document = load(content).document or {}
    return {name: value for name, value in document.items() if name not in _OF_THE_REGISTRATION}
