"""Which files of a do-framework project a registration reads, and that they are files at all."""

from __future__ import annotations

import os
import re
import shlex
import stat
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.capture.draft import CaptureError
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONFIG = "do/config"
LIBRARIES = ("do/lib/profile.sh", "do/lib/resolve-instance.sh")
"""Sourced after do/config where they exist, as the project's own scripts do."""

# The first line ends in CRLF, and not inside of a text in quotes, where anything is allowed.
_WINDOWS = re.compile(r"""(?:[^\n"']|"[^\n"]*"|'[^\n']*')*\r\n""")

MAX_FILE_SIZE = 1 << 20
"""In bytes. A record is at most as long, so no file that belongs in one is longer."""


class Project(NamedTuple):
    """A project and its files, as paths relative to `folder` (absolute).

    `components` and `adapters` are sorted by name; `components` is None if the project has no `do/ic` folder.
    """

    folder: Path
    libraries: tuple[str, ...]
    components: tuple[str, ...] | None
    adapters: tuple[str, ...]

    def read(self, file: str) -> bytes:
        """The content of a file; a `CaptureError` if it cannot be read or is over `MAX_FILE_SIZE`."""
        try:
            with (self.folder / file).open("rb") as stream:
                content = stream.read(MAX_FILE_SIZE + 1)
        except OSError as err:
            raise _unreadable(file, err) from err
        if len(content) > MAX_FILE_SIZE:
            raise CaptureError(
                f"{one_line(file)} is larger than 1 MiB", hint="keep data out of the files that the do scripts read"
            )
        return content

    def read_if_there(self, file: str) -> str:
        """The text of a file; empty if there is none that can be read."""
        try:
            return self.read(file).decode("utf-8", "replace")
        except CaptureError:
            return ""


def find_project(folder: Path) -> Project:
    """The project in `folder`; a `CaptureError` if there is none, or if one of its files is not a readable file."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise CaptureError(f"there is no folder {folder}", hint="check the path of the project")
    if not _is_file(folder, CONFIG):
        raise CaptureError(
            f"there is no {CONFIG} in {folder}",
            hint="run this in the folder of a do-framework project, or name one: --project-dir DIR",
        )
    return Project(
        folder=folder,
        libraries=tuple(file for file in LIBRARIES if _is_file(folder, file)),
        components=_conf_files(folder, "do/ic"),
        adapters=_conf_files(folder, "do/adapters") or (),
    )


def read_texts(project: Project, files: Sequence[str]) -> dict[str, str]:
    """The texts of bash files, with surrogates for what is not UTF-8; a `CaptureError` if any has Windows line ends."""
    texts = {file: project.read(file).decode("utf-8", "surrogateescape") for file in files}
    if broken := [file for file, text in texts.items() if _WINDOWS.match(text)]:
        raise windows_line_ends(broken)
    return texts


def windows_line_ends(files: Sequence[str]) -> CaptureError:
    """The error for files that bash misreads: it takes the carriage return for a part of every value."""
    return CaptureError(
        f"{', '.join(map(one_line, files))}: Windows line ends (CRLF), which bash takes for a part of every value",
        hint=f"convert: perl -pi -e 's/\\r$//' {' '.join(one_line(shlex.quote(file)) for file in files)}; keep it so "
        "with the line 'do/** text eol=lf' in .gitattributes",
    )


def find_model_configs(folder: Path) -> tuple[str, ...]:
    """Every `config.pbtxt` below `model_repository/`, relative to the project's `folder`."""
    found = []
    for parent, _, files in os.walk(folder / "model_repository"):
        if "config.pbtxt" in files:
            found.append(os.path.relpath(os.path.join(parent, "config.pbtxt"), folder))  # noqa: PTH118  os.walk is text
    return tuple(file for file in found if _is_file(folder, file))


def _conf_files(folder: Path, inside: str) -> tuple[str, ...] | None:
    """The `.conf` files as the shell's `*.conf` finds them, by name; None without the folder."""
    try:
        names = [path.name for path in (folder / inside).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise _unreadable(inside, err) from err
    stems = sorted(name.removesuffix(".conf") for name in names if name.endswith(".conf") and name[0] != ".")
    files = tuple(f"{inside}/{stem}.conf" for stem in stems)
    for file in files:
        if not _is_file(folder, file):
            raise CaptureError(f"{one_line(file)} is a link to nowhere", hint="remove it, or restore what it points to")
    return files


def _is_file(folder: Path, file: str) -> bool:
    """Whether the file exists. Something else of that name is refused here, because it could block a reader."""
    try:
        file.encode()
        mode = (folder / file).stat().st_mode
    except UnicodeEncodeError as err:
        raise CaptureError(f"the file name {one_line(file)} is not valid UTF-8", hint="rename the file") from err
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as err:
        raise _unreadable(file, err) from err
    if not stat.S_ISREG(mode):
        raise CaptureError(f"{one_line(file)} is not a file", hint="remove or rename it: the do scripts read it")
    if not os.access(folder / file, os.R_OK):
        raise CaptureError(f"{one_line(file)} may not be read", hint="check the file's permissions")
    return True


def _unreadable(file: str, err: OSError) -> CaptureError:
    return CaptureError(f"{one_line(file)} cannot be read: {err.strerror}", hint="check the file and its permissions")
