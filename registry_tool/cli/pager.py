"""Long output on a terminal: how wide that is, and the pager that git uses, chosen as git chooses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from registry_tool.cli.console import on_terminal, out

# What git gives a pager that the user has not configured otherwise: leave at the end of a short text, show colours,
# keep the text on the screen.
_GIVEN = {"LESS": "FRX", "LV": "-c"}


class Paging:
    """Whether a pager may be used: `registry --no-pager` says no."""

    allowed = True


def room() -> int:
    """How many columns the terminal has to which data goes; 0 if it goes anywhere else."""
    return shutil.get_terminal_size().columns if on_terminal() else 0


def configured(name: str) -> str:
    """What the user's own configuration of git says; empty if nothing. That of a repository may be a stranger's."""
    from registry_tool.git.process import Git, GitError

    with suppress(GitError):
        return Git(Path("/"), os.environ).attempt("config", name)[1].decode(errors="surrogateescape").strip()
    return ""


def page(pieces: Iterable[str]) -> None:
    """Write data; on a terminal through the user's pager."""
    command = _pager() if Paging.allowed and on_terminal() else ""
    if not command:
        for piece in pieces:
            out(piece)
        return
    sys.stdout.flush()
    environment = {**_GIVEN, **os.environ}
    # As git does it, the shell reads the command: it is the user's own, and may have options.
    with subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment, encoding="utf-8") as pager:  # noqa: S602
        with suppress(BrokenPipeError, KeyboardInterrupt):  # who leaves the pager has seen enough
            for piece in pieces:
                pager.stdin.write(piece)  # type: ignore[union-attr]  # a pipe, as asked for above
        with suppress(BrokenPipeError):
            pager.stdin.close()  # type: ignore[union-attr]
        while pager.poll() is None:
            with suppress(KeyboardInterrupt):  # it is the pager's to obey
                pager.wait()


def _pager() -> str:
    """The pager that git would use: GIT_PAGER, else the user's `core.pager`, else PAGER, else less; empty for none.

    The configuration of a repository is not asked, because it may be a stranger's.
    """
    command = os.environ.get("GIT_PAGER")
    if command is None:
        command = configured("core.pager") or os.environ.get("PAGER", "less")
    words = command.split()
    return command if words and words != ["cat"] and shutil.which(words[0]) else ""
