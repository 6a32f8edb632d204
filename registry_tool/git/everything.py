"""All that a history holds: every commit with every file that it changed, and every ref and annotated tag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry_tool.git.log import LoggedCommit, read_commits_of
from registry_tool.git.repository import Repository


def count_commits(repository: Repository, revisions: Sequence[str]) -> int:
    """How many commits `read_everything` will yield."""
    return int(repository.git.run("rev-list", "--count", *_wanted(revisions)))


def read_everything(repository: Repository, revisions: Sequence[str]) -> Iterator[LoggedCommit]:
    """Every commit that `revisions` reach (all refs and HEAD, if there are none), the oldest first.

    Files are all that git keeps as blobs, links included, wherever they lie in the repository. Of a merge, those that
    are like none of its parents'.
    """
    return read_commits_of(repository, *_wanted(revisions))


def read_annotations(repository: Repository) -> Iterator[tuple[str, str, bool]]:
    """Every ref: its full name, the id of what it names, and whether that is a tag with a message of its own."""
    listed = repository.git.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(objecttype)")
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        name, oid, kind = line.split("\0")
        yield name, oid, kind == "tag"


def read_unreachable(repository: Repository) -> Iterator[tuple[str, str]]:
    """The kind and the id of each object that no ref reaches: no clone gets it, but git has not dropped it yet."""
    reached = set(repository.git.run("rev-list", "--objects", "--no-object-names", *_wanted(())).decode().split())
    wanted = "--batch-check=%(objecttype) %(objectname)"
    listed = repository.git.run("cat-file", "--batch-all-objects", "--unordered", "--buffer", wanted)
    for line in listed.decode().splitlines():
        kind, _, oid = line.partition(" ")
        if oid not in reached:
            yield kind, oid


def read_reflogs(repository: Repository) -> Iterator[tuple[str, str]]:
    """The id and the text of each line of the reflogs, each once."""
    listed = repository.git.run("log", "--walk-reflogs", "--format=%H %gs", *_wanted(()))
    for line in dict.fromkeys(listed.decode("utf-8", "surrogateescape").splitlines()):
        oid, _, text = line.partition(" ")
        yield oid, text


def _wanted(revisions: Sequence[str]) -> tuple[str, ...]:
    # HEAD may be on no branch.
    return ("--end-of-options", *revisions, "--") if revisions else ("--all", "HEAD", "--")
