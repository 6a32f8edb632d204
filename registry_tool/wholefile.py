"""Writing a file as a whole: whoever reads it sees the old content or the new one, never a part of either."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry_tool.errors import RegistryError


def write_whole(file: Path, data: bytes, *, mode: int | None = None) -> None:
    """Make `data` the content of `file`, as `replacing` does."""
    with replacing(file, mode=mode) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(file: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A path to write to: what is there in the end becomes the content of `file`, if nothing is raised.

    Only a regular file is replaced, and it keeps its permissions unless `mode` gives others. A link stays, and its
    target is replaced. What is written to a FIFO or a device goes through it, as with the shell's `>`. Raises
    `RegistryError` for a folder, and where nothing can be written.
    """
    try:
        is_stream = _is_stream(file)
        target = Path(os.path.realpath(file))
        temporary = _somewhere() if is_stream else _new(target.with_name(f".{target.name}.{os.getpid()}.tmp"))
        try:
            yield temporary
            if is_stream:
                _copy(temporary, file)
            else:
                _replace(temporary, target, mode)
        finally:
            with suppress(OSError):
                temporary.unlink()
    except OSError as err:
        raise RegistryError(
            f"cannot write {file}: {err.strerror}", hint="check the folder, its permissions and the disk"
        ) from err


def _is_stream(file: Path) -> bool:
    """Whether there is something at `file` that is no file to replace; an `IsADirectoryError` for a folder."""
    try:
        kind = file.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    return not stat.S_ISREG(kind)


def _somewhere() -> Path:
    from tempfile import mkstemp  # nearly everybody writes to a file

    handle, name = mkstemp()
    os.close(handle)
    return Path(name)


def _new(temporary: Path) -> Path:
    """An empty file that nobody had there before: never one behind a link that somebody has laid."""
    with suppress(FileNotFoundError):
        temporary.unlink()
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    return temporary


def _copy(temporary: Path, stream: Path) -> None:
    with temporary.open("rb") as source, stream.open("wb", buffering=0) as sink:
        shutil.copyfileobj(source, sink)


def _replace(temporary: Path, target: Path, mode: int | None) -> None:
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(target.stat().st_mode) if mode is None else mode
    if mode is not None:
        temporary.chmod(mode)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(target)
