"""Replaying commits on top of others: read what they change, write it again, and move the branch in one step.

It works on trees. The checkout is not touched until the branch moves, and the branch moves only if nobody else moved
it meanwhile.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

from registry_tool.git.commits import Commit, write_commits
from registry_tool.git.identity import Identity
from registry_tool.git.objects import ObjectReader, TreeEntry
from registry_tool.git.process import GitError
from registry_tool.git.rawdiff import RAW, parse_change
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.paths import REPLAYED

Entry: TypeAlias = "TreeEntry | None"
"""What a tree has at a path; None for nothing."""

_SIGNATURE = re.compile(r"(.*?) ?<([^>]*)> (\d{1,11}) ([+-])(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommit:
    """A commit that exists: its id, its parents' ids, and itself as a commit to be made again."""

    revision: str
    parents: tuple[str, ...]
    commit: Commit

    @property
    def changed(self) -> Mapping[str, Entry]:
        """What it made of each path that it changed."""
        return {**dict.fromkeys(self.commit.files), **self.commit.entries}


def read_commits(repository: Repository, reader: ObjectReader, *wanted: str) -> list[StoredCommit]:
    """The commits that `wanted` means to `git rev-list`, oldest first: ids, and ids behind `^` to leave out."""
    revisions = repository.git.run("rev-list", "--topo-order", "--reverse", *wanted, "--").decode().split()
    changes = _changes_of(repository, revisions)
    return [_stored(revision, reader.read(revision) or b"", changes.get(revision, {})) for revision in revisions]


def read_commit(reader: ObjectReader, revision: str) -> StoredCommit:
    """One commit by its id, without what it changes."""
    return _stored(revision, reader.read(revision) or b"", {})


def read_changes(repository: Repository, before: str, after: str) -> dict[str, tuple[Entry, Entry]]:
    """What two commits, given by their ids, have at each path in which they differ; `before` may be empty."""
    empty = hashlib.new(repository.object_format, b"tree 0\0").hexdigest()
    pieces = iter(_pieces(repository.git.run("diff-tree", "-r", *RAW, before or empty, after, "--")))
    return {next(pieces): _entries(about) for about in pieces}


@contextmanager
def replayed(
    repository: Repository, onto: str, commits: Sequence[Commit], *, signing: Sequence[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Write `commits` on top of the commit `onto`, and no branch moves; the new ids, in order.

    Until the end of the block a ref of ours holds them, so that no `git gc --prune=now` takes them away; after one that
    fails, until `drop_attempts`.
    """
    yield write_commits(repository, REPLAYED, onto, commits, signing=signing)
    repository.git.attempt("update-ref", "-d", REPLAYED)


def is_ancestor(repository: Repository, older: str, newer: str) -> bool:
    """Whether the commit `older` is `newer` or in its history; False if there is no such commit."""
    status, _, _ = repository.git.attempt("merge-base", "--is-ancestor", older, newer)
    return status == 0


def _changes_of(repository: Repository, revisions: Sequence[str]) -> dict[str, dict[str, Entry]]:
    """What each commit made of each path that it changed: nothing for a merge."""
    asked = "".join(f"{revision}\n" for revision in revisions).encode()
    found: dict[str, dict[str, Entry]] = {}
    changes: dict[str, Entry] = {}
    pieces = iter(_pieces(repository.git.run("diff-tree", "--stdin", "--root", "-r", *RAW, data=asked)))
    for piece in pieces:
        if piece.startswith(":"):
            changes[next(pieces)] = _entries(piece)[1]
        else:
            changes = found[piece] = {}
    return found


def _pieces(output: bytes) -> list[str]:
    return output.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _entries(about: str) -> tuple[Entry, Entry]:
    """Before and after."""
    change = parse_change(about)
    before, after = (_entry(mode, oid) for mode, oid in zip(change.modes, change.oids, strict=True))
    return before, after


def _entry(mode: str, oid: str) -> Entry:
    return TreeEntry(mode, oid) if mode.strip("0") else None


def _stored(revision: str, data: bytes, changes: Mapping[str, Entry]) -> StoredCommit:
    header, _, message = data.partition(b"\n\n")
    lines = [line.split(" ", 1) for line in header.decode("utf-8", "surrogateescape").split("\n") if " " in line]
    fields = dict(lines)
    try:
        author, at = _signature(fields["author"])
        committer, committed_at = _signature(fields["committer"])
        text = message.decode(fields.get("encoding", "utf-8"), "surrogateescape")
    except (KeyError, ValueError, LookupError) as err:
        raise GitError(
            f"commit {revision[:12]} cannot be replayed: its header is unusual", hint="git pull --rebase, then again"
        ) from err
    commit = Commit(
        message=text,
        author=author,
        committer=committer,
        at=at,
        committed_at=committed_at,
        files={path: None for path, entry in changes.items() if entry is None},
        entries={path: entry for path, entry in changes.items() if entry is not None},
    )
    parents = tuple(line[1] for line in lines if line[0] == "parent")
    return StoredCommit(revision=revision, parents=parents, commit=commit)


def _signature(text: str) -> tuple[Identity, datetime]:
    match = _SIGNATURE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    name, email, seconds, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    return Identity(name, email), datetime.fromtimestamp(int(seconds), timezone(offset))
