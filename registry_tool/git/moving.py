"""Moving a branch: compared and swapped, and the true reason when git refuses.

Git moves a branch only if it is still where the caller saw it. What git then says is read in this one place.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from registry_tool.git.flushing import flush
from registry_tool.git.process import GitError, failure
from registry_tool.git.repository import Repository

# What git says, as patterns that are compiled only on the way to an error.
_LOCKED = rb"Unable to create '(.+?\.lock)': File exists"
_TABLES_LOCKED = b"cannot lock references"
_MOVED = rb"is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference"
_PACK_GONE = rb"unable to write file \S*objects/pack/\S+: No such file"
_COLLIDES = rb"'(refs/[^']+)' exists; cannot create '(refs/[^']+)'"
_HEADS = "refs/heads/"


class BranchMovedError(GitError):
    """Somebody else moved the branch first; nothing was written. Read it again and retry."""

    def __init__(self, branch: str) -> None:
        """Name the branch, by its full ref name."""
        name = branch.removeprefix(_HEADS)
        super().__init__(f"{name} was moved by somebody else at the same time", hint="try again")


class BranchLockedError(BranchMovedError):
    """Another git has the branch locked, to move it or because it died; nothing was written."""

    def __init__(self, lock: str) -> None:
        """Name the lock and what to do about it."""
        GitError.__init__(
            self,
            f"another git process holds {lock}",
            hint=f"wait for it and try again; if no git is running: rm {lock}",
        )


class CollectedError(BranchMovedError):
    """A user's `git gc` took new objects away before a branch could move there; nothing was written."""

    def __init__(self) -> None:
        """Say so."""
        GitError.__init__(
            self, "a git gc took new objects away before the branch had them", hint="try again when it has ended"
        )


class NameTakenError(GitError):
    """A branch cannot be made because another one has a part of its name."""

    def __init__(self, repository: Repository, branch: str, other: str) -> None:
        """Name both, by their full ref names."""
        wanted, there = branch.removeprefix(_HEADS), other.removeprefix(_HEADS)
        super().__init__(
            f"there cannot be a branch {wanted} beside the branch {there}",
            hint="choose another name, or rename the other one: "
            + repository.git.by_hand(f"branch --move {shlex.quote(there)} NEW-NAME"),
        )


def move_branch(repository: Repository, branch: str, before: str, after: str, *, why: str) -> None:
    """Move `branch` (a full ref name) to the commit `after` if it is at `before`, empty for a branch that is new.

    It is on the disk then, as `make_lasting` says.
    """
    arguments = ("update-ref", "-m", why, branch, after, before or repository.no_object)
    status, _, talk = repository.git.attempt(*arguments)
    if status != 0:
        raise why_not_moved(repository, arguments, status, talk, branch)
    make_lasting(repository, branch, after)


def make_lasting(repository: Repository, branch: str, revision: str) -> None:
    """Return when it is on the disk that `branch` (a full ref name) is at the commit `revision`.

    Git has flushed the files, and all objects are in packs. A `GitError` says what was committed, if the disk does not
    take it.
    """
    try:
        flush([repository.common_dir / "objects/pack", *_names_of(repository, branch)])
    except OSError as err:
        raise GitError(
            f"committed as {revision[:12]}, but the disk does not take it: {err.strerror}",
            hint="look after the disk, then at the registry: registry doctor",
        ) from err


def _names_of(repository: Repository, branch: str) -> Iterator[Path]:
    """What has to be on the disk for the branch to be where it is."""
    if repository.has_reftable:
        tables = repository.common_dir / "reftable"
        yield from tables.iterdir()  # git (2.47) flushes a table before it writes the end of it
        yield tables
        return
    for folder in (repository.common_dir / branch).parents:
        if folder == repository.common_dir:
            return
        yield folder


def why_not_moved(repository: Repository, arguments: Sequence[str], status: int, talk: bytes, branch: str) -> GitError:
    """Why git did not move the branch: another git was there first, or is there now, or something is wrong."""
    if re.search(_PACK_GONE, talk):  # `git prune` takes half a pack for what a dead git left
        return CollectedError()
    if lock := re.search(_LOCKED, talk):
        return BranchLockedError(lock[1].decode("utf-8", "surrogateescape"))
    if _TABLES_LOCKED in talk:
        return BranchLockedError(str(repository.common_dir / "reftable/tables.list.lock"))
    if taken := re.search(_COLLIDES, talk):
        return NameTakenError(repository, branch, taken[1].decode("utf-8", "surrogateescape"))
    if b"Not updating " in talk or (b"cannot lock ref" in talk and re.search(_MOVED, talk)):  # fast-import's, others'
        return BranchMovedError(branch)
    error = failure(arguments, status, talk)
    error.hint = error.hint or "nothing was committed: check the disk and the permissions of the git directory"
    return error
