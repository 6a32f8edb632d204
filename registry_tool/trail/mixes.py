"""Records that a merge mixed: what is in them is what neither side had, so nobody ever deployed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry_tool.git.log import LogFilter
from registry_tool.git.merging import read_merged_commit, read_parents
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.identity import Document, content_digest
from registry_tool.record.layout import config_id_of, is_record_path, record_path
from registry_tool.record.load import load_record
from registry_tool.trail.changes import changed_paths
from registry_tool.trail.history import read_history


@dataclass(frozen=True, slots=True)
class Mix:
    """A record that is unlike what each of the commits `sides` had, which a merge brought together."""

    config_id: str
    sides: tuple[str, ...]


def find_merged_mixes(repository: Repository, revisions: str, head: str) -> Iterator[Mix]:
    """The records that merges among `revisions` mixed and that `head` still has as they were mixed."""
    with ObjectReader(repository.git) as reader:
        for entry in read_history(repository, revision=revisions, chosen=LogFilter(merges=True)):
            path = record_path(entry.config_id)
            if entry.after and _is_still(reader, repository, head, path, entry.after):
                found = _mix(reader, repository, path, reader.read(entry.after), entry.parents)
                if found:
                    yield found


def find_mixes_in_progress(repository: Repository) -> Iterator[Mix]:
    """The records that the merge in progress mixed, as they are checked out; also those of a merge at the tip."""
    merged = read_merged_commit(repository)
    sides = ("HEAD", merged) if merged else read_parents(repository, "HEAD")
    if len(sides) < 2 or repository.bare:  # noqa: PLR2004  a merge has two sides or more
        return
    ids = tuple(repository.git.run("rev-parse", f"{side}^{{commit}}").decode().strip() for side in sides)
    with ObjectReader(repository.git) as reader:
        for path in changed_paths(repository, *ids[:2]):
            file = repository.root / path
            if is_record_path(path) and file.is_file() and not file.is_symlink():
                found = _mix(reader, repository, path, file.read_bytes(), ids)
                if found:
                    yield found


def _mix(
    reader: ObjectReader, repository: Repository, path: str, content: bytes | None, sides: Sequence[str]
) -> Mix | None:
    """The record at `path` as a mix, if what it deploys is unlike every side's that has it."""
    mixed = _document(content, path)
    versions = [_document(reader.read(f"{side}:{repository.prefix}{path}"), path) for side in sides]
    digests = {content_digest(version) for version in versions if version}
    if mixed is None or len(digests) < 2 or content_digest(mixed) in digests:  # noqa: PLR2004  there is nothing to mix in one
        return None
    return Mix(config_id_of(path), tuple(sides))


def _document(content: bytes | None, path: str) -> Document | None:
    return load_record(content, path=path)[0] if content else None


def _is_still(reader: ObjectReader, repository: Repository, head: str, path: str, blob: str) -> bool:
    found = reader.look_up(f"{head}:{repository.prefix}{path}")
    return found is not None and found[0] == blob
