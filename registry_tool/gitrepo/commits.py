"""Writing commits: one `git fast-import` stream for one change or ten thousand, and the branch moves once, at the end.

The branch is compared and swapped: git moves it only if it still points at the commit that the stream started from.
Nothing else in the repository is touched: no index, no checked-out file, no hook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry_tool.gitrepo.identity import Identity
from registry_tool.gitrepo.process import GitError, failure
from registry_tool.gitrepo.repository import Repository

_UNSIGNED = "refs/registry-tool/unsigned"
_NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit to be made: `files` maps a path in the repository to its new content, or to None to delete it."""

    message: str
    author: Identity
    committer: Identity
    at: datetime
    files: Mapping[str, bytes | None]

    def signature(self, role: Identity) -> bytes:
        """The identity and time as an object's header has them."""
        offset = self.at.strftime("%z") or "+0000"
        return f"{role} {int(self.at.timestamp())} {offset[:5]}".encode()


class BranchMovedError(GitError):
    """Somebody else moved the branch first; nothing was written. Read it again and retry."""


def write_commits(
    repository: Repository, branch: str, tip: str, commits: Sequence[Commit], *, signing: Sequence[str] = ()
) -> tuple[str, ...]:
    """Put `commits` on top of `tip` and move `branch` (a full ref name) there; the new ids, in order.

    `tip` is empty for a branch that does not exist yet. Raises `BranchMovedError` when the branch is not at `tip`.
    """
    if signing:
        return _write_signed(repository, branch, tip, commits, signing)
    return _import(repository, branch, tip, commits)


def _import(repository: Repository, branch: str, tip: str, commits: Sequence[Commit], *options: str) -> tuple[str, ...]:
    arguments = ("fast-import", "--quiet", "--done", "--date-format=raw", *options)
    process = repository.git.start(*arguments)
    output, talk = process.communicate(b"".join(_stream(branch, tip, commits)))
    if process.returncode == 0:
        return tuple(output.decode().split())
    (repository.git_dir / f"fast_import_crash_{process.pid}").unlink(missing_ok=True)
    if b"Not updating " in talk or b"cannot lock ref" in talk or b".lock': File exists" in talk:
        raise BranchMovedError(f"{branch} was moved by somebody else at the same time", hint="try again")
    raise failure(arguments, process.returncode, talk)


def _stream(branch: str, tip: str, commits: Iterable[Commit]) -> Iterable[bytes]:
    parent = tip
    for number, commit in enumerate(commits, start=1):
        yield f"commit {branch}\nmark :{number}\n".encode()
        yield b"author %b\ncommitter %b\n" % (commit.signature(commit.author), commit.signature(commit.committer))
        yield _data(commit.message.encode())
        if parent:
            yield f"from {parent}\n".encode()
        parent = ""
        for path, content in commit.files.items():
            name = _quoted(path)
            if content is None:
                yield b"D %b\n" % name
            else:
                yield b"M 100644 inline %b\n%b" % (name, _data(content))
        yield f"\nget-mark :{number}\n".encode()
    yield b"done\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")


def _write_signed(
    repository: Repository, branch: str, tip: str, commits: Sequence[Commit], signing: Sequence[str]
) -> tuple[str, ...]:
    """Write the trees as unsigned commits first, then each commit again with git's own signature."""
    git = repository.git
    unsigned = _import(repository, _UNSIGNED, tip, commits, "--force")
    signed: list[str] = []
    parent = tip
    try:
        for commit, draft in zip(commits, unsigned, strict=True):
            arguments = ("commit-tree", "-S", *(("-p", parent) if parent else ()), draft + "^{tree}")
            output = git.run(*signing, *arguments, data=commit.message.encode(), variables=_variables(commit))
            parent = output.decode().strip()
            signed.append(parent)
        status, _, talk = git.attempt("update-ref", "-m", "registry", branch, parent, tip or _NO_COMMIT)
    finally:
        git.attempt("update-ref", "-d", _UNSIGNED)
    if status != 0:
        if b"cannot lock ref" in talk:
            raise BranchMovedError(f"{branch} was moved by somebody else at the same time", hint="try again")
        raise failure(("update-ref",), status, talk)
    return tuple(signed)


def _variables(commit: Commit) -> dict[str, str]:
    variables: dict[str, str] = {}
    for role, identity in (("AUTHOR", commit.author), ("COMMITTER", commit.committer)):
        variables[f"GIT_{role}_NAME"] = identity.name
        variables[f"GIT_{role}_EMAIL"] = identity.email
        variables[f"GIT_{role}_DATE"] = commit.signature(identity).rsplit(b"> ", 1)[1].decode()
    return variables
