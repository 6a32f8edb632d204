"""Pushing and pulling a branch: in what order things are tried, how often, and what is known afterwards.

A push that somebody else's push came before is a race: fetch, replay ours on top of theirs, push again, a bounded
number of times with growing, random pauses. Nothing is ever forced. Processes of one clone take turns, so that one's
push carries what the others registered.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from registry_tool.errors import RegistryError
from registry_tool.git.identity import read_configuration
from registry_tool.git.remote import RaceError, Remote, Upstream
from registry_tool.git.replay import StoredCommit, is_ancestor, read_commits
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.lock import Turn, exclusive
from registry_tool.git.upkeep.reflock import drop_attempts, remove_left
from registry_tool.record.identity import timestamp
from registry_tool.sharing.contact import Contact, read_contact, write_contact
from registry_tool.sharing.landing import Arrival, land
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from registry_tool.trail.scan import refuse_leaks

# Where four clones do nothing but push, one of them loses seven races of ten, and twenty in a row now and then.
ATTEMPTS = 40
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.5


class RewrittenError(RegistryError):
    """The remote's branch no longer holds what it held before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an exchange runs in. `on_progress` is told how far a long transfer is; None for nobody to tell."""

    clock: Callable[[], datetime]
    tell: Callable[[str], None]
    on_progress: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What a push or a pull did.

    `pushed` are the commits that the remote now has from here, `received` counts those that came from there. `replayed`
    maps commits of ours to what they became on top of theirs. `theirs_later` are the paths of records that the other
    side registered later, so that theirs is the record.
    """

    upstream: Upstream
    pushed: tuple[str, ...] = ()
    received: int = 0
    replayed: tuple[tuple[str, str], ...] = ()
    theirs_later: tuple[str, ...] = ()

    def now(self, revision: str) -> str:
        """What a commit of ours became."""
        for before, after in self.replayed:
            if before == revision:
                revision = after
        return revision


class Exchange:
    """A branch (a full ref name) of an open registry, and the remote that it is shared through."""

    def __init__(self, store: Store, branch: str, surroundings: Surroundings) -> None:
        """Find the remote; a `GitError` if there is none."""
        self._store = store
        self._repository = store.repository
        self._branch = branch
        self._surroundings = surroundings
        self.remote = Remote(store.repository, branch, store.environment)

    def note_clone(self) -> None:
        """Note of a clone that was just made that it has what the remote has."""
        self._note(fetched_at=self._now(), tip=self.remote.known())

    def unpushed(self) -> list[StoredCommit]:
        """The commits that the remote is not known to have, oldest first."""
        tip = self._repository.tip(self._branch)
        without = self._without(self.remote.known())
        return read_commits(self._repository, self._store.reader, tip, *without) if tip else []

    def behind(self) -> int:
        """How many commits the remote is known to have, and this branch does not."""
        known = self.remote.known()
        return self._count(known) if known else 0

    def push(self) -> Exchanged:
        """Push the branch, and bring in what others pushed if that is in the way."""
        done = Exchanged(upstream=self.remote.upstream)
        with self._noting():
            for attempt in range(ATTEMPTS):
                tip, known = self._repository.tip(self._branch), self.remote.known()
                if not tip or (known and is_ancestor(self._repository, tip, known)):
                    return done
                refuse_leaks(self._store, tip, *self._without(known), about_to="pushed")
                try:
                    self._push_from_where_it_was(tip, known)
                except RaceError as err:
                    lost = err
                else:
                    self._note(pushed_at=self._now(), tip=tip)
                    return replace(done, pushed=self._pushed(tip, known))
                self._pause(attempt)
                with suppress(RaceError):
                    done = self._receive(done)
            raise lost

    def _push_from_where_it_was(self, tip: str, known: str) -> None:
        """Push, if the remote's branch is still where it was last seen and all of that is in ours.

        Otherwise a remote that was reset to an older commit would get back what was dropped on purpose.
        """
        contact = self._contact().tip
        is_rewritten = contact and known and not is_ancestor(self._repository, contact, known)
        seen = contact if is_rewritten and is_ancestor(self._repository, contact, tip) else known
        if seen and not is_ancestor(self._repository, seen, tip):
            raise RaceError(f"{self.remote.upstream} has what this branch does not have", hint="registry pull")
        self.remote.push(tip, seen, self._surroundings.on_progress)

    def pull(self) -> Exchanged:
        """Fetch the branch and bring in what others pushed; ours, if there is any, goes on top."""
        with self._noting():
            for attempt in range(ATTEMPTS):
                try:
                    return self._receive(Exchanged(upstream=self.remote.upstream))
                except RaceError as err:
                    lost = err
                self._pause(attempt)
            raise lost

    def look(self) -> int:
        """Fetch the branch and move nothing else: how many commits a pull would bring."""
        with self._noting():
            theirs = self._fetch()
            return self._count(theirs) if theirs else 0

    def _receive(self, done: Exchanged) -> Exchanged:
        """Fetch, and land ours on top of what is there."""
        theirs = self._fetch()
        received = self._count(theirs) if theirs else 0
        if not received:
            return done
        landing = land(
            self._store,
            Arrival(
                branch=self._branch,
                theirs=theirs,
                configuration=read_configuration(self.remote.configuration, self._store.environment),
                at=self._surroundings.clock(),
            ),
            on_wait=self._surroundings.tell,
        )
        return replace(
            done,
            received=done.received + received,
            replayed=(*done.replayed, *landing.replayed),
            theirs_later=landing.theirs_later,
        )

    def _fetch(self) -> str:
        before = self._contact().tip or self.remote.known()
        theirs = self.remote.fetch(self._surroundings.on_progress)
        grown = not before or not theirs or is_ancestor(self._repository, before, theirs)
        # A branch that no longer has the old commits goes on.
        if not grown and is_ancestor(self._repository, before, self._repository.tip(self._branch)):
            raise RewrittenError(
                f"{self.remote.upstream} was rewritten: it no longer holds {before[:12]}, which it held before",
                hint="ask why first; where a secret was taken out, clone anew; else: "
                + self._repository.git.by_hand(f"rebase --onto {self.remote.upstream} {before[:12]}"),
            )
        self._note(fetched_at=self._now(), tip=theirs)
        return theirs

    def _without(self, known: str) -> tuple[str, ...]:
        """Arguments of rev-list that exclude what the remote already had at `known`."""
        if known:
            return (f"^{known}",)
        # A branch that the remote never had most likely began on one that it has.
        upstream = self.remote.upstream
        return ("--not", f"--exclude={upstream}", f"--remotes={upstream.remote}")

    def _pushed(self, tip: str, known: str) -> tuple[str, ...]:
        """The ids of the commits that were pushed, oldest first."""
        listed = self._repository.git.run("rev-list", "--topo-order", "--reverse", tip, *self._without(known), "--")
        return tuple(listed.decode().split())

    def _count(self, theirs: str) -> int:
        """How many commits of theirs are not in ours."""
        ours = self._repository.tip(self._branch)
        without = (f"^{ours}",) if ours else ()
        return int(self._repository.git.run("rev-list", "--count", theirs, *without, "--"))

    def _pause(self, attempt: int) -> None:
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
        time.sleep(random.uniform(0, longest))  # noqa: S311  chance, not a secret: it parts those who race

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Take the turn of this clone at the remote, and note a failure for `registry status`."""
        with exclusive(paths.remote_lock(self._repository), on_wait=self._surroundings.tell) as turn:
            self._finish_for_the_dead(turn)
            if not self._contact().tip and (known := self.remote.known()):
                # A clone that git made: what it saw is to be held against what comes, however often that is refused.
                write_contact(self._repository, str(self.remote.upstream), replace(self._contact(), tip=known))
            try:
                yield
            except RegistryError as err:
                write_contact(
                    self._repository,
                    str(self.remote.upstream),
                    replace(self._contact(), failed_at=self._now(), error=str(err)),
                )
                raise

    def _finish_for_the_dead(self, turn: Turn) -> None:
        """Take away the locks that a dead exchange left, note which this one may leave, and finish a dead landing."""
        remove_left(self._repository, turn.left)
        refs = (self.remote.upstream.tracking, paths.REPLAYED)
        locks = [self._repository.common_dir / f"{ref}.lock" for ref in refs]
        died = bool(turn.left)
        turn.note(json.dumps({"locks": [str(lock) for lock in locks if not lock.exists()], "mark": ""}).encode())
        with Writer(self._store) as writer, writer.turn(on_wait=self._surroundings.tell):
            if died:
                drop_attempts(self._repository)

    def _note(self, **known: str) -> None:
        contact = replace(self._contact(), failed_at="", error="", **known)
        write_contact(self._repository, str(self.remote.upstream), contact)

    def _contact(self) -> Contact:
        return read_contact(self._repository, str(self.remote.upstream))

    def _now(self) -> str:
        return timestamp(self._surroundings.clock())
