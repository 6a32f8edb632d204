"""The only printer: data to standard output, talk to standard error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def open_streams() -> None:
    """Give a process that was started without standard streams ones that refuse data and swallow talk.

    Python has None in their places, and the first file that is opened would get their numbers.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # Standard output is opened for reading only: what is written there must fail, not vanish.
            os.open(os.devnull, os.O_RDWR if number == 2 else os.O_RDONLY)  # noqa: PLR2004  standard error
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False))


def give_up_output() -> None:
    """Let what could not be written be: Python would try once more on its way out, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def out(text: str) -> None:
    """Write data, exactly as it is."""
    sys.stdout.write(text)


def talk(line: str) -> None:
    """Write one line to the user, after the data so far: in a log both are one stream."""
    with suppress(OSError):  # said where the data is written
        sys.stdout.flush()
    with suppress(OSError):  # nobody can be told
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


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
