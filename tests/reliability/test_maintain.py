"""`registry maintain` makes a repository quick, says what it did, drops nothing, and does not mind dying."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from registry_tool.git import maintenance
from registry_tool.git.maintenance import maintain
from registry_tool.git.repository import Repository, open_repository
from tests.programs import git, run_registry
from tests.reliability.changes import registry_in, write_record

CHAIN = ".git/objects/info/commit-graphs/commit-graph-chain"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with two commits of records."""
    folder = registry_in(tmp_path / "registry")
    for number in (1, 2):
        write_record(folder, number)
    return folder


def opened(root: Path) -> Repository:
    repository = open_repository(root, os.environ)
    assert repository
    return repository


def test_the_commit_graph_knows_changed_paths_and_grows_by_what_is_new(root: Path) -> None:
    first = run_registry("maintain", cwd=root)
    again = run_registry("maintain", cwd=root)
    write_record(root, 3)
    more = run_registry("maintain", cwd=root)

    told = [done.stdout.splitlines()[0] for done in (first, again, more)]
    assert told == ["brought the commit-graph up to date", "the commit-graph was up to date", told[0]]
    layers = (root / CHAIN).read_text().split()
    graphs = [(root / CHAIN).with_name(f"graph-{layer}.graph").read_bytes() for layer in layers]
    assert all(b"BDAT" in graph for graph in graphs)
    assert git("commit-graph", "verify", "--no-progress", cwd=root) == ""


def test_a_dry_run_does_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))

    done = run_registry("maintain", "--dry-run", cwd=root)

    assert done.stdout.startswith("would bring the commit-graph up to date\n")
    assert sorted(root.rglob("*")) == before


def test_objects_are_packed_when_it_pays_and_none_is_dropped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "PACKS", 3)
    (root / "stray").write_text("reachable from nothing\n")
    stray = git("hash-object", "-w", "stray", cwd=root)
    before = set(git("cat-file", "--batch-all-objects", "--batch-check", cwd=root).split("\n"))

    done = maintain(opened(root), on_wait=pytest.fail)

    counts = json.dumps(git("count-objects", "-v", cwd=root).split("\n"))
    assert (done.repacked, '"count: 0"' in counts, '"packs: 1"' in counts) == (True, True, True), counts
    assert set(git("cat-file", "--batch-all-objects", "--batch-check", cwd=root).split("\n")) == before
    assert git("cat-file", "-t", stray, cwd=root) == "blob"


def test_few_objects_are_left_as_they_are(root: Path) -> None:
    packs = sorted((root / ".git/objects/pack").iterdir())

    done = maintain(opened(root), on_wait=pytest.fail)

    assert (done.repacked, sorted((root / ".git/objects/pack").iterdir())) == (False, packs)


def test_the_lock_of_a_dead_maintainer_is_taken_away(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "_GRAPH_SECONDS", 0.05)
    lock = root / f"{CHAIN}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_bytes(b"")
    note = json.dumps({"locks": [str(lock)], "mark": ""}).encode()
    (root / ".git/registry-tool-maintain.lock").write_bytes(b"%10d\n%b" % (1, note))

    done = maintain(opened(root), on_wait=pytest.fail)

    assert (done.graph_written, lock.exists()) == (True, False)
