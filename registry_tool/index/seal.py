"""Whether the cache in a file is as we left it: what damaged it did so behind SQLite's back.

SQLite finds a damaged page only when it happens to read it, and a changed letter never. But whatever writes into the
file without SQLite changes the time of the file and not SQLite's own count of changes. Both are noted beside the cache
after each change of ours. Looking costs two small reads; only after a crash, or while another process is writing, the
whole file is checked (0.1 s for 100,000 records).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from registry_tool.git.upkeep.permissions import share_database, write_shared

# Where SQLite's file format has the count of changes.
_COUNT = slice(24, 28)


def expect_change(file: Path) -> None:
    """Note that the cache in `file` is about to be changed once: until `seal`, what that makes of it counts as ours."""
    with suppress(OSError):
        count, state = _state(file)
        expected = (int(count, 16) + 1).to_bytes(4, "big").hex()
        write_shared(_note(file), f"{count}\n{state}\n{expected}".encode())


def seal(file: Path) -> None:
    """Note how the cache in `file` is left. It is a cache: if that cannot be noted, it is made again next time."""
    with suppress(OSError):
        share_database(file)
        write_shared(_note(file), "\n".join(_state(file)).encode())


def is_as_left(file: Path) -> bool:
    """Whether the cache in `file` is as a process of ours left it; True if there is none."""
    try:
        count, state = _state(file)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        noted = _note(file).read_text(encoding="ascii").split("\n")
    except (OSError, ValueError):
        return _finds(file, "SELECT count(*) FROM state", 0)  # just made, with nothing in it that could be wrong
    return [count, state] == noted[:2] or ([count] == noted[2:] and _finds(file, "PRAGMA quick_check", "ok"))


def _state(file: Path) -> tuple[str, str]:
    """The count of changes; the size and the time of the last one.

    A file that another process has just begun, in place of one that it threw away, is none yet.
    """
    with file.open("rb") as opened:
        head = opened.read(_COUNT.stop)
        about = os.fstat(opened.fileno())
    if len(head) < _COUNT.stop:
        raise FileNotFoundError(file)
    count = head[_COUNT].hex()
    return count, f"{about.st_size} {about.st_mtime_ns}"


def _note(file: Path) -> Path:
    return file.with_suffix(".seal")


def _finds(file: Path, query: str, expected: object) -> bool:
    connection = sqlite3.connect(file, timeout=10)
    try:
        return bool(connection.execute(query).fetchone() == (expected,))
    except sqlite3.OperationalError:
        return True  # another process is writing it
    except sqlite3.Error:
        return False
    finally:
        connection.close()
