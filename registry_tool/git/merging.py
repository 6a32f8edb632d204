"""Merges in progress: what is in conflict, which commits meet, and how git is told to merge records as wholes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry_tool.git.log import stream
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import files, paths
from registry_tool.git.upkeep.permissions import make_private

DRIVER = "registry"
"""The name of our merge driver in git's configuration."""


@dataclass(frozen=True, slots=True)
class Stages:
    """A file in conflict in git's index: the ids of the blobs that met, empty for a side that removed it."""

    base: str
    ours: str
    theirs: str


def read_conflicts(repository: Repository, folder: str) -> Mapping[str, Stages]:
    """The files below `folder` that git's index has in conflict, by their paths in the registry."""
    found: dict[str, dict[str, str]] = {}
    for line in stream(repository, "ls-files", "--unmerged", "-z", "--full-name", "--", folder):
        about, _, path = line.partition("\t")
        _, oid, stage = about.split(" ")
        found.setdefault(path.removeprefix(repository.prefix), {})[stage] = oid
    return {
        path: Stages(stages.get("1", ""), stages.get("2", ""), stages.get("3", "")) for path, stages in found.items()
    }


def read_merged_commit(repository: Repository) -> str:
    """The commit that a merge in progress brings; empty if there is no such merge."""
    status, output, _ = repository.git.attempt("rev-parse", "--verify", "--quiet", "MERGE_HEAD^{commit}")
    return output.decode().strip() if status == 0 else ""


def read_parents(repository: Repository, revision: str) -> tuple[str, ...]:
    """The parents of a commit; none if it does not exist."""
    status, output, _ = repository.git.attempt("rev-list", "--parents", "--max-count=1", revision, "--")
    return tuple(output.decode().split()[1:]) if status == 0 else ()


def settle(repository: Repository, path: str, content: bytes | None) -> None:
    """Make `content` what is checked out and staged at `path`, so that it is in conflict no more; None removes it.

    A `GitError` if the file cannot be written, or lies behind a link.
    """
    if content is None:
        repository.git.run("--literal-pathspecs", "rm", "--quiet", "--force", "--ignore-unmatch", "--", path)
        return
    place, out = repository.prefix + path, paths.unplaced(repository)
    files.refuse_links(repository.top, place.rpartition("/")[0])
    try:
        make_private(repository)
        with files.prepared(out, content):
            files.move_in(out, repository.top, place)
    except OSError as err:
        raise GitError(
            f"cannot write {repository.root / path}: {err.strerror}", hint="check the disk and its permissions"
        ) from err
    repository.git.run("--literal-pathspecs", "add", "--force", "--", path)


def install_driver(repository: Repository, folder: str) -> bool:
    """Have git call our merge driver for the records below `folder` in this clone; False if it does so already.

    Git reads `info/attributes` of a clone before any `.gitattributes`, and only there a driver is named: a git that
    does not know the driver would merge line by line.
    """
    command = f"{DRIVER} merge-driver %O %A %B %P"
    status, output, _ = repository.git.attempt("config", "--local", "--get", f"merge.{DRIVER}.driver")
    known = status == 0 and output.decode().strip() == command
    if not known:
        repository.git.run("config", "--local", f"merge.{DRIVER}.name", "Keeps records of deployments whole")
        repository.git.run("config", "--local", f"merge.{DRIVER}.driver", command)
    return _add_attributes(repository.common_dir / "info" / "attributes", f"/{repository.prefix}{folder}") or not known


def _add_attributes(file: Path, pattern: str) -> bool:
    before = file.read_text(encoding="utf-8", errors="surrogateescape") if file.is_file() else ""
    line = f'"{pattern}/**" merge={DRIVER}\n'
    if line in before:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    gap = "\n" if before and not before.endswith("\n") else ""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{gap}# registry-tool: records are merged as wholes\n{line}")
    return True
