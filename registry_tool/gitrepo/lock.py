"""Queueing: writers of one repository wait for each other on a kernel lock, which a dead process cannot keep."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from registry_tool.gitrepo.process import GitError

WAIT_SECONDS = 60.0


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[str], None], wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock on the file `path` (made if missing) for the length of the block.

    If somebody holds it, `on_wait` is told who, once, and the wait lasts up to `wait` seconds (unlimited outside the
    main thread, where a timer cannot interrupt it).
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as err:
        raise GitError(f"cannot open the lock file {path}: {os.strerror(err.errno or 0)}") from err
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            on_wait(f"waiting for another registration to finish (process {holder or 'unknown'})")
            _wait(handle, wait, holder)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    except OSError as err:
        if err.errno == errno.ENOLCK:
            raise GitError(f"the file system of {path} has no locks") from err
        raise
    finally:
        os.close(handle)


def _wait(handle: int, seconds: float, holder: str) -> None:
    if threading.current_thread() is not threading.main_thread():
        fcntl.flock(handle, fcntl.LOCK_EX)
        return

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise GitError(
            f"gave up after {seconds:.0f} s: process {holder or 'unknown'} is still writing to this registry",
            hint="try again; nothing was registered",
        )

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
