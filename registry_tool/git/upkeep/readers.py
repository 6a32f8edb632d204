"""Other gits that may have read the old index: until when the new one has to be kept under its lock.

A git reads the index, works for a while, and only then asks for the index's lock. One that read the old index and gets
the lock after we have released it writes the old index back, and the user's next commit takes back what was registered.
Whoever asks for the lock while we hold it fails, having done nothing. So the lock is held until every git that read the
old index has had the time to ask: twice as long as our own git took to start, read that index and write it.

Nobody looks at processes: one in a container is not seen, and one in a folder named by a symbolic link is missed. Where
the kernel tells who opens the index (Linux, local file systems), we only hold on if somebody opened it lately;
elsewhere always.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

LEAST_SECONDS = 0.02
_TIMES = 2
# linux/inotify.h
_NONBLOCK, _CLOEXEC = os.O_NONBLOCK, getattr(os, "O_CLOEXEC", 0)
_OPENED, _OVERFLOW = 0x20, 0x4000
_EVENT = struct.Struct("iIII")
# linux/magic.h: file systems on which everybody who opens a file does so through this kernel.
_LOCAL = frozenset({
    0xEF53,  # ext2, ext3, ext4
    0x58465342,  # xfs
    0x9123683E,  # btrfs
    0x01021994,  # tmpfs
    0x794C7630,  # overlayfs
    0x2FC12FC1,  # zfs
    0xF2F52010,  # f2fs
    0xCA451A4E,  # bcachefs
})  # fmt: skip


class IndexReaders:
    """Watches who opens the index of a git directory, from now on. A context manager."""

    def __init__(self, git_dir: Path) -> None:
        """Begin to watch where that can be done."""
        self._watched_since = time.monotonic()
        self._last = self._watched_since
        self._handle = -1
        with suppress(OSError):
            self._handle = _watch(git_dir)

    def last_opened_at(self) -> float:
        """The latest moment (of `time.monotonic`) at which the index may have been opened by somebody else.

        Call it when the old index has just been replaced.
        """
        if self._handle < 0 or _was_opened(self._handle):
            self._last = time.monotonic()
        return self._last

    @property
    def saw_somebody(self) -> bool:
        """Whether somebody else may have opened the index that was replaced."""
        return self._last > self._watched_since

    def close(self) -> None:
        """Watch no longer."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Watch no longer, whatever happened."""
        self.close()


def hold_seconds(seconds: float) -> float:
    """How long after reading the old index another git may ask for its lock, if ours took `seconds` for all of it."""
    return max(LEAST_SECONDS, _TIMES * seconds)


def _watch(folder: Path) -> int:
    """A handle from which events can be read when a file in `folder` is opened; -1 if nobody would tell."""
    if not sys.platform.startswith("linux"):
        return -1
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    about = (ctypes.c_long * 32)()
    if library.statfs(os.fsencode(folder), about) or about[0] not in _LOCAL:
        return -1
    handle: int = library.inotify_init1(_NONBLOCK | _CLOEXEC)
    if handle >= 0 and library.inotify_add_watch(handle, os.fsencode(folder), _OPENED) < 0:
        os.close(handle)
        return -1
    return handle


def _was_opened(handle: int) -> bool:
    """Whether one of the events that wait is of the index, or some got lost."""
    found = False
    with suppress(BlockingIOError):
        while data := os.read(handle, 1 << 16):
            at = 0
            while at < len(data):
                _, kind, _, size = _EVENT.unpack_from(data, at)
                name = data[at + _EVENT.size : at + _EVENT.size + size].rstrip(b"\0")
                found = found or name == b"index" or bool(kind & _OVERFLOW)
                at += _EVENT.size + size
    return found
