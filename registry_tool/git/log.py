"""Reading history: one streaming `git log` or `git diff-tree`, as commits and the files that each of them changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from registry_tool.git.process import GitError, failure
from registry_tool.git.rawdiff import RAW, parse_change
from registry_tool.git.repository import Repository

_FORMAT = "tformat:%H%x00%P%x00%an%x00%ae%x00%aI%x00%B"
_CHUNK = 1 << 16
_LOG = ("log", "--root", "--full-history", *RAW, "--diff-merges=combined", f"--format={_FORMAT}")


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a commit changed: its path in the repository, and the blob ids before and after.

    An id is empty where there is no regular file.
    """

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCommit:
    """A commit as the log shows it; `parents` are ids, `at` is the author's time in ISO 8601."""

    revision: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: str
    message: str
    files: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which commits to read: those committed from `since` to `until`, in seconds since 1970, both included.

    `author` is a part of `Name <email>`, upper and lower case being the same. `removals` means what removed a file,
    and nothing else; `merges` means merges alone. With `first_parent`, only the branch's own steps are read: a merge is
    one, with all that it brought. `by_date` allows a commit before one that is built on it, where clocks were wrong,
    because the first commits then come at once: to put all in order, git walks all of them first, unless it has a
    commit-graph. `oldest_first` turns the order round.
    """

    since: int | None = None
    until: int | None = None
    author: str = ""
    removals: bool = False
    first_parent: bool = False
    by_date: bool = False
    merges: bool = False
    oldest_first: bool = False

    def options(self) -> tuple[str, ...]:
        """The filter as git's options."""
        return (
            # Not --since, which stops at the first commit that is older: times need not be in order.
            *((f"--since-as-filter=@{self.since} +0000",) if self.since is not None else ()),
            *((f"--until=@{self.until} +0000",) if self.until is not None else ()),
            *(("--fixed-strings", "--regexp-ignore-case", f"--author={self.author}") if self.author else ()),
            *(("--diff-filter=D",) if self.removals else ()),
            *(("--first-parent", "--diff-merges=first-parent") if self.first_parent else ()),
            *(("--merges",) if self.merges else ()),
            *(("--reverse",) if self.oldest_first else ()),
            *(() if self.by_date or self.first_parent else ("--date-order",)),
        )


EVERY_COMMIT = LogFilter()


def read_log(
    repository: Repository, path: str, *, revision: str = "HEAD", chosen: LogFilter = EVERY_COMMIT
) -> Iterator[LoggedCommit]:
    """The commits that touched `path` (a file or folder below the registry's root), newest first or as `chosen` says.

    No commit comes before one that is built on it, whatever the clocks said, unless `chosen` allows it. A merge has
    only the files that it made different from all of its parents, unless the log is of first parents; `before` is the
    first parent's.
    """
    return _commits(stream(repository, *_LOG, *chosen.options(), "--end-of-options", revision, "--", path))


def count_commits(repository: Repository, revision: str) -> int:
    """How many commits `revision` is built on, whatever they touched, and itself."""
    return int(repository.git.run("rev-list", "--count", "--end-of-options", revision))


def read_commits_of(repository: Repository, *wanted: str) -> Iterator[LoggedCommit]:
    """The commits that `wanted` means to `git log`, the oldest first, with every blob that they brought, links too."""
    return _commits(stream(repository, *_LOG, "--reverse", *wanted), kinds=("100", "120"))


def read_difference(repository: Repository, before: str, after: str, path: str) -> Iterator[FileChange]:
    """The files below `path` in which two commits, given by their ids, differ; by path."""
    tokens = stream(repository, "diff-tree", "-r", *RAW, before, after, "--", path)
    for token in tokens:
        yield _file_change(token, next(tokens))


def read_whole_difference(repository: Repository, before: str, after: str) -> Iterator[FileChange]:
    """The files and links of the whole repository in which two commits, given by their ids, differ; by path."""
    tokens = stream(repository, "diff-tree", "-r", *RAW, before, after)
    for token in tokens:
        yield _file_change(token, next(tokens), kinds=("100", "120", "160"))


def stream(repository: Repository, *arguments: str, accepted: Sequence[int] = (0,)) -> Iterator[str]:
    """The NUL-terminated pieces of what `git ARGUMENTS` prints; git is stopped when the reader stops.

    Exit statuses other than the `accepted` ones are an error.
    """
    # Git looks into its changed-path filters for a plain path only: from the registry's root, and literal.
    process = repository.git.start("--literal-pathspecs", *arguments)
    finished = False
    try:
        if process.stdout is None:
            raise GitError(f"git {arguments[0]} has no pipe")
        yield from _tokens(process.stdout)
        finished = True
    finally:
        if not finished:
            process.kill()
        _, talk = process.communicate()
    if process.returncode not in accepted and b"bad revision 'HEAD'" not in talk:  # no commit yet
        raise failure(arguments, process.returncode, talk)


def _tokens(pipe: IO[bytes]) -> Iterator[str]:
    rest = b""
    while chunk := pipe.read(_CHUNK):
        *pieces, rest = (rest + chunk).split(b"\0")
        for piece in pieces:
            yield piece.decode("utf-8", "replace")
    if rest:  # what no NUL follows, as the last line that git grep prints
        yield rest.decode("utf-8", "replace")


def _commits(tokens: Iterator[str], kinds: tuple[str, ...] = ("100",)) -> Iterator[LoggedCommit]:
    """Six fields, then pairs of change and path; the first change stands on a line of its own."""
    token = next(tokens, None)
    while token is not None:
        revision, (parents, author, email, at, message) = token, [next(tokens) for _ in range(5)]
        files: list[FileChange] = []
        token = next(tokens, None)
        if not token:  # what a merge changed stands after an empty piece
            token = next(tokens, None)
        while token is not None and token.lstrip("\n").startswith(":"):
            files.append(_file_change(token, next(tokens), kinds))
            token = next(tokens, None)
        yield LoggedCommit(
            revision=revision,
            parents=tuple(parents.split()),
            author=author,
            email=email,
            at=at,
            message=message,
            files=tuple(files),
        )


def _file_change(about: str, path: str, kinds: tuple[str, ...] = ("100",)) -> FileChange:
    """The change of a file; `kinds` are what the modes of those begin with that count."""
    change = parse_change(about)
    blobs = [oid if mode.startswith(kinds) else "" for mode, oid in zip(change.modes, change.oids, strict=True)]
    return FileChange(path, blobs[0], blobs[-1])
