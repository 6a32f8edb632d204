"""Git's own lock on its index: taken as git takes it, and known as ours after a crash.

It is a hard link to a file of ours. So a lock that a dead writer left can be told from another git's, which is waited
for and never broken.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.permissions import share_file

INDEX_WAIT_SECONDS = 10.0
"""How long another git's lock is waited for."""
_RETRY_SECONDS = 0.02


def take(repository: Repository) -> None:
    """Take the lock, or take over the one that a dead writer of ours left; a `GitError` if another git keeps it."""
    lock, own = paths.index_lock(repository), paths.hold(repository)
    deadline = time.monotonic() + INDEX_WAIT_SECONDS
    while not is_own(repository):  # asked first: an overlay file system parts what is opened from its other names
        try:
            os.close(_touch(own, repository.git_dir))
            lock.hardlink_to(own)
        except FileExistsError as err:
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


def release(repository: Repository) -> None:
    """Remove the lock if it is ours: somebody may have removed it, and another git have taken it."""
    if is_own(repository):
        paths.index_lock(repository).unlink(missing_ok=True)


def is_own(repository: Repository) -> bool:
    """Whether `index.lock` is there and ours."""
    try:
        return os.path.samestat(paths.index_lock(repository).lstat(), paths.hold(repository).lstat())
    except FileNotFoundError:
        return False


def own_locks(repository: Repository) -> list[Path]:
    """Git's index lock, if this tool holds it or left it."""
    return [paths.index_lock(repository)] if is_own(repository) else []


def _touch(own: Path, folder: Path) -> int:
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    share_file(handle, folder)
    return handle
