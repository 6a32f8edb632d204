"""Who else may write what we write: whoever may write to the git directory (`core.sharedRepository`)."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from registry_tool.git.repository import Repository

_OTHERS = 0o066


def share_file(handle: int, folder: Path) -> None:
    """Let all who may write to the git directory `folder` write to the open file, too, whatever the umask says.

    Git gives its folders the bits of `core.sharedRepository`, so they say it without a look at the configuration.
    """
    now = stat.S_IMODE(os.fstat(handle).st_mode)
    if (wanted := now | (folder.stat().st_mode & _OTHERS)) != now:
        with suppress(PermissionError):  # somebody else's, who has shared it
            os.fchmod(handle, wanted)


def share_database(file: Path) -> None:
    """As `share_file`, for a file that SQLite made."""
    handle = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    try:
        share_file(handle, file.parent)
    finally:
        os.close(handle)


def make_folder(path: Path, parent: Path) -> None:
    """Make the folder `path` unless it is there, as open to others as `parent` is."""
    try:
        path.mkdir()
    except FileExistsError:
        return
    mode = stat.S_IMODE(parent.stat().st_mode)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)


def make_private(repository: Repository) -> None:
    """Make our folder in the worktree's own git directory, unless it is there."""
    make_folder(repository.private, repository.git_dir)


def write_shared(path: Path, data: bytes) -> None:
    """Write a small file of ours as a whole, open to all who may write to its folder; the old one until then."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)  # what a dead process of the same number left
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            share_file(handle, path.parent)
            file.write(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
