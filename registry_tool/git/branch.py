"""Branches other than the one that is checked out: what can be one, where it points, and who has it in hand."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from registry_tool.errors import UsageError
from registry_tool.git.moving import NameTakenError
from registry_tool.git.process import GitError
from registry_tool.git.repository import Head, Repository

_HEADS = "refs/heads/"
_REMOTES = "refs/remotes/"


def check_branch_name(repository: Repository, name: str) -> str:
    """The full ref name of the branch `name`, or of the one that it stands for; refuses what cannot be a branch."""
    branch = _HEADS + name
    status, _, _ = repository.git.attempt("check-ref-format", branch)
    if status != 0 or name.startswith("-") or name == "HEAD":
        raise UsageError(f"{name!r} cannot be a branch", hint="name one such as deploy/qwen3-4b")
    parts = name.split("/")
    parents = [_HEADS + "/".join(parts[:at]) for at in range(1, len(parts))]
    listed = repository.git.run(
        "for-each-ref", "--format=%(refname)%00%(symref)", branch, *parents, f"{_REMOTES}{name}"
    )
    lines = listed.decode("utf-8", "surrogateescape").split("\n")[:-1]
    there = dict(line.split("\0", 1) for line in lines)
    if branch in there:
        return _stands_for(name, there[branch]) if there[branch] else branch
    if f"{_REMOTES}{name}" in there:
        remote, _, own = name.partition("/")
        raise UsageError(
            f"{name} is what was last seen of the remote {remote}, not a branch of yours",
            hint=f"name your own, and push it: --branch {own} --push",
        )
    taken = [ref for ref in there if ref in parents or ref.startswith(f"{branch}/")]
    if taken:
        raise NameTakenError(repository, branch, taken[0])
    return branch


def on_no_branch(repository: Repository, so: str) -> GitError:
    """That no branch is checked out, what follows from it, and how to check out the one that is probably meant."""
    names = repository.git.run("for-each-ref", "--format=%(refname:short)", _HEADS).decode(errors="replace").split()
    name = names[0] if len(names) == 1 else "main" if "main" in names else "BRANCH"
    return GitError(
        f"{repository.root} is on a detached HEAD, so {so}",
        hint=f"{repository.git.by_hand(f'switch {shlex.quote(name)}')} (or finish the rebase), then again",
    )


def branch_head(repository: Repository, branch: str) -> Head:
    """Where `branch` (a full ref name) is; at the tip of what is checked out if there is no such branch yet.

    A `GitError` if another worktree has it checked out, because its files would no longer be those of its branch; or if
    a rebase or a bisection is about to put it back where it was.
    """
    name = branch.removeprefix(_HEADS)
    for folder, checked_out in _worktrees(repository):
        if checked_out == branch:
            raise GitError(f"{name} is checked out in {folder}", hint=f"register there: --registry {folder}")
    for busy, doing, end in _in_hand(repository, branch):
        raise GitError(f"{name} is being {doing} in {busy}", hint=f"finish that first: {end}; then register again")
    return Head(branch, repository.tip(branch) or repository.head().tip)


def refuse_rebased(repository: Repository, branch: str, revision: str) -> None:
    """A `GitError` if a rebase has begun that may put `branch` back to before the commit `revision`, which is on it.

    It has noted where the branch was, and `git rebase --abort` moves the branch there whatever happened meanwhile.
    """
    for folder, doing, end in _in_hand(repository, branch):
        if doing == "rebased":
            name = branch.removeprefix(_HEADS)
            raise GitError(
                f"committed to {name} as {revision[:12]}, but {name} is being rebased in {folder} and may be put back",
                hint=f"finish that ({end}), then see: registry status",
            )


def _stands_for(name: str, target: str) -> str:
    if not target.startswith(_HEADS):
        raise UsageError(f"{name!r} stands for {target}, which is not a branch", hint="name a branch")
    return target


def _in_hand(repository: Repository, branch: str) -> Iterator[tuple[Path, str, str]]:
    """The folder of each worktree that will move `branch` when it is done, what it is doing, and what ends that."""
    common = repository.common_dir
    for git_dir in (common, *sorted(common.glob("worktrees/*"))):
        folder = _folder(git_dir)
        git = repository.git.at(folder)
        rebased = {_read(git_dir / f"{kind}/head-name") for kind in ("rebase-merge", "rebase-apply")}
        # Three lines for each: the ref, and where it was and is.
        rebased |= set(_read(git_dir / "rebase-merge/update-refs").split("\n")[::3])
        if branch in rebased:
            yield folder, "rebased", f"{git.by_hand('rebase --continue')}, or --abort"
        if _read(git_dir / "BISECT_START") == branch.removeprefix(_HEADS):
            yield folder, "bisected", git.by_hand("bisect reset")


def _folder(git_dir: Path) -> Path:
    """The folder of the worktree that has this git directory."""
    own = _read(git_dir / "gitdir")
    return Path(own).parent if own else git_dir.parent if git_dir.name == ".git" else git_dir


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape").strip("\n")
    except (FileNotFoundError, NotADirectoryError):
        return ""


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
