"""Which files there are, in a commit, in git's index, or only where they differ: paths, modes and blob ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from registry_tool.git.log import stream
from registry_tool.git.rawdiff import RAW, parse_change
from registry_tool.git.repository import Repository


class CommittedFile(NamedTuple):
    """A file: its path in the registry, its mode as git writes it (`100644`, `120000`, `160000`), its blob's id.

    `in_conflict` marks an unmerged entry of git's index.
    """

    path: str
    mode: str
    oid: str
    in_conflict: bool = False


def committed(repository: Repository, revision: str, folder: str) -> Iterator[CommittedFile]:
    """The files of a commit below `folder`, by path."""
    found = stream(repository, "ls-tree", "-r", "-z", "--full-tree", revision, "--", repository.prefix + folder)
    for line in found:
        about, _, path = line.partition("\t")
        mode, _, oid = about.split(" ")
        yield CommittedFile(path.removeprefix(repository.prefix), mode, oid)


def changed(repository: Repository, before: str, after: str, folder: str) -> Iterator[CommittedFile]:
    """The files below `folder` in which two commits differ, as they are in the second one, by path."""
    return _after(repository, stream(repository, "diff-tree", "-r", *RAW, before, after, "--", folder))


def staged(repository: Repository, folder: str) -> Iterator[CommittedFile]:
    """The files below `folder` in which git's index differs from the tip, as they are in the index."""
    tip = repository.head().tip
    if not tip:
        return in_index(repository, folder)
    return _after(repository, stream(repository, "diff-index", "--cached", *RAW, tip, "--", folder))


def in_index(repository: Repository, *below: str) -> Iterator[CommittedFile]:
    """All files in git's index that are at, or below, one of these paths."""
    for line in stream(repository, "ls-files", "--stage", "-z", "--full-name", "--", *below):
        about, _, path = line.partition("\t")
        mode, oid, stage = about.split(" ")
        yield CommittedFile(path.removeprefix(repository.prefix), mode, oid, stage != "0")


def _after(repository: Repository, tokens: Iterator[str]) -> Iterator[CommittedFile]:
    for about in tokens:
        path = next(tokens).removeprefix(repository.prefix)
        change = parse_change(about)
        yield CommittedFile(path, change.modes[-1], change.oids[-1], change.status == "U")
