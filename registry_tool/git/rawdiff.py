"""Git's raw format for what changed: how it is asked for, and how a line of it is read."""

from __future__ import annotations

from typing import NamedTuple

RAW = ("-z", "--raw", "--no-relative", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv")
"""The options with which git says of each file that changed which blob it was and is, whatever its configuration hides.
"""
GONE = "000000"
"""The mode of what is there no more, is not there yet, or is in conflict."""


class FileDiff(NamedTuple):
    """What git says of a file, but for its path: mode and id on each side, those of all parents first, the result last.

    `status` is a letter for each parent: `A`, `M`, `D`, `T`, or `U` for what is in conflict.
    """

    modes: tuple[str, ...]
    oids: tuple[str, ...]
    status: str


def parse_change(about: str) -> FileDiff:
    """A colon for each parent, then the modes, the ids and the status (git-diff-tree's documentation)."""
    about = about.lstrip("\n")
    parents = about.count(":")
    *words, status = about.lstrip(":").split(" ")
    return FileDiff(tuple(words[: parents + 1]), tuple(words[parents + 1 :]), status)
