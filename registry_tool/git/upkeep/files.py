"""Checked-out files: reading and replacing them, and never through a link, wherever one may have been put.

A folder below the top is opened step by step, and a link on the way is an error. A file is written as a whole in the
git directory, under a name that nobody else knows, and then moved to its place.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry_tool.git.process import GitError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NO_FILE = b"\0not a regular file"
"""What `read_file` returns for a link, a folder or a device: it equals no file."""


def read_file(path: Path) -> bytes | None:
    """The content of a regular file; None if nothing is there; `NO_FILE` for anything else."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return NO_FILE
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def refuse_links(top: Path, folder: str, making_room: Iterator[str] | frozenset[str] = frozenset()) -> None:
    """Refuse a `folder` (below `top`) that is, or lies behind, a symbolic link or anything else but a folder.

    A file at one of the paths in `making_room` is about to go, and makes room for a folder.
    """
    place = top
    for name in filter(None, folder.split("/")):
        place = place / name
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            return
        if stat.S_ISREG(mode) and place.relative_to(top).as_posix() in making_room:
            return
        if not stat.S_ISDIR(mode):
            raise GitError(f"{place} is not a folder of its own", hint="take away the file or link that stands there")


def new_file(path: Path, content: bytes, *, executable: bool = False) -> None:
    """Write a file that is not there yet."""
    handle = os.open(path, _NEW, 0o777 if executable else 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


@contextmanager
def prepared(path: Path, content: bytes, *, executable: bool = False) -> Iterator[None]:
    """A new file at `path` that can be moved away; if it was not, it is removed in the end.

    What a dead process left at `path` gives way.
    """
    path.unlink(missing_ok=True)
    try:
        new_file(path, content, executable=executable)
        yield
    finally:
        path.unlink(missing_ok=True)


def move_in(source: Path, top: Path, path: str) -> None:
    """Move a file that is written to its place, `path` below `top`; folders are made where there are none."""
    folder, _, name = path.rpartition("/")
    with _opened(top, folder) as place:
        try:
            os.replace(source, name, dst_dir_fd=place)
        except OSError as err:
            if err.errno != errno.EXDEV:
                raise
            _copy_in(source, name, place)


def set_executable(path: Path, *, wanted: bool) -> None:
    """Make a file executable for whoever may read it, or for nobody."""
    mode = stat.S_IMODE(path.lstat().st_mode)
    if bool(mode & stat.S_IXUSR) != wanted:
        path.chmod(mode | (mode & 0o444) >> 2 if wanted else mode & ~0o111)


def remove(top: Path, path: str) -> None:
    """Remove a file, and the folders that this leaves empty, as git does."""
    folder, _, name = path.rpartition("/")
    with suppress(FileNotFoundError, NotADirectoryError), _opened(top, folder, make=False) as place:
        os.unlink(name, dir_fd=place)
    with suppress(OSError):
        for parent in (top / path).parents:
            if parent == top:
                break
            parent.rmdir()


def _copy_in(source: Path, name: str, place: int) -> None:
    """As `move_in`, from another file system."""
    temporary = f".registry-tool.{os.getpid()}.tmp"
    mode = stat.S_IMODE(source.stat().st_mode)
    handle = os.open(temporary, _NEW, mode, dir_fd=place)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source.read_bytes())
        os.replace(temporary, name, src_dir_fd=place, dst_dir_fd=place)
    except BaseException:
        os.unlink(temporary, dir_fd=place)
        raise
    source.unlink()


@contextmanager
def _opened(top: Path, folder: str, *, make: bool = True) -> Iterator[int]:
    """A handle of the folder at `folder` below `top`, which no link leads to."""
    handle = os.open(top, _FOLDER & ~os.O_NOFOLLOW)  # where the registry is may well be named by a link
    try:
        for name in filter(None, folder.split("/")):
            try:
                inner = os.open(name, _FOLDER, dir_fd=handle)
            except FileNotFoundError:
                if not make:
                    raise
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=handle)
                inner = os.open(name, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)
