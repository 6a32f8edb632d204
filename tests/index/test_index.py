"""The cache says what the tree says, whatever happens to the cache; and it reads only what is new."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.index import Unreadable, rows
from registry_tool.index.query import Query, find
from registry_tool.index.seal import expect_change
from registry_tool.record.layout import record_path
from tests.index.conftest import commit, indexed, put, record
from tests.programs import git, lose

if TYPE_CHECKING:
    from pathlib import Path


def listed(root: Path, revision: str = "HEAD") -> list[str]:
    with indexed(root, revision) as index:
        return sorted(summary["projectName"] for summary in find(index, Query()))


def cache(root: Path) -> Path:
    return next((root / ".git/registry-tool").glob("index-*.sqlite"))


def lose_objects(root: Path) -> None:
    """Make every record's blob unreadable, so that reading one would show."""
    for line in git("ls-tree", "-r", "HEAD", "registry-data/records", cwd=root).splitlines():
        oid = line.split()[2]
        lose(root, oid)


def test_an_unchanged_registry_is_listed_without_reading_a_record(root: Path) -> None:
    put(root, record(projectName="a"))
    listed(root)
    lose_objects(root)

    assert listed(root) == ["a"]


def test_after_a_change_only_what_changed_is_read(root: Path) -> None:
    put(root, record(projectName="a"), record(projectName="b", awsRegion="eu-west-1"))
    listed(root)
    lose_objects(root)

    put(root, record(projectName="c", awsRegion="us-west-2"))

    assert listed(root) == ["a", "b", "c"]


def test_a_changed_and_a_removed_record_are_noticed(root: Path) -> None:
    first, second = record(projectName="a"), record(projectName="b", awsRegion="eu-west-1")
    put(root, first, second)
    listed(root)

    put(root, {**first, "projectName": "renamed"})
    commit(root, {record_path(str(second["configId"])): None})

    assert listed(root) == ["renamed"]


def test_a_cache_that_another_process_begins_anew_meanwhile_stops_nobody(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, record(projectName="a"))
    listed(root)
    put(root, record(projectName="b", awsRegion="eu-west-1"))

    def begin_anew(file: Path) -> None:
        file.unlink()
        file.touch()
        expect_change(file)

    monkeypatch.setattr("registry_tool.index.expect_change", begin_anew)
    meanwhile = listed(root)
    monkeypatch.undo()

    assert (meanwhile, listed(root)) == (["a", "b"], ["a", "b"])


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, None], ids=["empty", "garbage", "damaged"])
def test_a_broken_cache_is_made_again(root: Path, content: bytes | None) -> None:
    put(root, record(projectName="a"))
    listed(root)
    file = cache(root)
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096) if content is None else content)

    first = listed(root)

    assert (first, listed(root), cache(root).read_bytes()[:6]) == (["a"], ["a"], b"SQLite")


def test_a_cache_that_somebody_locks_is_done_without(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, record(projectName="a"))
    listed(root)
    put(root, record(projectName="b", awsRegion="eu-west-1"))
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, **options: connect(name, **{**options, "timeout": 0.01}))
    other = connect(cache(root), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    names = listed(root)
    other.close()

    assert (names, listed(root)) == (["a", "b"], ["a", "b"])


def test_an_earlier_revision_is_read_without_disturbing_the_cache(root: Path) -> None:
    put(root, record(projectName="a"))
    put(root, record(projectName="b", awsRegion="eu-west-1"))
    listed(root)
    before = cache(root).read_bytes()

    earlier = listed(root, "HEAD~1")

    assert (earlier, listed(root), cache(root).read_bytes() == before) == (["a"], ["a", "b"], True)


def test_many_records_are_read_in_parallel_with_the_same_result(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [record(projectName=f"p{number}", awsRegion=f"us-east-{number}") for number in range(1200)]
    put(root, *documents)
    monkeypatch.setattr(rows, "_MANY", 1000)
    told: list[tuple[int, int]] = []

    with indexed(root, on_progress=lambda done, of: told.append((done, of))) as index:
        names = sorted(summary["projectName"] for summary in find(index, Query()))

    assert names == sorted(f"p{number}" for number in range(1200))
    assert told[-1] == (1200, 1200)


def test_what_is_no_record_is_named_and_the_rest_is_listed(root: Path) -> None:
    good = record(projectName="good")
    put(root, good)
    commit(root, {"registry-data/records/ab/notes.txt": b"hello", "registry-data/records/stray.yaml": b"a: 1\n"})

    with indexed(root) as index:
        names = [summary["projectName"] for summary in find(index, Query())]
        unreadable = index.unreadable()

    assert names == ["good"]
    assert [entry.path for entry in unreadable] == [
        "registry-data/records/ab/notes.txt",
        "registry-data/records/stray.yaml",
    ]
    assert unreadable[1] == Unreadable("registry-data/records/stray.yaml", "a file where only folders belong")


def test_a_registry_without_records_lists_none(root: Path) -> None:
    assert listed(root) == []


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["put", "drop", "list"])), max_size=8))
def test_any_history_lists_what_its_tip_holds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    root = tmp_path_factory.mktemp("registry")
    git("init", "--quiet", cwd=root)
    regions = ("us-east-1", "us-west-2", "eu-west-1", "ap-south-1")
    held: dict[int, str] = {}
    for step, (number, action) in enumerate(steps):
        document = record(awsRegion=regions[number], projectName=f"p{step}")
        if action == "put":
            put(root, document)
            held[number] = f"p{step}"
        elif action == "drop" and number in held:
            commit(root, {record_path(str(document["configId"])): None})
            del held[number]
        elif action == "list":
            listed(root)

    assert listed(root) == sorted(held.values())
