"""Committing to a registry: one commit for each change, on top of whatever the branch has by then.

Writers queue on a lock. Under it the branch is read, the commits are written on top, and the branch moves only if
nobody else moved it meanwhile; a lost race is run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self, TypeAlias, TypeVar

from registry_tool.errors import RegistryError
from registry_tool.git.branch import on_no_branch, refuse_rebased
from registry_tool.git.commits import Commit, write_commits
from registry_tool.git.conversion import Conversion, read_conversion
from registry_tool.git.identity import CONFIGURATION_COMMAND, Configuration, read_configuration
from registry_tool.git.maintenance import tidy
from registry_tool.git.moving import BranchMovedError
from registry_tool.git.repository import Head, Repository
from registry_tool.git.upkeep import indexlock, paths
from registry_tool.git.upkeep.checkout import Checkout, FileBehindError, Target, is_unfinished, recover
from registry_tool.git.upkeep.lock import Turn, exclusive
from registry_tool.git.upkeep.permissions import make_private
from registry_tool.git.upkeep.readers import IndexReaders
from registry_tool.git.upkeep.reflock import drop_attempts, note_move, remove_left
from registry_tool.store.acknowledged import find_lost, find_overwritten, find_taken_back, latest, remember
from registry_tool.store.gate import Change, Gate
from registry_tool.store.reading import Store

_RACES = 50
_MOST_TOLD = 3
_RACE_SECONDS = 0.005
_TIMES_TAKEN_BACK = 5
LINGER_SECONDS = 0.1
"""For how long after it has released the index a write looks out for gits that were held up with the old one."""


class StaleError(RegistryError):
    """A record is no longer what it was when the change was decided."""


class Written(NamedTuple):
    """What a write did: the new revisions in order, the branch, and what stood in the files before.

    `left_alone` names checked-out files that were left alone because they hold a user's own edits. Paths are below the
    registry's root.
    """

    revisions: tuple[str, ...]
    branch: str
    before: Mapping[str, bytes | None]
    left_alone: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """`left_alone`, by its name before version 0.3."""
        return self.left_alone


MakeCommits: TypeAlias = Callable[[str], Iterable[Commit]]
"""Makes the commits, all let pass by the `Gate`, that go on top of a tip (an id; empty for none), one by one."""


Moved = TypeVar("Moved")


class _Work(NamedTuple):
    """How the commits are made, with git's options that sign them, and what decided them."""

    make: MakeCommits
    signing: tuple[str, ...]
    decided_on: Mapping[str, bytes | None]


class Writer:
    """Writes to an open registry. A context manager, entered early: the git process it needs gets going meanwhile."""

    def __init__(self, store: Store, branch: str = "") -> None:
        """Prepare to write to the branch of `store` that is checked out; or to `branch`, made if there is none."""
        self._store = store
        self._repository = store.repository
        self._branch = branch and _full_name(store.repository, branch)
        # Watched from as early as possible: what was not opened meanwhile is not waited for later.
        self._readers = None if store.repository.bare else IndexReaders(store.repository.git_dir)
        self._process = store.repository.git.start(*CONFIGURATION_COMMAND)
        self._output: bytes | None = None
        self._known: Configuration | None = None
        self._left_index: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the git process, whatever happened."""
        self._read_output()
        if self._readers:
            self._readers.close()

    def gate(self) -> Gate:
        """The gate that every commit of this writer has to pass."""
        configuration = self._read_configuration()
        return Gate(
            prefix=self._repository.prefix,
            author=configuration.author,
            committer=configuration.committer,
            branch=self._branch,
            allow=self._store.settings().allow if self._store.is_registry() else frozenset(),
        )

    def write(self, changes: Sequence[Change], *, on_wait: Callable[[str], None]) -> Written:
        """Commit `changes`, one commit each, to the branch. All of them or none; `StaleError` if they came too late."""
        work = self._pass_gate(changes)
        for _ in range(_TIMES_TAKEN_BACK):
            written = self.in_turn(lambda turn: self._write_once(turn, work, on_wait), on_wait=on_wait)
            if not self._was_taken_back(written, on_wait):
                return written
        raise BranchMovedError(written.branch)

    def write_many(self, make: MakeCommits, *, on_wait: Callable[[str], None]) -> Written:
        """Commit what `make` makes, in one stream: all of it, or nothing if it raises.

        After a lost race it is made again, for the new tip.
        """
        work = _Work(make, self._read_configuration().signing, {})
        return self.in_turn(lambda turn: self._write_once(turn, work, on_wait), on_wait=on_wait)

    def in_turn(self, move: Callable[[Turn], Moved], *, on_wait: Callable[[str], None]) -> Moved:
        """What `move`, which moves a branch, returns in this writer's turn; run again while others move it first."""
        with self._tidying(), self.turn(on_wait=on_wait) as turn, ExitStack() as attempts:
            attempts.callback(self._drop_attempts)
            try:
                for race in range(_RACES):
                    try:
                        moved = move(turn)
                    except BranchMovedError as err:
                        lost = err
                    else:
                        if not race:
                            attempts.pop_all()  # none before it has left anything
                        return moved
                    self._recover()
                    time.sleep(_RACE_SECONDS * race)
                raise lost
            except (RegistryError, OSError) as err:
                # The checkout follows the branch wherever it is now, or stays locked for whoever writes next.
                with suppress(RegistryError, OSError):
                    self._recover()
                if indexlock.is_own(self._repository) and isinstance(err, RegistryError):
                    err.hint = f"{err.hint}; then: registry doctor --fix; until then git's index stays locked"
                raise

    def _was_taken_back(self, written: Written, tell: Callable[[str], None]) -> bool:
        """Whether a commit that is not ours has taken back what was written, as far as can be seen after a while.

        A git that was held up (its processor is busy, its container is throttled) between reading the old index and
        asking for its lock may write the old index back after we have released it. The user's next commit then takes
        the record back. So whoever wrote while somebody had the old index open looks once more, holding up nobody, and
        gives the index back what it has lost.
        """
        if not (self._readers and self._readers.saw_somebody):
            return False
        linger(LINGER_SECONDS)
        with suppress(RegistryError, OSError):  # it is in; if that cannot be seen now, whoever writes next sees it
            if any(taken.revision in written.revisions for taken in find_taken_back(self._store, lately=True)):
                return True
            if _state(self._repository) != self._left_index and find_lost(self._store):
                self.restage(on_wait=tell)
        return False

    def _drop_attempts(self) -> None:
        with suppress(RegistryError, OSError):  # whoever is next does it
            drop_attempts(self._repository)

    def restage(self, *, on_wait: Callable[[str], None]) -> None:
        """Put back what git's index has lost again of the last registrations; nothing is committed."""
        with self.turn(on_wait=on_wait), Checkout(self._repository, self.conversion(), self._readers) as checkout:
            self._begin(checkout, self._repository.head(), {}, {}, on_wait)
            checkout.stage()
            checkout.follow()

    def tip(self) -> str:
        """The id of the commit that the next one goes on top of; empty for none."""
        return self._branch_to_write()[0].tip

    def revision(self) -> str:
        """A revision that names the commit `tip` says, without a call of git for the branch that is checked out."""
        return (self._branch and self.tip()) or "HEAD"

    @contextmanager
    def turn(self, *, on_wait: Callable[[str], None]) -> Iterator[Turn]:
        """Hold off every other writer for the length of the block; what a dead one had begun is finished first."""
        repository = self._repository
        self._make_private_folder()
        try:
            with (
                exclusive(paths.writers_lock(repository), on_wait=on_wait) as turn,
                repository.git.keeping_open(turn.handle),
            ):
                remove_left(repository, turn.left)
                self._recover()
                self._tell_what_was_taken_back(on_wait)
                yield turn
        except OSError as err:
            raise _cannot_write(repository.root, err) from err

    def _tell_what_was_taken_back(self, tell: Callable[[str], None]) -> None:
        for taken in find_taken_back(self._store, lately=True)[:_MOST_TOLD]:
            tell(f"{taken.path} was {taken}: registry doctor --fix registers it again")

    def rehearse(self, changes: Sequence[Change]) -> Written:
        """What `write` would do, less the writing: `revisions` is empty."""
        work = self._pass_gate(changes)
        head, _ = self._branch_to_write()
        paths = {path for commit in work.make(head.tip) for path in commit.files}
        return self._written((), head, self._before(paths, work, head), ())

    def _write_once(self, turn: Turn, work: _Work, tell: Callable[[str], None]) -> Written:
        checked_out = self._repository.checked_out()
        head, is_here = self._branch_to_write()
        before: dict[str, bytes | None] = {}
        after: dict[str, bytes | None] = {}
        left_alone: tuple[str, ...] = ()
        with ExitStack() as held:
            checkout = Checkout(self._repository, self.conversion(), self._readers) if is_here else None

            def commits() -> Iterator[Commit]:
                for commit in work.make(head.tip):
                    after.update(commit.files)
                    yield commit

            def prepare(last: Commit) -> None:
                before.update(self._before(after, work, head))
                turn.note(note_move(self._repository, head.branch, last.signatures[0], last.message))
                if checkout:
                    self._begin(held.enter_context(checkout), head, before, after, tell)
                if self._repository.checked_out() != checked_out:
                    raise BranchMovedError(head.branch)  # the user has switched branches meanwhile
                if checkout:
                    checkout.stage()

            revisions = write_commits(
                self._repository, head.branch, head.tip, commits(), before_move=prepare, signing=work.signing
            )
            if checkout and after:
                try:
                    left_alone = checkout.follow()
                except FileBehindError as err:
                    raise FileBehindError(err.path, err.cause, revisions[-1]) from err
                self._left_index = _state(self._repository)
        if revisions:
            self._refuse_taken_back(head.branch, revisions[-1], after)
            remember(self._repository, head.branch, revisions[-1], before, after)
            refuse_rebased(self._repository, head.branch, revisions[-1])
        return self._written(revisions, head, before, left_alone)

    def _begin(
        self,
        checkout: Checkout,
        head: Head,
        before: Mapping[str, bytes | None],
        after: Mapping[str, bytes | None],
        tell: Callable[[str], None],
    ) -> None:
        """Begin with the checked-out files, and with what git's index has lost again of the last registrations."""
        notes = latest(self._repository, head.branch)
        checkout.begin(before, {path: Target(after[path]) for path in before}, beside=notes)
        for note in find_overwritten(self._store, head.tip, checkout.staged, notes.values()):
            checkout.put_back(note.path, note.after)
            tell(f"git's index had lost {note.path} of {note.revision[:12]} again, and has it back")

    def _refuse_taken_back(self, branch: str, revision: str, after: Mapping[str, bytes | None]) -> None:
        """A lost race, if a git that had read the old branch has moved it back already (`git reset`)."""
        found = self._store.reader.look_up(branch)
        if found and found[0] == revision:
            return
        tip = self._repository.tip(branch)
        if tip != revision and dict(self._store.read_files(after, tip)) != after:
            raise BranchMovedError(branch)

    def _written(
        self, revisions: tuple[str, ...], head: Head, before: Mapping[str, bytes | None], left_alone: tuple[str, ...]
    ) -> Written:
        prefix = self._repository.prefix
        return Written(
            revisions=revisions,
            branch=head.branch.removeprefix("refs/heads/"),
            before={path.removeprefix(prefix): content for path, content in before.items()},
            left_alone=tuple(path.removeprefix(prefix) for path in left_alone),
        )

    def _branch_to_write(self) -> tuple[Head, bool]:
        """The branch, and whether it is the one that is checked out here."""
        # HEAD is read once: a user may switch branches between two readings.
        head = self._repository.head()
        if self._branch and self._branch != head.branch:
            from registry_tool.git.branch import branch_head  # most registrations go to what is checked out

            return branch_head(self._repository, self._branch), False
        if not head.branch:
            raise on_no_branch(self._repository, "the registration would belong to no branch")
        return head, True

    def _before(self, paths: Iterable[str], work: _Work, head: Head) -> dict[str, bytes | None]:
        """What stands at the tip in the files at `paths`; `StaleError` if that is not what decided the work."""
        before = dict(self._store.read_files(paths, head.tip))
        for path, content in work.decided_on.items():
            if before[path] != content:
                raise StaleError(f"{path} was changed meanwhile", hint="look at it (registry log), then run this again")
        return before

    def _pass_gate(self, changes: Sequence[Change]) -> _Work:
        """What to commit; a `SecretError` if a secret stands in any of it."""
        gate = self.gate()
        commits = [gate.let_pass(change) for change in changes]
        prefix = self._repository.prefix
        decided_on = {prefix + path: content for change in changes for path, content in change.decided_on.items()}
        return _Work(lambda _: commits, self._read_configuration().signing, decided_on)

    def conversion(self) -> Conversion:
        """What git does to the bytes of checked-out files."""
        return read_conversion(self._read_output(), self._store.environment)

    def _read_configuration(self) -> Configuration:
        if self._known is None:
            self._known = read_configuration(self._read_output(), self._store.environment)
        return self._known

    def _read_output(self) -> bytes:
        if self._output is None:
            self._output = self._process.communicate()[0]
        return self._output

    @contextmanager
    def _tidying(self) -> Iterator[None]:
        """After the block, and after what was written is safe, see that the packs do not become too many."""
        yield
        tidy(self._repository)

    def _recover(self) -> None:
        if is_unfinished(self._repository):
            recover(self._repository, self.conversion())

    def _make_private_folder(self) -> None:
        try:
            make_private(self._repository)
        except OSError as err:
            raise _cannot_write(self._repository.root, err) from err


def _full_name(repository: Repository, branch: str) -> str:
    from registry_tool.git.branch import check_branch_name

    return check_branch_name(repository, branch)


def linger(seconds: float) -> None:
    """Do nothing for a while."""
    time.sleep(seconds)


def _state(repository: Repository) -> tuple[int, ...]:
    """What tells one version of git's index from another."""
    with suppress(OSError):
        state = (repository.git_dir / "index").stat()
        return state.st_ino, state.st_mtime_ns, state.st_size
    return ()


def _cannot_write(root: Path, err: OSError) -> RegistryError:
    return RegistryError(
        f"cannot write to the registry {root}: {err.strerror}",
        hint="check the disk and the permissions of its git directory, then register again",
    )
