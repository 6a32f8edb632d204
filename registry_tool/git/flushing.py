"""Flushing to the disk what a power cut must not take back.

A file that was flushed is on the disk, and its name may not be: that is in its folder, which has to be flushed as well
(fsync(2)). Git does the one and leaves out the other.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

FEW = 64
"""More paths than this are flushed with everything else that waits for the disk, which is quicker then."""
_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EROFS})


def flush(paths: Iterable[Path]) -> None:
    """Return when what these files hold, and the names that these folders hold, is on the disk; `OSError` if it fails.

    What is gone needs no flushing, and a file system that flushes no folders keeps names by itself.
    """
    wanted = dict.fromkeys(paths)
    if len(wanted) > FEW:
        os.sync()
        return
    for path in wanted:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue  # removed since, or a link, which is in its folder; or not ours to read
        try:
            os.fsync(handle)
        except OSError as err:
            if err.errno not in _CANNOT:
                raise
        finally:
            os.close(handle)
