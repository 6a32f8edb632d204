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

import json
import os
import stat
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from registry_tool.git.objects import ObjectReader, blob_id
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.neighbours import let_pass

INDEX_WAIT_SECONDS = 10.0
_RETRY_SECONDS = 0.02
TEMPORARY = ".registry-tool.tmp"
_MANY_PATHS = 100
_NO_BLOB = "0" * 40
_NO_FILE = b"\0not a regular file"


class FileBehindError(GitError):
    """Branch and index have the change, but a checked-out file could not be written."""

    def __init__(self, cause: OSError) -> None:
        """Say which file, and that it is the only thing missing."""
        super().__init__(
            f"committed, but a checked-out file could not be written: {cause.filename}: {cause.strerror}",
            hint="make room or give permission: the next registration writes it, or: git restore",
        )


class IndexBehindError(GitError):
    """The branch has the change, but git's index could not be written."""

    def __init__(self, repository: Repository, cause: Exception) -> None:
        """Say that other gits are held off, and what ends that."""
        super().__init__(
            f"committed, but git's index could not be written: {cause}",
            hint=f"make room, then: registry doctor --fix; until then {_index_lock(repository)} stays, "
            "so that no commit takes the registration back",
        )


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
        self._behind = False

    def __enter__(self) -> Self:
        """Take the lock; a `GitError` if another git process keeps it for too long."""
        if not self._repository.bare:
            _take(self._repository)
            self._behind = _journal(self._repository).exists()
        return self

    def __exit__(self, *error: object) -> None:
        """Release the lock, unless the index may be behind the branch: then journal and lock stay for `recover`.

        The next `git commit` of the user would take back what the branch has.
        """
        if not self._repository.bare and not self._behind:
            _index_lock(self._repository).unlink(missing_ok=True)

    def begin(self, before: Mapping[str, bytes | None]) -> None:
        """Note the paths about to be written and their content at the tip, None where there is none.

        Refuses, with nothing done, a path that is in a merge conflict or reached through a link.
        """
        if self._repository.bare:
            return
        for folder in {path.rpartition("/")[0] for path in before}:
            _refuse_links(self._repository.top, folder, before)
        self._before, self._staged = before, _staged_ids(self._repository, before)
        ids = {path: _blob_id(self._repository, content) for path, content in before.items()}
        _journal(self._repository).write_text(json.dumps(ids), encoding="utf-8")
        self._behind = True

    def forget(self) -> None:
        """The branch has not moved: there is nothing to follow. This takes no room on the disk."""
        _journal(self._repository).unlink(missing_ok=True)
        self._behind = False

    def edited(self, after: Mapping[str, bytes | None]) -> list[str]:
        """The paths that hold an edit of the user's own, staged or not: not what was before, nor what comes `after`."""
        if self._repository.bare:
            return []
        return [path for path, content in after.items() if self._is_edited(path, {self._before[path], content})]

    def follow(self, after: Mapping[str, bytes | None], executable: Collection[str] = ()) -> tuple[str, ...]:
        """Bring files and index in step with `after`, the content of the same paths at the new tip.

        Those in `executable` are made so. Returns the paths left alone, in whole or in part, for an edit of the user's.
        A file that cannot be written does not keep the index behind; it is a `FileBehindError` in the end.
        """
        if self._repository.bare:
            return ()
        entries: list[str] = []
        kept: list[str] = []
        failed: OSError | None = None
        # What goes, goes first: a folder may become a file, or a file a folder.
        for path, content in sorted(after.items(), key=lambda item: item[1] is not None):
            ids = [_blob_id(self._repository, side) for side in (self._before[path], content)]
            if self._staged.get(path) not in ids:
                kept.append(path)
                continue
            try:
                if not self._follow_file(path, content, executable=path in executable):
                    kept.append(path)
            except OSError as err:
                failed = failed or err
            mode = "0" if content is None else "100755" if path in executable else "100644"
            entries.append(f"{mode} {ids[1] or _NO_BLOB}\t{path}")
        if entries:
            try:
                self._write_index(entries)
            except (GitError, OSError) as err:
                raise IndexBehindError(self._repository, err) from err
        self._behind = False
        if failed:
            raise FileBehindError(failed)
        _journal(self._repository).unlink()
        return tuple(kept)

    def _is_edited(self, path: str, expected: Collection[bytes | None]) -> bool:
        if self._staged.get(path) not in {_blob_id(self._repository, content) for content in expected}:
            return True
        file = self._repository.top / path
        return _read_file(file) not in expected and not _is_leaving(file, self._repository.top, self._before)

    def _follow_file(self, path: str, content: bytes | None, *, executable: bool) -> bool:
        """Write one checked-out file; False if an edit of the user's stands there."""
        target = self._repository.top / path
        standing = _read_file(target)
        if standing not in {content, self._before[path]}:
            return False
        if content is None:
            _remove(target, self._repository.top)
        elif standing == content:
            _set_executable(target, wanted=executable)
        else:
            temporary = target.parent / TEMPORARY
            try:
                temporary.write_bytes(content)
            except FileNotFoundError:
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary.write_bytes(content)
            _set_executable(temporary, wanted=executable)
            temporary.replace(target)
        return True

    def _write_index(self, entries: Sequence[str]) -> None:
        """Replace the index by an edited copy, as git itself does under its lock."""
        started_at = time.monotonic()
        index = self._repository.git_dir / "index"
        copy = self._repository.private / "index"
        # Nobody else has the turn, so a lock on our own copy is a dead git's.
        copy.with_name("index.lock").unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            # A second name is copy enough, at no cost: git writes a new file and renames it, never into the old one.
            copy.hardlink_to(index)
        self._repository.git.run(
            "update-index",
            "-z",
            "--index-info",
            data="".join(entry + "\0" for entry in entries).encode("utf-8", "surrogateescape"),
            variables={"GIT_INDEX_FILE": str(copy)},
        )
        copy.replace(index)
        let_pass(self._repository.top, time.monotonic() - started_at)


def recover(repository: Repository) -> None:
    """Finish what a writer that died had begun. Call it holding the writers' lock."""
    if not is_unfinished(repository):
        return
    with Checkout(repository) as checkout, ObjectReader(repository.git) as reader:
        ids = _read_journal(repository)
        head = repository.head()
        after = {path: reader.look_up(f"{head.tip}:{path}") if head.tip else None for path in ids}
        if {path: found and found[0] for path, found in after.items()} == ids:
            checkout.forget()
            return
        checkout.begin({path: reader.read(oid) if oid else None for path, oid in ids.items()})
        executable = {path for path in ids if reader.mode(head.tip, path) == "100755"}
        # A file that still cannot be written was said when it was committed; it must not stop everybody after.
        with suppress(FileBehindError):
            checkout.follow({path: found[1] if found else None for path, found in after.items()}, executable)


def is_unfinished(repository: Repository) -> bool:
    """Whether a writer has begun what it has not finished. If none is at work, it died."""
    return not repository.bare and (_journal(repository).exists() or _is_own(repository))


def own_locks(repository: Repository) -> list[Path]:
    """Git's index lock, if this tool holds it or left it."""
    return [_index_lock(repository)] if _is_own(repository) else []


def _is_own(repository: Repository) -> bool:
    """Whether `index.lock` is there and this tool's."""
    lock, own = _index_lock(repository), _own_lock(repository)
    return lock.exists() and own.exists() and lock.samefile(own)


def _read_journal(repository: Repository) -> dict[str, str | None]:
    try:
        ids: dict[str, str | None] = json.loads(_journal(repository).read_bytes())
    except (FileNotFoundError, ValueError):  # it died while writing the journal: nothing else had been touched
        return {}
    return ids


def _index_lock(repository: Repository) -> Path:
    return repository.git_dir / "index.lock"


def _own_lock(repository: Repository) -> Path:
    """The file that `index.lock` is a hard link to while this tool holds it: how a lock left by a crash is known."""
    return repository.private / "hold"


def _journal(repository: Repository) -> Path:
    return repository.private / "journal"


def _take(repository: Repository) -> None:
    """Take git's index lock, or take over the one that a dead writer of this tool left."""
    lock, own = _index_lock(repository), _own_lock(repository)
    deadline = time.monotonic() + INDEX_WAIT_SECONDS
    while True:
        try:
            own.touch()
            lock.hardlink_to(own)
        except FileExistsError as err:
            if _is_own(repository):
                return
            if time.monotonic() > deadline:
                raise GitError(
                    f"another git process holds {lock}",
                    hint=f"wait for it and try again; if no git is running: rm {lock}",
                ) from err
            time.sleep(_RETRY_SECONDS)
        except OSError as err:
            raise GitError(
                f"cannot write to {lock.parent}: {os.strerror(err.errno or 0)}",
                hint="check the disk and the permissions of the git directory",
            ) from err
        else:
            return


def _staged_ids(repository: Repository, paths: Collection[str]) -> dict[str, str]:
    """The blob id that the index has for each path it knows; refuses a path in conflict."""
    names = list(paths) if len(paths) <= _MANY_PATHS else sorted({path.split("/", 1)[0] for path in paths})
    below = [f":(top,literal){name}" for name in names]
    output = repository.git.run("ls-files", "--stage", "--full-name", "-z", "--", *below)
    staged: dict[str, str] = {}
    for line in output.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, path = line.split("\t", 1)
        _, oid, stage = about.split(" ")
        if stage != "0" and path in paths:
            raise GitError(f"{path} is in a merge conflict", hint=f"resolve it first: git add {path}, then commit")
        staged[path] = oid
    return staged


def _refuse_links(root: Path, path: str, changing: Collection[str]) -> None:
    """A folder (at `path`) of the registry that is a symbolic link would let a record be written outside of it.

    What is among the files that are `changing` is one that makes room for a folder.
    """
    folder = root
    for name in filter(None, path.split("/")):
        folder = folder / name
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            return
        if stat.S_ISREG(mode) and folder.relative_to(root).as_posix() in changing:
            return
        if not stat.S_ISDIR(mode):
            raise GitError(f"{folder} is not a folder of its own", hint="a registry's folders cannot be links")


def _is_leaving(folder: Path, top: Path, changing: Collection[str]) -> bool:
    """Whether this is a folder of nothing but files that are `changing`: they go, and it makes room for a file."""
    return (
        folder.is_dir()
        and not folder.is_symlink()
        and all(file.is_dir() or file.relative_to(top).as_posix() in changing for file in folder.rglob("*"))
    )


def _read_file(path: Path) -> bytes | None:
    """The content of a regular file; None if nothing is there; something that equals no file for anything else."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return _NO_FILE
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _remove(file: Path, top: Path) -> None:
    """Remove a file, and the folders that this leaves empty, as git does."""
    file.unlink(missing_ok=True)
    with suppress(OSError):
        for folder in file.parents:
            if folder == top:
                break
            folder.rmdir()


def _set_executable(file: Path, *, wanted: bool) -> None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if bool(mode & stat.S_IXUSR) != wanted:
        # Whoever may read it may run it.
        file.chmod(mode | (mode & 0o444) >> 2 if wanted else mode & ~0o111)


def _blob_id(repository: Repository, content: bytes | None) -> str | None:
    return None if content is None else blob_id(content, repository.object_format)
