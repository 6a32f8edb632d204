"""Keeping the checked-out files and the index in step with a branch that moved underneath them.

A registration moves the branch without git's usual add-and-commit. If the branch is checked out, its index would then
show the record as deleted, and the user's next commit would delete it. So the index is brought in step under git's own
lock (`index.lock`, taken before the branch moves), and only for the records that were written:

- the index entry, unless the user has staged an edit of that very record;
- the file, unless it holds an edit of the user's that is not staged.

What is about to be written is noted in a journal in the git directory first. Whoever writes next after a crash reads
the journal, takes away a lock that the dead process left, and finishes the job.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Self

from registry_tool.gitrepo.objects import ObjectReader
from registry_tool.gitrepo.process import GitError
from registry_tool.gitrepo.repository import Repository

INDEX_WAIT_SECONDS = 10.0
_RETRY_SECONDS = 0.02
_TEMPORARY = ".registry-tool.tmp"
_MANY_PATHS = 100
_NO_BLOB = "0" * 40


class Checkout:
    """The checked-out state, held still: a context manager that holds git's index lock.

    `begin` notes what is about to be written, then the caller moves the branch, then `follow` brings the files and the
    index in step. In a bare repository there is nothing to hold, and all of it does nothing.
    """

    def __init__(self, repository: Repository) -> None:
        """Prepare to hold the checkout of `repository`."""
        self._repository = repository
        self._before: Mapping[str, bytes | None] = {}
        self._staged: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        """Take the lock; a `GitError` if another git process keeps it for too long."""
        if not self._repository.bare:
            _take(_index_lock(self._repository), _own_lock(self._repository))
        return self

    def __exit__(self, *error: object) -> None:
        """Release the lock. The journal stays if the work was not finished."""
        if not self._repository.bare:
            _index_lock(self._repository).unlink(missing_ok=True)

    def begin(self, before: Mapping[str, bytes | None]) -> None:
        """Note the paths about to be written and their content at the tip, None where there is none.

        Refuses, with nothing done, a path that is in a merge conflict or reached through a link.
        """
        if self._repository.bare:
            return
        for path in before:
            _refuse_links(self._repository.root, path.removeprefix(self._repository.prefix))
        self._before, self._staged = before, _staged_ids(self._repository, before)
        ids = {path: _blob_id(self._repository, content) for path, content in before.items()}
        _journal(self._repository).write_text(json.dumps(ids), encoding="utf-8")

    def follow(self, after: Mapping[str, bytes | None]) -> tuple[str, ...]:
        """Bring files and index in step with `after`, the content of the same paths at the new tip.

        Returns the paths left alone, whole or in part, for an edit of the user's own.
        """
        if self._repository.bare:
            return ()
        entries: list[str] = []
        kept: list[str] = []
        for path, content in after.items():
            if self._staged.get(path) != _blob_id(self._repository, self._before[path]):
                kept.append(path)
                continue
            if not self._follow_file(path, content):
                kept.append(path)
            mode, oid = ("0", _NO_BLOB) if content is None else ("100644", _blob_id(self._repository, content))
            entries.append(f"{mode} {oid}\t{path}")
        if entries:
            self._write_index(entries)
        _journal(self._repository).unlink()
        return tuple(kept)

    def _follow_file(self, path: str, content: bytes | None) -> bool:
        """Write one checked-out file; False if an edit of the user's stands there."""
        target = self._repository.root / path.removeprefix(self._repository.prefix)
        standing = _read_file(target)
        if standing == content:
            return True
        if standing != self._before[path]:
            return False
        if content is None:
            target.unlink(missing_ok=True)
            return True
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / _TEMPORARY
        temporary.write_bytes(content)
        temporary.replace(target)
        return True

    def _write_index(self, entries: Sequence[str]) -> None:
        """Replace the index by an edited copy, as git itself does under its lock."""
        index = self._repository.git_dir / "index"
        copy = self._repository.private / "index"
        try:
            copy.write_bytes(index.read_bytes())
        except FileNotFoundError:
            copy.unlink(missing_ok=True)
        self._repository.git.run(
            "update-index",
            "-z",
            "--index-info",
            data="".join(entry + "\0" for entry in entries).encode("utf-8", "surrogateescape"),
            variables={"GIT_INDEX_FILE": str(copy)},
        )
        copy.replace(index)


def recover(repository: Repository) -> None:
    """Finish what a writer that died had begun. Call it holding the writers' lock."""
    if repository.bare:
        return
    lock, own, journal = _index_lock(repository), _own_lock(repository), _journal(repository)
    if lock.exists() and own.exists() and lock.samefile(own):
        lock.unlink()
    try:
        ids: dict[str, str | None] = json.loads(journal.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        ids = {}  # it died while writing the journal: nothing else had been touched
    with Checkout(repository) as checkout, ObjectReader(repository.git) as reader:
        head = repository.head()
        checkout.begin({path: reader.read(oid) if oid else None for path, oid in ids.items()})
        checkout.follow({path: reader.read(f"{head.tip}:{path}") if head.tip else None for path in ids})


def _index_lock(repository: Repository) -> Path:
    return repository.git_dir / "index.lock"


def _own_lock(repository: Repository) -> Path:
    """The file that `index.lock` is a hard link to while this tool holds it: how a lock left by a crash is known."""
    return repository.private / "hold"


def _journal(repository: Repository) -> Path:
    return repository.private / "journal"


def _take(lock: Path, own: Path) -> None:
    deadline = time.monotonic() + INDEX_WAIT_SECONDS
    while True:
        try:
            own.touch()
            lock.hardlink_to(own)
        except FileExistsError as err:
            if time.monotonic() > deadline:
                raise GitError(
                    f"another git process holds {lock}",
                    hint=f"wait for it and try again; if no git is running: rm {lock}",
                ) from err
            time.sleep(_RETRY_SECONDS)
        except OSError as err:
            raise GitError(f"cannot write to {lock.parent}: {os.strerror(err.errno or 0)}") from err
        else:
            return


def _staged_ids(repository: Repository, paths: Collection[str]) -> dict[str, str]:
    """The blob id that the index has for each path it knows; refuses a path in conflict."""
    relative = [path.removeprefix(repository.prefix) for path in paths]
    if len(relative) > _MANY_PATHS:
        relative = sorted({path.split("/", 1)[0] for path in relative})
    output = repository.git.run("--literal-pathspecs", "ls-files", "--stage", "--full-name", "-z", "--", *relative)
    staged: dict[str, str] = {}
    for line in output.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, path = line.split("\t", 1)
        _, oid, stage = about.split(" ")
        if stage != "0" and path in paths:
            raise GitError(f"{path} is in a merge conflict", hint=f"resolve it first: git add {path}, then commit")
        staged[path] = oid
    return staged


def _refuse_links(root: Path, path: str) -> None:
    """A folder of the registry that is a symbolic link would let a record be written outside of it."""
    folder = root
    for name in path.split("/")[:-1]:
        folder = folder / name
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(mode):
            raise GitError(f"{folder} is not a folder of its own", hint="a registry's folders cannot be links")


def _read_file(path: Path) -> bytes | None:
    """The content of a regular file; None if nothing is there; something that equals no record for anything else."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return b""
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _blob_id(repository: Repository, content: bytes | None) -> str | None:
    if content is None:
        return None
    return hashlib.new(repository.object_format, b"blob %d\0%b" % (len(content), content)).hexdigest()
