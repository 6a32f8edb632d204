"""Branches other than the one that is checked out: what can be one, where it points, which worktree holds it."""

from __future__ import annotations

from registry_tool.errors import UsageError
from registry_tool.git.process import GitError
from registry_tool.git.repository import Head, Repository


def check_branch_name(repository: Repository, name: str) -> str:
    """The full ref name of the branch `name`; a `UsageError` if git takes no such name."""
    branch = f"refs/heads/{name}"
    status, _, _ = repository.git.attempt("check-ref-format", branch)
    if status != 0 or name.startswith("-") or name == "HEAD":
        raise UsageError(f"{name!r} cannot be a branch", hint="name one such as deploy/qwen3-4b")
    return branch


def branch_head(repository: Repository, branch: str) -> Head:
    """Where `branch` (a full ref name) is; at the tip of what is checked out if there is no such branch yet.

    A `GitError` if another worktree has it checked out: its files would no longer be those of its branch.
    """
    for folder, checked_out in _worktrees(repository):
        if checked_out == branch:
            name = branch.removeprefix("refs/heads/")
            raise GitError(f"{name} is checked out in {folder}", hint=f"register there: --registry {folder}")
    return Head(branch, tip_of(repository, branch) or repository.head().tip)


def tip_of(repository: Repository, ref: str) -> str:
    """The id of the commit that a full ref name points at; empty if there is none."""
    status, output, _ = repository.git.attempt(
        "rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"
    )
    return output.decode().strip() if status == 0 else ""


def _worktrees(repository: Repository) -> list[tuple[str, str]]:
    """The folder of each worktree and the branch in it: records end in an empty piece, and each has a `worktree`."""
    found: list[tuple[str, str]] = []
    folder = ""
    output = repository.git.run("worktree", "list", "--porcelain", "-z")
    for piece in output.decode("utf-8", "surrogateescape").split("\0"):
        label, _, value = piece.partition(" ")
        if label == "worktree":
            folder = value
        elif label == "branch":
            found.append((folder, value))
    return found
