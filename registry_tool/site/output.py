"""How a site's folder takes the place of an older one: written beside it, then renamed; what is not a site stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from registry_tool.errors import RegistryError

# What only a site of ours has.
_MARKS = ("index.html", "data/records.js", "start.js")


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Make `folder` hold exactly `files`. It is replaced as a whole, or stays as it was.

    A folder that is neither empty nor an earlier site is refused with a `RegistryError`.
    """
    check_folder(folder)
    folder = folder.resolve()
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        for name, data in files:
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError as err:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise RegistryError(
            f"cannot write the site to {folder}: {err.strerror}", hint="check the folder, its permissions and the disk"
        ) from err
    finally:
        for leftover in (fresh, old):
            with suppress(OSError):
                shutil.rmtree(leftover)


def check_folder(folder: Path) -> None:
    """Refuse a place that a site must not replace."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RegistryError(f"{folder} is not a folder", hint="name a folder, or give --single for one file")
    is_site = all((folder / mark).is_file() for mark in _MARKS)
    if not is_site and any(folder.iterdir()):
        raise RegistryError(
            f"{folder} holds something that is not a site", hint="name an empty folder, a new one, or an earlier site"
        )
