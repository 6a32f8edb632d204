"""The only printer: data to standard output, talk to standard error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def out(text: str) -> None:
    """Write data, exactly as it is."""
    sys.stdout.write(text)


def talk(line: str) -> None:
    """Write one line to the user, after the data so far: in a log both are one stream."""
    with suppress(BrokenPipeError):  # said where the data is written
        sys.stdout.flush()
    sys.stderr.write(line + "\n")


def progress(done: int, of: int, *, what: str = "records", doing: str = "reading") -> None:
    """Show on a terminal how many of how many have been read; the line goes when all have."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" if done >= of else f"\r{doing} {what}: {done:,} of {of:,}")
        sys.stderr.flush()


def on_terminal() -> bool:
    """Whether data goes to a person's terminal, which may get colours and tables."""
    return sys.stdout.isatty()


def in_colour() -> bool:
    """Whether data may be coloured: on a terminal that can, unless NO_COLOR is set."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
