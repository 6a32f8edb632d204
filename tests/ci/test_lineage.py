"""A sync sets nothing back that comes from where the synced revision does not build on: real clones, a real table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.lineage import Standing
from registry_tool.record.layout import MARKER, record_path
from tests.ci.syncing import apply, document, items, kinds, put, registry_of
from tests.programs import git
from tests.trail.registries import commit

KEY = str(document(0)["configId"])


def named(folder: Path, name: str, number: int = 0) -> Path:
    """A registry with an id and one record."""
    root = registry_of(folder, [document(number)])
    commit(root, {MARKER: f"registryFormat: 1\nregistryId: {name}\n".encode()})
    return root


def test_an_older_checkout_leaves_newer_items_alone_until_it_is_told_to_take_over(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = named(tmp_path / "registry", "r00000001")
    git("clone", "--quiet", str(root), str(tmp_path / "old"), cwd=tmp_path)
    put(root, [document(0, baseImage="x:2"), document(1)])
    apply(root, engine, table)
    newest = items(client, table)

    unfetched = apply(tmp_path / "old", engine, table)
    git("fetch", "--quiet", cwd=tmp_path / "old")
    fetched = apply(tmp_path / "old", engine, table, prune=True)
    left = items(client, table)
    taken = apply(tmp_path / "old", engine, table, take_over=True)

    assert [one.standing for one in unfetched.refused] == [Standing.UNKNOWN]
    assert [one.standing for one in fetched.refused] == [Standing.AFTER]
    assert (unfetched.is_behind, left) == (True, newest)
    assert (kinds(taken), len(items(client, table))) == ({"retested": 1}, 2)


def test_what_another_registry_wrote_is_left_to_it(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    apply(named(tmp_path / "one", "r00000001"), engine, table)
    two = named(tmp_path / "two", "r00000002")
    put(two, [document(0, baseImage="x:2")])
    before = items(client, table)

    done = apply(two, engine, table)

    assert ([one.standing for one in done.refused], done.is_behind, done.differs) == ([Standing.FOREIGN], False, True)
    assert items(client, table) == before


def test_after_a_rewritten_history_items_are_this_history_s_again_and_can_be_pruned(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = named(tmp_path / "registry", "r00000001")
    put(root, [document(1)])
    apply(root, engine, table)
    git("checkout", "--quiet", "--orphan", "new", cwd=root)
    git("commit", "--quiet", "--message", "Start again", cwd=root)
    git("branch", "--quiet", "--delete", "--force", "main", cwd=root)
    git("reflog", "expire", "--expire=now", "--all", cwd=root)
    git("gc", "--quiet", "--prune=now", cwd=root)

    stamped = apply(root, engine, table)
    commit(root, {record_path(KEY): None})
    pruned = apply(root, engine, table, prune=True)

    assert (kinds(stamped), kinds(pruned)) == ({"updated": 2}, {"pruned": 1})
    assert list(items(client, table)) == [str(document(1)["configId"])]


def test_only_records_that_the_filter_chooses_are_tested_and_removed_ones_are_suspended(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0), document(1), document(2, status="failed")])
    apply(root, engine, table)
    settings = b"registryFormat: 1\nciTable: {filter: {status: success}, removed: suspend}\n"
    commit(root, {MARKER: settings, record_path(KEY): None})

    done = apply(root, engine, table)
    again = apply(root, engine, table)
    put(root, [document(0), document(3, status="failed")])
    back = apply(root, engine, table)

    statuses = {str(item["projectName"]): item["testStatus"] for item in items(client, table).values()}
    assert (kinds(done), kinds(again), kinds(back)) == ({"suspended": 2}, {}, {"updated": 1})
    assert statuses == {"project-0": "untested", "project-1": "untested", "project-2": "suspended"}
