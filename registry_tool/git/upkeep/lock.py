"""Queueing: writers of one repository wait for each other on a kernel lock, which a dead process cannot keep.

The lock is on an open file, and every git that a writer starts holds that file open too. So whoever has the turn knows
that nothing of the last writer is still running, even if it was killed and its git was not.

The file says who has the turn, and what a writer is about to do. If it dies, the next one reads that.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from registry_tool.git.process import GitDiedError, GitError
from registry_tool.git.upkeep.permissions import share_file

WAIT_SECONDS = 60.0
_MOST_BYTES = 1 << 16


class Turn:
    """A writer's turn. `handle` is the open lock file; `left` is what the last writer had noted if it died."""

    def __init__(self, handle: int) -> None:
        """Say who has the turn; what the last writer left stands until `note` or `clear`."""
        self.handle = handle
        _, _, self.left = os.pread(handle, _MOST_BYTES, 0).partition(b"\n")
        # Of a fixed width, so that it replaces the last one's and nothing else.
        os.pwrite(handle, b"%10d\n" % os.getpid(), 0)

    def note(self, text: bytes) -> None:
        """Write down what is about to be done, for the next writer if this one dies."""
        os.truncate(self.handle, os.pwrite(self.handle, b"%10d\n%b" % (os.getpid(), text), 0))
        os.fsync(self.handle)

    def clear(self) -> None:
        """Nothing is left to do."""
        os.truncate(self.handle, 0)


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[str], None], wait: float = WAIT_SECONDS) -> Iterator[Turn]:
    """Hold the lock on the file `path` (made if missing) for the length of the block.

    If somebody holds it, `on_wait` is told who, once, and the wait lasts up to `wait` seconds. What was noted is
    cleared unless the block is interrupted or a git in it died.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        share_file(handle, path.parent)
    except OSError as err:
        raise GitError(
            f"cannot open the lock file {path}: {os.strerror(err.errno or 0)}", hint=f"check that {path} can be written"
        ) from err
    try:
        _take(handle, path, on_wait, wait)
        turn = Turn(handle)
        try:
            yield turn
        except GitDiedError:
            raise
        except Exception:
            turn.clear()
            raise
        turn.clear()
    finally:
        os.close(handle)


def abandoned(path: Path) -> bytes | None:
    """What the last writer had noted if it died, empty if it did not; None while one is at work."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return os.pread(handle, _MOST_BYTES, 0).partition(b"\n")[2]
    except BlockingIOError:
        return None
    finally:
        os.close(handle)


def _take(handle: int, path: Path, on_wait: Callable[[str], None], seconds: float) -> None:
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _describe(os.pread(handle, 10, 0))
            if seconds <= 0:
                raise _give_up(seconds, holder) from None
            on_wait(f"waiting for another registration to finish ({holder})")
            _wait(handle, seconds, holder)
    except OSError as err:
        if err.errno == errno.ENOLCK:
            raise GitError(f"the file system of {path} has no locks", hint="keep the registry on a local disk") from err
        raise


def _describe(content: bytes) -> str:
    """Who has the turn; a dead process can only be followed by a git of its own, which is about to end."""
    number = content.decode("ascii", "replace").strip()
    if not number.isdecimal():
        return "an unknown process"
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return f"process {number} has died, its git is still running"
    except OSError:
        pass  # it lives, as another user's
    return f"process {number}"


def _wait(handle: int, seconds: float, holder: str) -> None:
    """Queue for the lock in a thread, so that the wait has an end without a timer: signals are the program's own."""
    waiter = _Waiter(handle)
    waiter.start()
    waiter.join(seconds)
    if waiter.is_alive():
        raise _give_up(seconds, holder)
    if waiter.error:
        raise waiter.error


class _Waiter(threading.Thread):
    """Waits in the kernel's queue. Its handle is of the same open file as the caller's, so the lock is the caller's.

    If the caller has gone meanwhile, this handle is the last one, and closing it lets the lock go.
    """

    def __init__(self, handle: int) -> None:
        super().__init__(daemon=True)
        self._handle = os.dup(handle)
        self.error: OSError | None = None

    def run(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError as err:
            self.error = err
        finally:
            os.close(self._handle)


def _give_up(seconds: float, holder: str) -> GitError:
    return GitError(
        f"gave up after {seconds:.0f} s: the registry is still being written to ({holder})",
        hint="try again; if that process has been stopped: kill -CONT, or kill it",
    )
