"""Which repository a folder belongs to, and where its HEAD is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from registry_tool.git.process import Git, GitError, failure


class Repository(NamedTuple):
    """A git repository as seen from `root`, the folder that holds `registry-data`.

    `git_dir` is this worktree's own (its HEAD and index), `common_dir` the one that all worktrees share. `prefix` is
    the path of `root` inside the repository, empty or ending in `/`. A bare repository has no checked-out files.
    """

    git: Git
    root: Path
    git_dir: Path
    common_dir: Path
    prefix: str
    bare: bool
    object_format: str

    @property
    def private(self) -> Path:
        """The folder in this worktree's git directory where the tool keeps what is its own: locks, journal, index."""
        return self.git_dir / "registry-tool"

    @property
    def no_object(self) -> str:
        """The id that stands for no object: zeros, as many as an id has digits."""
        return "0" * (64 if self.object_format == "sha256" else 40)

    @property
    def top(self) -> Path:
        """The folder that paths in the repository are relative to."""
        return self.root.resolve().parents[self.prefix.count("/") - 1] if self.prefix else self.root

    def head(self) -> Head:
        """The branch that is checked out and the commit it points at; a `GitError` if that cannot be read."""
        status, output, talk = self.git.attempt("rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
        if status == 0:
            tip, name = output.decode("utf-8", "surrogateescape").split("\n")[:2]
            return Head(branch="" if name == "HEAD" else name, tip=tip)
        branch = self._branch_in_head()
        if not branch:
            raise failure(("rev-parse",), status, talk)
        self._refuse_broken(branch)
        return Head(branch=branch, tip="")

    def tip(self, branch: str) -> str:
        """Where `branch` (a full ref name) is now; empty if there is none.

        A git that runs for longer may be behind: it sees no change of `packed-refs` in the second of another one.
        """
        return self.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", branch)[1].decode().strip()

    @property
    def has_reftable(self) -> bool:
        """Whether refs are in tables (git 2.45), not in a file for each: then there is one lock for all of them."""
        return (self.common_dir / "reftable").is_dir()

    def checked_out(self) -> bytes:
        """What HEAD says: another branch is checked out if it changed."""
        if self.has_reftable:
            return self.git.attempt("symbolic-ref", "--quiet", "HEAD")[1]
        return (self.git_dir / "HEAD").read_bytes()

    def _branch_in_head(self) -> str:
        """The branch that HEAD names, whether it can be read or not; empty when detached."""
        status, output, _ = self.git.attempt("symbolic-ref", "--quiet", "HEAD")
        if status != 0:  # git says nothing of a branch whose file is damaged
            output = (self.git_dir / "HEAD").read_bytes()
            output = output.removeprefix(b"ref: ") if output.startswith(b"ref: ") else b""
        return output.decode("utf-8", "surrogateescape").removesuffix("\n")

    def _refuse_broken(self, branch: str) -> None:
        """A branch that is there and cannot be read is not a branch that has no commit yet."""
        name = branch.removeprefix("refs/heads/")
        if tip := self.tip(branch):
            raise GitError(
                f"the commit {tip[:12]}, where {name} is, is missing or damaged",
                hint=f"fetch it from another clone, or see: {self.git.by_hand('fsck')}",
            )
        if (self.common_dir / branch).is_file():
            raise GitError(
                f"the branch {name} cannot be read: {self.common_dir / branch} is damaged",
                hint=f"find where it was: {self.git.by_hand(f'reflog {name}')}; "
                f"then: {self.git.by_hand(f'update-ref {branch} COMMIT')}",
            )


class Head(NamedTuple):
    """Where HEAD is: `branch` is a full ref name, empty when detached; `tip` a commit id, empty before the first."""

    branch: str
    tip: str


def create_repository(folder: Path, environment: Mapping[str, str]) -> None:
    """Make `folder` a git repository. Its branch is `main`, unless the user's git is set to another one.

    Git's own default is `master`, which hosts, and the clones of others, do not have.
    """
    git = Git(folder, environment)
    is_set, _, _ = git.attempt("config", "--get", "init.defaultBranch")
    git.run("init", "--quiet", *(() if is_set == 0 else ("--initial-branch=main",)))


def open_repository(root: Path, environment: Mapping[str, str]) -> Repository | None:
    """The repository that `root` lies in, or None if it lies in none."""
    git = Git(root, environment)
    status, output, talk = git.attempt(
        "rev-parse",
        "--path-format=absolute",
        "--absolute-git-dir",
        "--git-common-dir",
        "--is-bare-repository",
        "--is-inside-work-tree",
        "--show-object-format",
        "--show-prefix",
    )
    if status != 0:
        if b"not a git repository" in talk:
            return None
        raise failure(("rev-parse",), status, talk)
    git_dir, common_dir, bare, inside, object_format, prefix = output.decode("utf-8", "surrogateescape").split("\n")[:6]
    if bare == "false" and inside == "false":
        raise GitError(
            f"{root} is not inside the worktree of its repository {git_dir}",
            hint="is core.worktree set in its configuration, or is this the .git folder itself?",
        )
    return Repository(
        git=git,
        root=root,
        git_dir=Path(git_dir),
        common_dir=Path(common_dir),
        prefix=prefix,
        bare=bare == "true",
        object_format=object_format,
    )
