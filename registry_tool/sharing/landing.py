"""Landing our commits on top of theirs: the branch moves once, and the checked-out files follow or nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from registry_tool.errors import RegistryError
from registry_tool.git.branch import branch_head
from registry_tool.git.commits import Commit
from registry_tool.git.identity import Configuration
from registry_tool.git.moving import BranchMovedError, move_branch
from registry_tool.git.objects import ObjectReader, TreeEntry
from registry_tool.git.replay import (
    Entry,
    is_ancestor,
    read_changes,
    read_commit,
    read_commits,
    replayed,
)
from registry_tool.git.repository import Head
from registry_tool.git.upkeep.checkout import Checkout, Target
from registry_tool.git.upkeep.lock import Turn
from registry_tool.git.upkeep.reflock import note_move
from registry_tool.printable import INVISIBLE
from registry_tool.sharing.together import ApartError, Together, bring_together
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from registry_tool.trail.scan import refuse_leaks

_WHY = "registry: bring together"
_FILES = frozenset({"100644", "100755"})


class EditedError(RegistryError):
    """What comes in would overwrite a user's own edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What became of our commits (before and after), and the records (paths) whose version of theirs is later."""

    replayed: tuple[tuple[str, str], ...] = ()
    theirs_later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The commit `theirs` that is to become part of `branch` (a full ref name).

    `configuration` says who makes the commits that keep what the other side registered later, and `at` when.
    """

    branch: str
    theirs: str
    configuration: Configuration
    at: datetime

    def keep(self, path: str, entry: TreeEntry, message: str) -> Commit:
        """The commit that gives a path their content again."""
        author, committer = self.configuration.author, self.configuration.committer
        return Commit(message=message, author=author, committer=committer, at=self.at, entries={path: entry})


def land(store: Store, arrival: Arrival, *, on_wait: Callable[[str], None]) -> Landing:
    """Bring the branch to theirs, with our own commits on top of it.

    Moves nothing and raises if a person has to decide, or if an edit that is not committed would be overwritten.
    """
    with Writer(store) as writer:
        return writer.in_turn(lambda turn: _land_once(store, turn, arrival), on_wait=on_wait)


def _land_once(store: Store, turn: Turn, arrival: Arrival) -> Landing:
    repository, branch, theirs = store.repository, arrival.branch, arrival.theirs
    ours = repository.tip(branch)
    stored = read_commits(repository, store.reader, ours, f"^{theirs}") if ours else []
    if not stored:
        if not is_ancestor(repository, theirs, ours):
            _move(store, turn, arrival, Head(branch, ours), theirs)
        return Landing()
    if not stored[0].parents:
        raise ApartError(
            "this registry and the remote have no commit in common",
            hint="join the remote's: registry init PATH --clone URL, then register again there",
        )
    refuse_leaks(store, ours, f"^{theirs}", about_to="committed again")
    changes = read_changes(repository, stored[0].parents[0], theirs)
    made = bring_together(stored, changes, prefix=repository.prefix, reader=store.reader, keep=arrival.keep)
    with replayed(repository, theirs, made.commits, signing=arrival.configuration.signing) as new:
        revisions = new or (theirs,)
        _move(store, turn, arrival, Head(branch, ours), revisions[-1])
    return _landing(made, revisions, repository.prefix)


def _landing(made: Together, revisions: tuple[str, ...], prefix: str) -> Landing:
    return Landing(
        replayed=tuple(zip(made.replayed, revisions, strict=False)),
        theirs_later=tuple(path.removeprefix(prefix) for path in made.theirs_later),
    )


def _move(store: Store, turn: Turn, arrival: Arrival, head: Head, after: str) -> None:
    """Move the branch from `head` to the commit `after`, and what is checked out of it with it."""
    repository, reader = store.repository, store.reader
    changes = read_changes(repository, head.tip, after)
    _refuse_strange(changes)
    last = read_commit(reader, after).commit
    if repository.head().branch != head.branch:
        branch_head(repository, head.branch)
        turn.note(note_move(repository, head.branch, last.signatures[0], last.message))
        move_branch(repository, head.branch, head.tip, after, why=_WHY)
        return
    before, content = (_contents(reader, {path: sides[side] for path, sides in changes.items()}) for side in (0, 1))
    targets = {path: Target(content[path], entry.mode if entry else "") for path, (_, entry) in changes.items()}
    with Checkout(repository, arrival.configuration.conversion) as checkout:
        if repository.head() != head:
            raise BranchMovedError(head.branch)
        checkout.begin(before, targets)
        if edited := checkout.edited():
            more = f" and {len(edited) - 1} more" if len(edited) > 1 else ""
            raise EditedError(
                f"{edited[0]}{more} was changed by the remote, and you have an edit of it that is not committed",
                hint="commit or stash it, then again; or bring the two together yourself: git pull --rebase",
            )
        turn.note(note_move(repository, head.branch, last.signatures[0], last.message))
        checkout.stage()
        move_branch(repository, head.branch, head.tip, after, why=_WHY)
        checkout.follow()


def _refuse_strange(changes: Mapping[str, tuple[Entry, Entry]]) -> None:
    """Check out only files, and only under safe names: what somebody pushed is not trusted."""
    for path, entries in changes.items():
        if any(_is_gits_own(name) for name in path.split("/")):
            raise ApartError(
                f"the remote has a file that git itself would not check out: {path}", hint="ask who did it"
            )
        if any(entry and entry.mode not in _FILES for entry in entries):
            raise ApartError(
                f"{path} came from the remote and is a link or a submodule, which is git's to check out",
                hint="bring it in yourself: git pull --rebase",
            )


def _is_gits_own(name: str) -> bool:
    """Whether some file system takes `name` for the git directory, or for no file at all."""
    return INVISIBLE.sub("", name).casefold().rstrip(" .") in {"", ".git", "git~1"}


def _contents(reader: ObjectReader, entries: Mapping[str, Entry]) -> dict[str, bytes | None]:
    found = reader.read_many(entry.oid for entry in entries.values() if entry)
    return {path: next(found) if entry else None for path, entry in entries.items()}
