"""Keeping git's index and the checked-out files in step with a branch that moves underneath them.

A registration moves the branch without git's usual add-and-commit. If the branch is checked out, its index would then
show the record as deleted, and the user's next commit would delete it. So index and files are brought in step, under
git's own lock (`index.lock`), for the records that are written and nothing else. The order is what keeps a record safe
from a git that runs at the same time:

1. the index gets the new entry. A git that reads it from now on has the record, whatever it commits.
2. the branch moves. A git that read the old index read the old branch as well, and its own commit fails.
3. the checked-out file is written; `git clean` leaves it alone, because the index has it.
4. the lock is held until every git that read the old index has asked for it in vain (`readers`).

An edit of the user's, staged or not, stays: git's own attributes and filters decide whether a file is edited. What is
about to be done is noted in a journal first. Whoever writes next after a crash reads it, takes over the lock that the
dead process left, and makes index and files follow wherever the branch is.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple, Self

from registry_tool.git.conversion import Conversion, clean_ids, converted_paths
from registry_tool.git.flushing import flush
from registry_tool.git.objects import ObjectReader, blob_id
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import files, indexlock, paths
from registry_tool.git.upkeep.indexcopy import IndexCopy, IndexEntry, Staged
from registry_tool.git.upkeep.permissions import make_folder, write_shared
from registry_tool.git.upkeep.readers import IndexReaders, hold_seconds

_LOOKS = 3


class FileBehindError(GitError):
    """Branch and index have the change, but a checked-out file could not be written."""

    def __init__(self, path: str, cause: OSError, revision: str = "") -> None:
        """Say which file (`path` below the top), and that it is the only thing missing of the commit `revision`."""
        self.path, self.cause = path, cause
        super().__init__(
            f"committed{f' as {revision[:12]}' if revision else ''}, "
            f"but a checked-out file could not be written: {path}: {cause.strerror}",
            hint="make room or give permission: the next registration writes it, or: git restore",
        )


class Target(NamedTuple):
    """What a path is to hold at the new tip: its content, None for nothing, and its mode as git writes it."""

    content: bytes | None
    mode: str = "100644"


class Checkout:
    """The checked-out state, held still: a context manager that holds git's index lock.

    `begin` looks at what stands there, `stage` changes the index, then the caller moves the branch, then `follow`
    writes the files. In a bare repository there is nothing to hold, and all of it does nothing.
    """

    def __init__(self, repository: Repository, conversion: Conversion, readers: IndexReaders | None = None) -> None:
        """Prepare to hold the checkout of `repository`; `readers` has watched its index for a while."""
        self._repository, self._conversion, self._readers = repository, conversion, readers
        self._expected: dict[str, set[str | None]] = {}
        self._targets: Mapping[str, Target] = {}
        self._staged: dict[str, Staged] = {}
        self._put_back: dict[str, IndexEntry] = {}
        self._converted: set[str] = set()
        self._index: IndexCopy | None = None
        self._release_at = 0.0
        self._behind = False
        self._recovers = False

    def __enter__(self) -> Self:
        """Take the lock; a `GitError` if another git process keeps it for too long."""
        if not self._repository.bare:
            indexlock.take(self._repository)
            self._behind = paths.journal(self._repository).exists()
        return self

    def __exit__(self, *error: object) -> None:
        """Release the lock, unless index and branch may differ: then journal and lock stay for `recover`.

        The next `git commit` of the user would take back what the branch has, or commit what it does not have.
        """
        if self._repository.bare:
            return
        if self._index:
            self._index.close()
        if not self._behind:
            indexlock.release(self._repository)

    def begin(
        self, before: Mapping[str, bytes | None], after: Mapping[str, Target], beside: Collection[str] = ()
    ) -> None:
        """Look at what the index and the files hold at the paths of `before`, their content at the tip.

        Refuses, with nothing done, a path that is in a merge conflict or reached through a link. Whatever the index
        has at the paths in `beside` can be asked for as well (`staged`), and put back.
        """
        expected = {path: {self._id(content), self._id(after[path].content)} for path, content in before.items()}
        self._begin(expected, after, beside)

    def staged(self, path: str) -> str:
        """The id of the blob that the index has at a path that `begin` was told of; empty for none."""
        found = self._staged.get(path)
        return found.oid if found else ""

    def put_back(self, path: str, oid: str) -> None:
        """Have `stage` replace what the index has at a path: branch and file have this blob, and nobody edited it."""
        if path in self._expected:
            self._expected[path].add(self.staged(path) or None)
        else:
            self._put_back[path] = IndexEntry(oid, self._staged[path].mode if path in self._staged else "100644")

    def edited(self) -> list[str]:
        """The paths that hold an edit of the user's, staged or not: not what was before, nor what comes after."""
        return [path for path in self._targets if not self._is_staged_as_expected(path) or self._is_file_edited(path)]

    def stage(self) -> None:
        """Note in the journal what is about to be done, and do it to the index. Then move the branch."""
        if not self._index:
            return
        noted = {path: sorted(ids, key=str) for path, ids in self._expected.items()}
        journal = paths.journal(self._repository)
        write_shared(journal, json.dumps(noted).encode())
        self._behind = True
        flush([journal, journal.parent])
        entries = self._put_back | {
            path: IndexEntry(self._id(target.content) or "", target.mode)
            for path, target in self._targets.items()
            if self._is_staged_as_expected(path) and not self._has_entry(path, target)
        }
        if not entries:
            return
        started_at = time.monotonic()
        self._index.write(entries, self._staged)
        self._index.publish()
        replaced_at = time.monotonic()
        opened_at = self._readers.last_opened_at() if self._readers else replaced_at
        self._release_at = opened_at + hold_seconds(replaced_at - started_at)

    def follow(self) -> tuple[str, ...]:
        """Bring the files in step with the branch, which has moved; the paths that were left alone for an edit.

        A file that cannot be written holds up no other one; it is a `FileBehindError` in the end.
        """
        if not self._index:
            return ()
        left_alone: list[str] = []
        failed: FileBehindError | None = None
        self._convert()
        # What goes, goes first: a folder may become a file, or a file a folder.
        for path, target in sorted(self._targets.items(), key=lambda item: item[1].content is not None):
            try:
                if not self._is_staged_as_expected(path) or not self._follow_file(path, target):
                    left_alone.append(path)
            except OSError as err:
                failed = failed or FileBehindError(path, err)
        self._note_stats(left_alone)
        try:
            self._flush()
        except OSError as err:
            failed = failed or FileBehindError(next(iter(self._targets), "index"), err)
        time.sleep(max(0.0, self._release_at - time.monotonic()))
        if not failed:
            self._look_again(left_alone)
            paths.journal(self._repository).unlink(missing_ok=True)
        self._behind = False
        with suppress(OSError):
            rmtree(paths.outgoing(self._repository), ignore_errors=True)
        if failed:
            raise failed
        return tuple(left_alone)

    def recover(self, expected: Mapping[str, set[str | None]], targets: Mapping[str, Target]) -> None:
        """Make index and files hold `targets` where they hold what a dead writer may have left there."""
        self._recovers = True
        self._begin({path: ids | {self._id(targets[path].content)} for path, ids in expected.items()}, targets)
        self.stage()
        # A file that still cannot be written was said when it was committed; it must not stop everybody after.
        with suppress(FileBehindError):
            self.follow()

    def _begin(
        self, expected: Mapping[str, set[str | None]], targets: Mapping[str, Target], beside: Collection[str] = ()
    ) -> None:
        if self._repository.bare:
            return
        top = self._repository.top
        for folder in {path.rpartition("/")[0] for path in expected}:
            files.refuse_links(top, folder, frozenset(expected))
        self._expected, self._targets = dict(expected), targets
        self._index = IndexCopy(self._repository, self._conversion)
        self._staged = self._index.read(expected.keys(), beside)
        self._converted = converted_paths(self._repository, self._conversion, expected.keys())

    def _is_staged_as_expected(self, path: str) -> bool:
        staged = self._staged.get(path)
        return (staged.oid if staged else None) in self._expected[path]

    def _has_entry(self, path: str, target: Target) -> bool:
        staged = self._staged.get(path)
        if staged is None or target.content is None:
            return staged is None and target.content is None
        return (staged.oid, staged.mode) == (self._id(target.content), target.mode)

    def _is_file_edited(self, path: str) -> bool:
        staged = self._staged.get(path)
        if staged and staged.skip_worktree:
            return False
        file = self._repository.top / path
        return not self._holds_expected(path) and not _is_leaving(file, self._repository.top, self._expected)

    def _holds_expected(self, path: str) -> bool:
        """Whether the file holds what was before, or what comes after, as git would commit it."""
        content = files.read_file(self._repository.top / path)
        if content is files.NO_FILE:
            return False
        if self._id(content) in self._expected[path]:
            return True
        if self._recovers and content is not None and not content.strip(b"\0"):
            return True  # a power cut came between its name and its content
        if content is None or path not in self._converted:
            return False
        return clean_ids(self._repository, self._conversion, [path])[path] in self._expected[path]

    def _follow_file(self, path: str, target: Target) -> bool:
        """Write one checked-out file; False if an edit of the user's stands there."""
        staged = self._staged.get(path)
        if staged and staged.skip_worktree:
            return True  # the user keeps it out of the checkout
        is_file = target.content is None or target.mode.startswith("100")
        if not is_file or not self._holds_expected(path):
            return False
        self._write_file(path, target)
        return True

    def _convert(self) -> None:
        """Have git write, beside the checkout, the files whose bytes it changes."""
        wanted = [path for path in self._converted if self._targets[path].content is not None]
        if wanted and self._index:
            make_folder(paths.outgoing(self._repository), self._repository.private)
            self._index.check_out(wanted)

    def _write_file(self, path: str, target: Target) -> None:
        top, executable = self._repository.top, target.mode == "100755"
        if target.content is None:
            files.remove(top, path)
            return
        if path not in self._converted and files.read_file(top / path) == target.content:
            files.set_executable(top / path, wanted=executable)
            return
        out = paths.outgoing(self._repository)
        make_folder(out, self._repository.private)
        if path in self._converted:
            written = out / path
        else:
            written = out / "file"
            written.unlink(missing_ok=True)
            files.new_file(written, target.content, executable=executable)
        files.move_in(written, top, path)

    def _note_stats(self, left_alone: Collection[str]) -> None:
        """Tell git when the files were written, so that it need not look into them. It can do without."""
        states: dict[str, tuple[str, os.stat_result]] = {}
        for path, target in self._targets.items():
            staged = self._staged.get(path)
            if target.content is None or path in left_alone or (staged and staged.skip_worktree):
                continue
            with suppress(OSError):
                states[path] = (self._id(target.content) or "", (self._repository.top / path).lstat())
        if self._index:
            with suppress(OSError, GitError):
                self._index.note_stats(states)

    def _look_again(self, left_alone: Collection[str]) -> None:
        """Write the files again that somebody who knew the old index has removed (`git clean`)."""
        for _ in range(_LOOKS):
            gone = [
                path
                for path, target in self._targets.items()
                if target.content is not None
                and path not in left_alone
                and not (path in self._staged and self._staged[path].skip_worktree)
                and not os.path.lexists(self._repository.top / path)
            ]
            if not gone:
                return
            self._convert()
            for path in gone:
                self._write_file(path, self._targets[path])
            self._note_stats(left_alone)

    def _flush(self) -> None:
        """Have index and files on the disk as well, so that a power cut leaves neither behind the branch."""
        top = self._repository.top
        written = [Path(path) for path in self._targets]
        folders = {folder for path in written for folder in path.parents}
        index = self._repository.git_dir / "index"
        flush([index, index.parent, *(top / path for path in (*written, *folders))])

    def _id(self, content: bytes | None) -> str | None:
        return None if content is None else blob_id(content, self._repository.object_format)


def recover(repository: Repository, conversion: Conversion) -> None:
    """Finish or undo what a writer that died had begun. Call it holding the writers' lock."""
    if not is_unfinished(repository):
        return
    with Checkout(repository, conversion) as checkout, ObjectReader(repository.git) as reader:
        expected = _read_journal(repository)
        tip = repository.head().tip
        targets = {path: _at(reader, tip, path) for path in expected}
        checkout.recover(expected, targets)


def is_unfinished(repository: Repository) -> bool:
    """Whether a writer has begun what it has not finished. If none is at work, it died."""
    return not repository.bare and (paths.journal(repository).exists() or indexlock.is_own(repository))


def announced_ids(repository: Repository) -> set[str]:
    """The blobs that the index may have, and git not yet, because a writer died before the branch moved."""
    if repository.bare:
        return set()
    return {oid for ids in _read_journal(repository).values() for oid in ids if oid}


def _at(reader: ObjectReader, tip: str, path: str) -> Target:
    folder, _, name = path.rpartition("/")
    entry = reader.folder(tip, folder).get(name) if tip else None
    return Target(reader.content(entry.oid, path), entry.mode) if entry else Target(None)


def _read_journal(repository: Repository) -> dict[str, set[str | None]]:
    try:
        noted: dict[str, list[str | None] | str | None] = json.loads(paths.journal(repository).read_bytes())
        # Version 0.1 noted one id, of what was before.
        return {path: set(ids) if isinstance(ids, list) else {ids} for path, ids in noted.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}  # it died while writing the journal: nothing else had been touched


def _is_leaving(folder: Path, top: Path, changing: Collection[str]) -> bool:
    """Whether this is a folder of nothing but files that are `changing`: they go, and it makes room for a file."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    return all(file.is_dir() or file.relative_to(top).as_posix() in changing for file in folder.rglob("*"))
