"""Other people's git at work in the same repository: waiting until those that may hold a stale index are gone.

`git commit` reads the index first and asks for its lock later. One that read the index just before it was replaced, and
got the lock just after, would write the old index back, and the user's next commit would take back what was registered.
So whoever replaces the index keeps the lock until every git that was running then has ended: it finds the lock held,
and fails without having done anything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_RETRY_SECONDS = 0.001
_LEAST_SECONDS = 0.02
_OURS = b"\0core.hooksPath=/dev/null\0"


def let_pass(top: Path, seconds: float) -> None:
    """Wait for the gits that work in the folder `top`, up to four times `seconds`: as long as an index takes to read.

    Those that stay longer, such as one whose user is writing a message in an editor, are past that point. Where
    processes cannot be seen, the wait lasts `seconds`.
    """
    if not _PROCESSES.is_dir():
        time.sleep(seconds)
        return
    deadline = time.monotonic() + max(_LEAST_SECONDS, 4 * seconds)
    others = list(_gits_in(top))
    while time.monotonic() < deadline and any(map(_is_alive, others)):
        time.sleep(_RETRY_SECONDS)


def _gits_in(top: Path) -> Iterator[str]:
    """The processes that run git in a folder, but for those that this tool started."""
    # Plain calls: this runs at every registration, and there may be thousands of processes.
    for process in filter(str.isdecimal, os.listdir(_PROCESSES)):  # noqa: PTH208
        if b" (git) " in _read(process, "stat") and _OURS not in _read(process, "cmdline") and _works_in(process, top):
            yield process


def _works_in(process: str, top: Path) -> bool:
    try:
        return Path(os.readlink(f"/proc/{process}/cwd")).is_relative_to(top)  # noqa: PTH115
    except FileNotFoundError:
        return False
    except OSError:
        return True  # another user's


def _is_alive(process: str) -> bool:
    return b" (git) Z" not in (about := _read(process, "stat")) and b" (git) " in about


def _read(process: str, name: str) -> bytes:
    try:
        handle = os.open(f"/proc/{process}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 4096)
    except OSError:
        return b""
    finally:
        os.close(handle)
