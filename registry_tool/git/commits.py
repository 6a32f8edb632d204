"""Writing commits: one `git fast-import` stream for one change or ten thousand, and the branch moves once, at the end.

The branch is compared and swapped: git moves it only if it still points at the commit that the stream started from.
Nothing else in the repository is touched: no index, no checked-out file, no hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from subprocess import Popen
from typing import NamedTuple, TypeAlias

from registry_tool.git.identity import Identity
from registry_tool.git.moving import BranchMovedError, CollectedError, make_lasting, move_branch, why_not_moved
from registry_tool.git.objects import TreeEntry
from registry_tool.git.process import failure
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.paths import KEEP, UNSIGNED
from registry_tool.git.upkeep.reflock import remove_kept

BeforeMove: TypeAlias = Callable[["Commit"], None]
"""Called with the last commit when git has all of them and is about to move the branch. What it raises stops that."""

# Git's replies to this many bytes of input always fit in one pipe buffer, so a small stream needs no reader thread.
_PIPE_BYTES = 1 << 16


class Commit(NamedTuple):
    """A commit to be made: `files` maps a path in the repository to its new content, or to None to delete it.

    `entries` are files that git has as objects already. Without `committed_at`, it is committed at its author's time.
    """

    message: str
    author: Identity
    committer: Identity
    at: datetime
    files: Mapping[str, bytes | None] = {}
    entries: Mapping[str, TreeEntry] = {}
    committed_at: datetime | None = None

    @property
    def signatures(self) -> tuple[bytes, bytes]:
        """Author and committer, each with the time, as an object's header has them."""
        return _signature(self.author, self.at), _signature(self.committer, self.committed_at or self.at)


def write_commits(  # noqa: PLR0913  what is written where, and how
    repository: Repository,
    branch: str,
    tip: str,
    commits: Iterable[Commit],
    *,
    before_move: BeforeMove | None = None,
    signing: Sequence[str] = (),
) -> tuple[str, ...]:
    """Put `commits` on top of `tip` and move `branch` (a full ref name) there; the new ids, in order.

    `tip` is empty for a branch that does not exist yet. Raises `BranchMovedError` when the branch is not at `tip`.
    `commits` are asked for one by one while git works on those before; then `before_move` is called, and the branch
    moves. What is raised in between ends git, and nothing moves. Unless they are signed, no object can be seen before.
    What an attempt wrote that moved no branch stays for the next one, which has `drop_attempts` called after it.
    """
    if signing:
        return _write_signed(repository, branch, tip, list(commits), before_move, signing)
    revisions = _import(repository, branch, _stream(branch, tip, commits, before_move))
    if revisions:
        make_lasting(repository, branch, revisions[-1])
    return revisions


def _import(repository: Repository, branch: str, pieces: Iterator[bytes], *options: str) -> tuple[str, ...]:
    arguments = ("fast-import", "--quiet", "--done", "--date-format=raw", *options)
    process = repository.git.start(*arguments)
    try:
        # At first as much as a pipe holds: one registration then needs no thread to read what git answers.
        head, more = _take(pieces, _PIPE_BYTES)
        output, talk = _feed(process, head, pieces) if more else process.communicate(head)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    finally:
        if process.returncode != 0:
            (repository.git_dir / f"fast_import_crash_{process.pid}").unlink(missing_ok=True)
            remove_kept(repository, with_packs=False)
    if process.returncode == 0:
        return tuple(output.decode().split())
    error = why_not_moved(repository, arguments, process.returncode, talk, branch)
    if isinstance(error, BranchMovedError) and (revisions := output.decode().split()):
        # The next attempt may be made of the same objects, and git writes none that is in a pack.
        _keep(repository, revisions)
    raise error


def _keep(repository: Repository, revisions: Sequence[str]) -> bool:
    """Keep a line of commits that no branch has from a `git gc`; False if that has taken them away already.

    What belongs to no branch is taken away, pack and all, by a `git gc` that looked at the branches before they moved.
    It leaves alone the pack made here, of which it does not know.
    """
    git = repository.git
    line = (revisions[-1], "--not", f"{revisions[0]}^@")
    lost, objects, _ = git.attempt("rev-list", "--objects", "--no-object-names", *line)
    unread, pack, _ = git.attempt("pack-objects", "--quiet", "--stdout", data=objects)
    if lost or unread:
        return False
    write = ("index-pack", "--stdin", f"--keep={KEEP}")
    if git.attempt(*write, data=pack)[0]:  # a `git prune` may take away half a pack
        git.run(*write, data=pack)
    return True


def _take(pieces: Iterator[bytes], size: int) -> tuple[bytes, bool]:
    """The first pieces, joined, until there are `size` bytes of them; and whether there may be more."""
    taken: list[bytes] = []
    for piece in pieces:
        taken.append(piece)
        size -= len(piece)
        if size <= 0:
            return b"".join(taken), True
    return b"".join(taken), False


def _feed(process: Popen[bytes], first: bytes, pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Write to a process whose answers are read meanwhile; what it answered and said."""
    from concurrent.futures import ThreadPoolExecutor

    with process, ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(pipe.read) for pipe in (process.stdout, process.stderr) if pipe]
        try:
            # A git that has given up does not read on: why is in its answer.
            with suppress(BrokenPipeError):
                _write(process, first, pieces)
        except BaseException:
            process.kill()
            raise
        output, talk = (answer.result() for answer in answers)
    return output, talk


def _write(process: Popen[bytes], first: bytes, pieces: Iterator[bytes]) -> None:
    if process.stdin is None:
        return
    with process.stdin as pipe:
        chunk, more = first, True
        while chunk:
            pipe.write(chunk)
            chunk, more = _take(pieces, _PIPE_BYTES) if more else (b"", False)


def _stream(branch: str, tip: str, commits: Iterable[Commit], before_move: BeforeMove | None = None) -> Iterator[bytes]:
    parent = tip
    commit = None
    for number, commit in enumerate(commits, start=1):
        files = [_file(path, content) for path, content in commit.files.items()]
        entries = [
            b"M %b %b %b\n" % (entry.mode.encode(), entry.oid.encode(), _quoted(path))
            for path, entry in commit.entries.items()
        ]
        yield b"".join(
            (
                f"commit {branch}\nmark :{number}\n".encode("utf-8", "surrogateescape"),
                b"author %b\ncommitter %b\n" % commit.signatures,
                _data(commit.message.encode("utf-8", "surrogateescape")),
                f"from {parent}\n".encode() if parent else b"",
                *files,
                *entries,
                f"\nget-mark :{number}\n".encode(),
            )
        )
        parent = ""
    if commit and before_move:
        before_move(commit)
    yield b"done\n"


def _file(path: str, content: bytes | None) -> bytes:
    name = _quoted(path)
    return b"D %b\n" % name if content is None else b"M 100644 inline %b\n%b" % (name, _data(content))


def _signature(identity: Identity, at: datetime) -> bytes:
    offset = at.strftime("%z") or "+0000"
    return f"{identity} {int(at.timestamp())} {offset[:5]}".encode("utf-8", "surrogateescape")


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")


def _write_signed(  # noqa: PLR0913, PLR0917  as `write_commits`
    repository: Repository,
    branch: str,
    tip: str,
    commits: Sequence[Commit],
    before_move: BeforeMove | None,
    signing: Sequence[str],
) -> tuple[str, ...]:
    """Write the trees as unsigned commits first, then each commit again with git's own signature."""
    git = repository.git
    unsigned = _import(repository, UNSIGNED, _stream(UNSIGNED, tip, commits), "--force")
    signed: list[str] = []
    parent = tip
    for commit, draft in zip(commits, unsigned, strict=True):
        arguments = ("commit-tree", "-S", *(("-p", parent) if parent else ()), draft + "^{tree}")
        message = commit.message.encode("utf-8", "surrogateescape")
        status, output, talk = git.attempt(*signing, *arguments, data=message, variables=_variables(commit))
        if status:
            error = failure(arguments, status, talk)
            error.hint = error.hint or "nothing was committed: git has to be able to sign (commit.gpgSign)"
            raise error
        parent = output.decode().strip()
        signed.append(parent)
    if commits:
        if not _keep(repository, signed):
            raise CollectedError
        if before_move:
            before_move(commits[-1])
        # A new branch starts from a tip, too.
        before = tip if repository.tip(branch) else ""
        move_branch(repository, branch, before, parent, why="registry")
    git.attempt("update-ref", "-d", UNSIGNED)
    remove_kept(repository)
    return tuple(signed)


def _variables(commit: Commit) -> dict[str, str]:
    variables: dict[str, str] = {}
    roles = ("AUTHOR", commit.author), ("COMMITTER", commit.committer)
    for (role, identity), signature in zip(roles, commit.signatures, strict=True):
        variables[f"GIT_{role}_NAME"] = identity.name
        variables[f"GIT_{role}_EMAIL"] = identity.email
        variables[f"GIT_{role}_DATE"] = signature.rsplit(b"> ", 1)[1].decode()
    return variables
