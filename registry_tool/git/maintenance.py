"""Keeping a repository quick: a commit-graph that knows which paths each commit changed, and packs instead of files.

Nothing is ever dropped here, reachable or not, and writers are not held up: they add objects, this rearranges them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.lock import exclusive
from registry_tool.git.upkeep.reflock import remove_left

LOOSE_OBJECTS = 2_000
"""From how many loose objects on packing pays: some 300 registrations."""
PACKS = 20
"""From how many packs on joining them pays: every look-up asks each."""
MANY_PACKS = 50
"""From how many packs on a registration joins them itself; so many make `git gc --auto` do it, too."""
_REPACK = ("repack", "-d", "-q", "--geometric=2", "--no-write-bitmap-index")

# The id of a chunk, looked for in the table at the start of a file: a header of 8 bytes, then 12 for each chunk.
_CHANGED_PATHS = b"BIDX"
_TABLE_OF_CONTENTS = 256
_GRAPHS = "objects/info/commit-graphs/commit-graph-chain"
# How long another git may hold the commit-graph's lock without writing to it: it writes 100,000 commits in a second.
_GRAPH_SECONDS = 5.0


class Maintained(NamedTuple):
    """What was done, or would be: `loose` objects and `packs` as they were before, and whether they were repacked.

    `graph_written` says whether there were commits that the commit-graph did not have; a dry run does not look.
    """

    loose: int
    packs: int
    repacked: bool
    graph_written: bool


def maintain(repository: Repository, *, on_wait: Callable[[str], None], dry_run: bool = False) -> Maintained:
    """Add what is new to the commit-graph, and repack when it pays. A dry run only says so."""
    loose, packs = _count_objects(repository)
    pays = loose >= LOOSE_OBJECTS or packs >= PACKS
    if dry_run:
        return Maintained(loose=loose, packs=packs, repacked=pays, graph_written=True)
    chain = repository.common_dir / _GRAPHS
    before = _read(chain)
    with _turn(repository, chain, on_wait):
        write_commit_graph(repository)
        if pays:
            repository.git.run(*_REPACK)
    return Maintained(loose=loose, packs=packs, repacked=pays, graph_written=_read(chain) != before)


def tidy(repository: Repository) -> None:
    """Join the packs if there are very many: each registration adds one. Not while somebody maintains the repository.

    It takes some milliseconds for each registration since it was done last, and what it cannot do is no failure.
    """
    if sum(1 for _ in (repository.common_dir / "objects/pack").glob("*.pack")) < MANY_PACKS:
        return
    with suppress(GitError, OSError), exclusive(paths.maintain_lock(repository), on_wait=lambda _: None, wait=0.0):
        repository.git.run(*_REPACK)


def find_damage(repository: Repository) -> list[str]:
    """What git says of objects that are missing or broken, a line each; nothing for a sound repository."""
    _, output, talk = repository.git.attempt("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    return [line for line in (output + talk).decode("utf-8", "replace").splitlines() if line.strip()]


def write_commit_graph(repository: Repository) -> None:
    """Add all commits that it does not have to the commit-graph, with the paths that each of them changed.

    A graph without those paths, such as `git gc` writes, is replaced: git would only add to it.
    """
    split = "--split" if _knows_changed_paths(repository.common_dir / "objects/info") else "--split=replace"
    repository.git.run("commit-graph", "write", "--reachable", "--changed-paths", split, "--no-progress")


def _knows_changed_paths(folder: Path) -> bool:
    """Whether every part of the commit-graph has the chunk of its changed-path filters (git's commit-graph format)."""
    parts = [folder / "commit-graph", *folder.glob("commit-graphs/graph-*.graph")]
    return all(_CHANGED_PATHS in _read(part)[:_TABLE_OF_CONTENTS] for part in parts if part.exists())


@contextmanager
def _turn(repository: Repository, chain: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
    """A lock of its own: maintainers queue, writers do not notice. What a dead one left of the graph's lock goes."""
    lock = paths.maintain_lock(repository)
    try:
        with exclusive(lock, on_wait=on_wait) as turn, repository.git.keeping_open(turn.handle):
            remove_left(repository, turn.left, _GRAPH_SECONDS)
            own = chain.with_name(f"{chain.name}.lock")
            turn.note(json.dumps({"locks": [] if own.exists() else [str(own)], "mark": ""}).encode())
            yield
    except OSError as err:
        raise GitError(
            f"cannot write to {repository.common_dir}: {err.strerror}",
            hint="check the disk and the permissions of the git directory; nothing was lost",
        ) from err


def _count_objects(repository: Repository) -> tuple[int, int]:
    """How many loose objects and packs there are."""
    output = repository.git.run("count-objects", "-v").decode()
    counts = dict(line.split(": ", 1) for line in output.splitlines())
    return int(counts["count"]), int(counts["packs"])


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
