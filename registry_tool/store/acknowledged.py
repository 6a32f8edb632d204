"""What was registered from here lately, and whether a commit that is not ours has taken it back.

The order of a write keeps other gits from undoing it. What still gets through (a git that was stopped for long, a
`git reset` at the wrong moment) must not be silent: each registration is noted in the git directory for a week, and a
branch that holds again what was there before it is reported. A `git revert` that names the registration is meant so.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from registry_tool.git.entries import in_index
from registry_tool.git.flushing import flush
from registry_tool.git.objects import blob_id
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.permissions import make_folder, share_file, write_shared
from registry_tool.record.layout import is_record_path
from registry_tool.store.reading import Store

WATCHED_SECONDS = 7 * 86_400.0
"""How long a registration is watched."""
MANY = 100
"""A write of more files than this (an import) is not watched."""
FEW = 20
"""How many of the last registrations are looked for in git's index."""
_MOST_BYTES = 200_000
_OURS = "\nRegistry-Format: "


class TakenBack(NamedTuple):
    """A registration (path below the registry's root, content, commit) that the branch does not hold any more.

    `by` is the commit that took it back; empty if the branch itself was moved back.
    """

    path: str
    content: bytes
    message: str
    revision: str
    by: str

    def __str__(self) -> str:
        """What happened, in a sentence."""
        how = f"commit {self.by[:12]} took it back" if self.by else "the branch was moved back to before it"
        return f"registered in {self.revision[:12]}, and {how}"


class Note(NamedTuple):
    """What a commit on `branch` (a full ref name) made of a file: the ids of the blobs, empty for none."""

    path: str
    before: str
    after: str
    revision: str
    branch: str
    at: float


def remember(
    repository: Repository,
    branch: str,
    revision: str,
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
) -> None:
    """Note what a commit on `branch` (a full ref name) made of the files at these paths in the repository."""
    if len(after) > MANY:
        return
    notes = [
        Note(path, _id(repository, before[path]), _id(repository, content), revision, branch, time.time())
        for path, content in after.items()
        if is_record_path(path.removeprefix(repository.prefix))
    ]
    file = paths.acknowledged(repository)
    # It is for the user's sake: the registration is in, whether it can be watched or not.
    with suppress(OSError):
        make_folder(file.parent, repository.common_dir)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            share_file(handle, repository.common_dir)
            os.write(handle, "".join(f"{json.dumps(note)}\n" for note in notes).encode())
            size = os.fstat(handle).st_size
        finally:
            os.close(handle)
        flush([file, file.parent])
        if size > _MOST_BYTES:
            kept = file.read_bytes()[-_MOST_BYTES // 2 :].partition(b"\n")[2]
            write_shared(file, kept)


def find_taken_back(store: Store, *, lately: bool = False) -> list[TakenBack]:
    """What was taken back of the registrations that are watched; `lately` is only since the last of them."""
    notes = list(_notes(store.repository))
    branches = {note.branch for note in notes}
    seen = {branch: found[0] if (found := store.reader.look_up(branch)) else "" for branch in branches}
    if not _taken(store, notes, seen, lately=lately):
        return []
    # The reader may be behind (see `tip`), and nothing is told of a branch that is not there any more.
    return _taken(store, notes, {branch: store.repository.tip(branch) for branch in branches}, lately=lately)


def _taken(store: Store, notes: Sequence[Note], tips: Mapping[str, str], *, lately: bool) -> list[TakenBack]:
    latest = {(note.branch, note.path): note for note in notes}
    last = {note.branch: note.revision for note in notes} if lately else {}
    watched = [note for note in latest.values() if note.after and tips[note.branch] not in {"", last.get(note.branch)}]
    return [taken for note in watched if (taken := _look(store, note, tips[note.branch]))]


def find_overwritten(store: Store, tip: str, staged: Callable[[str], str], notes: Iterable[Note]) -> list[Note]:
    """The registrations that git's index has lost again, and that the next `git commit` would take back.

    A git that had read the index before a registration, and was held up for longer than the lock is held, has written
    the old one back: the branch at `tip` has the record and so has the file, and the index has what was there before.
    `staged` tells which blob the index has at a path.
    """
    found: list[Note] = []
    for note in notes:
        if not note.after or note.before == note.after or staged(note.path) != note.before:
            continue
        now = store.reader.look_up(f"{tip}:{note.path}")
        if now is None or now[0] != note.after:
            continue
        path = note.path.removeprefix(store.repository.prefix)
        if store.worktree().read(path) == now[1]:
            found.append(note)
    return found


def find_lost(store: Store) -> list[Note]:
    """The same of the branch that is checked out, by a look at git's index that holds up nobody."""
    repository = store.repository
    head = repository.head()
    notes = {} if repository.bare else latest(repository, head.branch)
    if not notes:
        return []
    below = [path.removeprefix(repository.prefix) for path in notes]
    staged = {repository.prefix + entry.path: entry.oid for entry in in_index(repository, *below)}
    return find_overwritten(store, head.tip, lambda path: staged.get(path, ""), notes.values())


def latest(repository: Repository, branch: str) -> dict[str, Note]:
    """The last registrations from here on `branch` (a full ref name), at most `FEW`, by their paths."""
    found: dict[str, Note] = {}
    for note in _notes(repository, newest_first=True):
        if note.branch == branch:
            found.setdefault(note.path, note)
        if len(found) == FEW:
            break
    return found


def _look(store: Store, note: Note, tip: str) -> TakenBack | None:
    now = store.reader.look_up(f"{tip}:{note.path}")
    content = store.reader.read(note.after)
    original = store.reader.read(note.revision)
    if (now[0] if now else "") != note.before or note.before == note.after or content is None or original is None:
        return None
    git = store.repository.git
    is_in, _, _ = git.attempt("merge-base", "--is-ancestor", note.revision, tip)
    since = (f"^{note.revision}",) if is_in == 0 else ()
    latest = ("log", "-1", "--full-history", "--format=%H%x00%P%x00%ct%x00%B", tip, *since)
    by, _, rest = git.run(*latest, "--", f":(top,literal){note.path}").decode("utf-8", "replace").partition("\0")
    parents, _, rest = rest.partition("\0")
    at, _, message = rest.partition("\0")
    is_later = is_in == 0 or (by != "" and float(at) >= note.at)
    if is_later and (_OURS in message or f"This reverts commit {note.revision}" in message):
        return None
    failed, tree, _ = git.attempt("ls-tree", "-r", "--full-tree", tip)
    if failed:
        return None  # a folder is missing, and with it whatever it holds: that is damage, which `doctor` names
    if any(f" {oid}\t".encode() in tree for oid in _versions(store, note, parents.split())):
        return None  # it was moved to another place
    path = note.path.removeprefix(store.repository.prefix)
    said = original.partition(b"\n\n")[2].decode("utf-8", "replace")
    return TakenBack(path, content, said, note.revision, by if is_later else "")


def _versions(store: Store, note: Note, revisions: Iterable[str]) -> set[str]:
    """The file's blob as it was registered, and those at `revisions`: somebody may have edited it before moving it."""
    found = (store.reader.look_up(f"{revision}:{note.path}") for revision in revisions)
    return {note.after, *(blob[0] for blob in found if blob)} - {note.before}


def _notes(repository: Repository, *, newest_first: bool = False) -> Iterator[Note]:
    try:
        lines = paths.acknowledged(repository).read_bytes().splitlines()
    except OSError:
        return
    oldest = time.time() - WATCHED_SECONDS
    for line in reversed(lines) if newest_first else lines:
        with suppress(ValueError, TypeError):  # half a line, of a process that died
            note = Note(*json.loads(line))
            if note.at >= oldest:
                yield note


def _id(repository: Repository, content: bytes | None) -> str:
    return "" if content is None else blob_id(content, repository.object_format)
