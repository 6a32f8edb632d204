"""Reading history: one streaming `git log`, as commits with the files that each of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from registry_tool.gitrepo.process import GitError, failure
from registry_tool.gitrepo.repository import Repository

_FORMAT = "tformat:%H%x00%an%x00%ae%x00%aI%x00%B"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a commit changed: its path in the repository, and the blob ids before and after, empty if absent."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCommit:
    """A commit as the log shows it; `at` is the author's time in ISO 8601."""

    revision: str
    author: str
    email: str
    at: str
    message: str
    files: tuple[FileChange, ...]


def read_log(repository: Repository, path: str, *, revision: str = "HEAD", limit: int = 0) -> Iterator[LoggedCommit]:
    """The commits that touched `path` (a file or folder below the registry's root), newest first.

    A merge is compared with its first parent. `limit` 0 means all.
    """
    arguments = (
        "log", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv",
        "--diff-merges=first-parent", f"--format={_FORMAT}", *((f"--max-count={limit}",) if limit else ()),
        "--end-of-options", revision, "--", f":(top,literal){repository.prefix}{path}",
    )  # fmt: skip
    process = repository.git.start(*arguments)
    finished = False
    try:
        if process.stdout is None:
            raise GitError("git log has no pipe")
        yield from _commits(_tokens(process.stdout))
        finished = True
    finally:
        if not finished:
            process.kill()
        _, talk = process.communicate()
    if process.returncode and b"bad revision 'HEAD'" not in talk:  # no commit yet
        raise failure(arguments, process.returncode, talk)


def _tokens(pipe: IO[bytes]) -> Iterator[str]:
    """The NUL-terminated pieces of a stream."""
    rest = b""
    while chunk := pipe.read(_CHUNK):
        *pieces, rest = (rest + chunk).split(b"\0")
        for piece in pieces:
            yield piece.decode("utf-8", "replace")


def _commits(tokens: Iterator[str]) -> Iterator[LoggedCommit]:
    """Five fields, then pairs of change and path: the first change stands on a line of its own."""
    token = next(tokens, None)
    while token is not None:
        revision, (author, email, at, message) = token, [next(tokens) for _ in range(4)]
        files: list[FileChange] = []
        token = next(tokens, None)
        while token is not None and token.lstrip("\n").startswith(":"):
            _, _, before, after, _ = token.lstrip("\n").split(" ")
            files.append(FileChange(next(tokens), _id_or_empty(before), _id_or_empty(after)))
            token = next(tokens, None)
        yield LoggedCommit(revision=revision, author=author, email=email, at=at, message=message, files=tuple(files))


def _id_or_empty(oid: str) -> str:
    return oid if oid.strip("0") else ""
