"""Searching the files of a commit: one `git grep`, whatever a user's configuration makes it print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from registry_tool.git.log import stream
from registry_tool.git.repository import Repository

_PLAIN = (
    "--no-color", "--no-line-number", "--no-column", "--no-heading", "--no-recurse-submodules", "--no-textconv",
    "--full-name", "--text", "--null", "--extended-regexp",
)  # fmt: skip


def find_lines(
    repository: Repository, revision: str, folder: str, patterns: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The lines of files below `folder` that match one of `patterns`, in files where each of these matches a line.

    Each line comes with its file's path in the registry. Patterns are extended regular expressions as POSIX has them.
    """
    wanted = [word for pattern in patterns for word in ("-e", pattern)]
    raw = stream(repository, "grep", *_PLAIN, "--all-match", *wanted, revision, "--", folder, accepted=(0, 1))
    # Each match is `REVISION:PATH NUL LINE newline`: what stands between two NULs is a line and the next path.
    path = next(raw, "").removeprefix(f"{revision}:")
    for piece in raw:
        line, _, following = piece.partition("\n")
        if path:
            yield path.removeprefix(repository.prefix), line
        path = following.removeprefix(f"{revision}:")


def literally(text: str) -> str:
    """A pattern that matches `text` and nothing else."""
    return re.sub(r"[][.*(){}+?|$^\\]", lambda match: f"\\{match[0]}", text)
