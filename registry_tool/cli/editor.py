"""Notes written in an editor: the one that git uses, on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from registry_tool.cli.pager import configured
from registry_tool.errors import RegistryError, UsageError

_COMMENT = "#"
_TEMPLATE = """
# Why is this deployment registered? The text becomes the record's notes and the message
# of the commit. Lines that begin with # are left out; without any text, nothing is registered.
"""


def edit_notes() -> str:
    """What the user writes in an editor, without the comments; `RegistryError` if that is nothing."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("--edit needs a terminal", hint="--notes TEXT, or --notes-file FILE")
    with TemporaryDirectory(prefix="registry-") as folder:
        file = Path(folder) / "REGISTRATION_NOTES"
        file.write_text(_TEMPLATE, encoding="utf-8")
        command = _editor()
        # As git does it, the shell reads the command, and the file's name is a word of its own.
        code = subprocess.run(["sh", "-c", f'{command} "$@"', command, str(file)], check=False).returncode
        if code:
            raise RegistryError(f"the editor ended with {code}: nothing was registered", hint=f"it is {command!r}")
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as err:
            raise RegistryError("what the editor wrote is not UTF-8 text", hint="--notes-file FILE") from err
    notes = "\n".join(line.rstrip() for line in lines if not line.startswith(_COMMENT)).strip()
    if not notes:
        raise RegistryError("there are no notes, so nothing was registered", hint="write some, or leave out --edit")
    return notes


def _editor() -> str:
    """GIT_EDITOR, else the user's `core.editor`, else VISUAL, EDITOR, or vi; never what a repository configures."""
    found = [
        os.environ.get("GIT_EDITOR"),
        configured("core.editor"),
        os.environ.get("VISUAL"),
        os.environ.get("EDITOR"),
    ]
    return next(filter(None, found), "vi")
