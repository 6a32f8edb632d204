"""Which locks on a branch a dead writer left: git makes them by name, so a note says whose they must be.

A writer looks that nobody holds `BRANCH.lock` or `HEAD.lock`, notes which branch it is about to move and to what, and
lets git move it. If a kill leaves the locks behind, the next writer finds the note. Holding the turn, it knows that no
git of the dead one is running. What it finds is taken away in these cases:

- `BRANCH.lock` holds the id of the very commit that was noted;
- `BRANCH.lock` is empty, as git's is for an instant before it writes the id there, and stays so for a second;
- `HEAD.lock`, which git keeps empty while it moves the branch, beside a `BRANCH.lock` of these, or, for a second,
  beside a branch that is where the note says. A living git that is in a hook has a `BRANCH.lock` with its own commit.

Any other lock is another git's, and stays. So does the one lock of a repository whose refs are in tables: what is in it
does not say whose it is.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

from registry_tool.git.moving import BranchLockedError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.paths import KEEP, REPLAYED, UNSIGNED

INSTANT_SECONDS = 1.0
_RETRY_SECONDS = 0.02
# What `git fast-import` writes into a file `.keep`, and what we do.
_KEPT = (b"fast-import", KEEP.encode())


def note_move(repository: Repository, branch: str, author: bytes, message: str) -> bytes:
    """What to note before `branch` (a full ref name) moves to a commit of this author (as in its header) and message.

    Refuses a branch that is locked.
    """
    files = [repository.common_dir / f"{branch}.lock", repository.git_dir / "HEAD.lock"]
    locks = [] if repository.has_reftable else files
    for lock in locks:
        if lock.exists():
            raise BranchLockedError(str(lock))
    mark = _mark(author, message.encode("utf-8", "surrogateescape"))
    root = str(repository.common_dir)
    return json.dumps({"locks": [str(lock) for lock in locks], "root": root, "mark": mark}).encode()


def remove_left(repository: Repository, note: bytes, instant: float = INSTANT_SECONDS) -> None:
    """Take away the locks that the writer of `note` left. Call it holding the turn.

    `instant` is how many seconds an empty lock must have stood there; any lock, if the note does not say what git was
    about to write to it.
    """
    locks, mark = _parse(note, repository)
    ours = False
    for lock in [lock for lock in locks if lock.exists()]:
        if not mark:
            ours = _stands_still(lock, instant, empty=False)
        elif lock.name == "HEAD.lock" and len(locks) > 1:
            ours = ours or _moved_branch(repository, lock, locks[0], mark, instant)
        else:
            ours = _holds(repository, lock, mark) or _stands_still(lock, instant, empty=True)
        if ours:
            lock.unlink(missing_ok=True)
    if mark:
        drop_attempts(repository)


def drop_attempts(repository: Repository) -> None:
    """Let git collect what was written for a branch that did not move. Call it in the turn, after the last attempt."""
    for ref in (UNSIGNED, REPLAYED):
        repository.git.attempt("update-ref", "-d", ref)
    remove_kept(repository)


def remove_kept(repository: Repository, *, with_packs: bool = True) -> None:
    """Take away what keeps packs from a `git gc`: files of ours, and of a `git fast-import` that did not end well.

    Without `with_packs` only where no pack stands beside it: the next pack of that name could not be written. Call it
    in the turn, when no git of ours is running. A user's own may be empty, too, but stands beside a pack.
    """
    for keep in (repository.common_dir / "objects/pack").glob("pack-*.keep"):
        content, has_pack = _read(keep).rstrip(), keep.with_suffix(".pack").exists()
        if (content in _KEPT and with_packs) or (content in {*_KEPT, b""} and not has_pack):
            keep.unlink(missing_ok=True)


def noted_locks(repository: Repository, note: bytes) -> list[Path]:
    """The locks that the writer of `note` may have left."""
    return _parse(note, repository)[0]


def _parse(note: bytes, repository: Repository) -> tuple[list[Path], str]:
    try:
        noted = json.loads(note or b"{}")
    except ValueError:
        noted = {}  # it died while writing the note, before it did anything
    names, root = noted.get("locks", ()), noted.get("root", "")
    if root:  # the repository may have been moved or copied since, the dead writer's locks with it
        names = [str(repository.common_dir) + name.removeprefix(root) for name in names]
    return [Path(name) for name in names], noted.get("mark", "")


def _moved_branch(repository: Repository, lock: Path, branch_lock: Path, mark: str, instant: float) -> bool:
    """Whether `lock`, HEAD's, is of the git that was killed just after it had moved the branch of `branch_lock`."""
    if branch_lock.exists():
        return False  # another git's, and so is this
    return _holds(repository, branch_lock.with_suffix(""), mark) and _stands_still(lock, instant, empty=True)


def _holds(repository: Repository, lock: Path, mark: str) -> bool:
    """Whether the lock holds the id of the commit with this mark: then git was about to move the branch there."""
    content = _read(lock).decode("ascii", "replace").strip()
    if not content.isalnum():
        return False
    status, commit, _ = repository.git.attempt("cat-file", "commit", content)
    header, _, message = commit.partition(b"\n\n")
    authors = [line.removeprefix(b"author ") for line in header.split(b"\n") if line.startswith(b"author ")]
    return status == 0 and authors != [] and _mark(authors[0], message) == mark


def _stands_still(lock: Path, seconds: float, *, empty: bool) -> bool:
    """Whether the lock (if `empty`, only one without content) stays as it is for longer than git works on it."""
    deadline = time.monotonic() + seconds
    first = _identity(lock)
    while first and _identity(lock) == first and not (empty and first[2]):
        if time.monotonic() > deadline:
            return True
        time.sleep(_RETRY_SECONDS)
    return False


def _identity(lock: Path) -> tuple[int, int, int] | None:
    """The file, the time of its last change and its size; None if it is not there."""
    try:
        about = lock.stat()
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size


def _read(lock: Path) -> bytes:
    try:
        return lock.read_bytes()
    except FileNotFoundError:
        return b""


def _mark(author: bytes, message: bytes) -> str:
    return hashlib.sha256(author + b"\0" + message).hexdigest()
