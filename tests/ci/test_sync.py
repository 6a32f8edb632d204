"""A sync does what its plan says, once, with as few calls as can be; and nobody's work is lost by it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from registry_tool.api import sync
from registry_tool.api.sync import Synced, SyncWish
from registry_tool.ci import apply as writing
from registry_tool.ci.apply import Applied
from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.dynamodb.table import DynamoTable
from registry_tool.ci.item import ItemOrigin
from registry_tool.ci.lineage import Lineage
from registry_tool.ci.plan import ItemChange, Kind
from registry_tool.ci.policy import SyncPolicy
from registry_tool.ci.survey import PruneLimit, TableSurvey
from registry_tool.ci.table import Write
from registry_tool.errors import RegistryError
from registry_tool.record.identity import Json
from registry_tool.record.layout import record_path
from registry_tool.record.tested import tested_digest as digest_of
from registry_tool.store.reading import Store
from tests.ci.proxy import Proxy, standing_before
from tests.ci.syncing import apply, context, document, harness, items, kinds, put, registry_of, set_attributes
from tests.trail.registries import NOON, commit

HARNESS_FIELDS = {
    "stageResults": "{}",
    "errorMessage": "none",
    "benchmarkP95": "7",
    "createdAt": "2020-01-01T00:00:00Z",
}
RESULT = {"testStatus": "pass", "lastTestTimestamp": "2026-03-02T00:00:00Z"}


@pytest.fixture
def counted(engine: Mapping[str, str]) -> Iterator[tuple[Proxy, dict[str, str]]]:
    """A proxy before the engine, and the environment that leads to it."""
    with standing_before(engine) as (proxy, environment):
        yield proxy, environment


def key(number: int) -> str:
    return str(document(number)["configId"])


def test_a_plan_writes_nothing_and_a_second_apply_neither(
    counted: tuple[Proxy, dict[str, str]], client: Client, table: Address, tmp_path: Path
) -> None:
    proxy, environment = counted
    root = registry_of(tmp_path / "registry", map(document, range(120)))

    planned = sync.plan(context(root, environment), SyncWish(table=table.table, prune=True))
    calls_of_plan = dict(proxy.calls)
    proxy.calls.clear()
    first = apply(root, environment, table)
    calls_of_first = dict(proxy.calls)
    proxy.calls.clear()
    second = apply(root, environment, table)

    assert (kinds(planned), calls_of_plan) == ({"created": 120}, {"BatchGetItem": 2})
    assert (kinds(first), calls_of_first) == ({"created": 120}, {"BatchGetItem": 2, "PutItem": 120})
    assert (kinds(second), second.survey.in_sync, dict(proxy.calls)) == ({}, 120, {"BatchGetItem": 2})
    assert len(items(client, table)) == 120


def test_only_what_changed_is_written_and_the_harness_keeps_what_is_its_own(
    counted: tuple[Proxy, dict[str, str]], client: Client, table: Address, tmp_path: Path
) -> None:
    proxy, environment = counted
    root = registry_of(tmp_path / "registry", map(document, range(5)))
    apply(root, environment, table)
    for number in range(5):
        set_attributes(client, table, key(number), **HARNESS_FIELDS, **RESULT)
    before = items(client, table)
    revision = put(root, [document(0, baseImage="vllm/vllm-openai:v0.9.0"), document(1, notes=""), document(2)])
    set_attributes(client, table, key(3), projectName="theirs")
    proxy.calls.clear()

    done = apply(root, environment, table)

    after = items(client, table)
    changed = {
        number: {
            name: value
            for name, value in after[key(number)].items()
            if before[key(number)].get(name) != value and name != "registryDigest"
        }
        for number in range(5)
    }
    assert (kinds(done), dict(proxy.calls)) == (
        {"retested": 1, "updated": 1, "drifted": 1},
        {"BatchGetItem": 1, "UpdateItem": 3},
    )
    assert changed.pop(0).keys() == {
        "baseImage", "baseImageVersion", "configJson", "contentDigest", "passedAt",
        "passedCommit", "sourceCommit", "testStatus",
    }  # fmt: skip
    assert changed == {1: {"sourceCommit": revision}, 2: {}, 3: {"sourceCommit": revision}, 4: {}}
    assert "notes" not in after[key(1)]
    assert all(HARNESS_FIELDS.items() <= item.items() for item in after.values())
    assert [after[key(number)]["testStatus"] for number in range(5)] == ["untested", "pass", "pass", "pass", "pass"]


def test_items_of_another_tool_are_adopted_and_not_duplicated(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    apply(root, engine, table)
    for number in range(2):
        set_attributes(client, table, key(number), **RESULT)
        client.update_item(
            TableName=table.table,
            Key={"configId": {"S": key(number)}},
            UpdateExpression="REMOVE contentDigest, contentAt, sourceCommit, registryDigest, managedBy, notes",
        )
    set_attributes(client, table, key(1), configJson='{"projectName": "another"}')

    done = apply(root, engine, table)

    after = items(client, table)
    assert (kinds(done), len(after)) == ({"updated": 1, "retested": 1}, 2)
    assert [after[key(number)]["testStatus"] for number in range(2)] == ["pass", "untested"]
    assert [after[key(number)]["contentDigest"] for number in range(2)] == [
        digest_of(document(number)) for number in range(2)
    ]


def test_a_retest_can_be_asked_for_by_id_by_filter_and_for_all(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(3)))
    apply(root, engine, table)

    def retested(number: int, **wish: object) -> list[str]:
        for one in range(3):
            set_attributes(client, table, key(one), **RESULT)
        at = NOON + timedelta(seconds=number)
        sync.apply(context(root, engine, at), SyncWish(table=table.table, **wish), on_done=lambda *_: None)  # type: ignore[arg-type]
        after = items(client, table)
        return [
            project
            for project in ("project-0", "project-1", "project-2")
            if any(item["projectName"] == project and item["testStatus"] == "untested" for item in after.values())
        ]

    assert retested(0) == []
    assert retested(1, retest=["project-1"]) == ["project-1"]
    assert retested(2, retest_filters={"model": ["model-2"]}) == ["project-2"]
    assert retested(3, retest_all=True) == ["project-0", "project-1", "project-2"]
    with pytest.raises(RegistryError, match="no record answers to --retest-filter"):
        retested(4, retest_filters={"model": ["nothing"]})


def test_a_running_test_that_is_reset_is_reported_as_interrupted(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    apply(root, engine, table)
    put(root, [document(number, baseImage="x:1") for number in range(2)])
    set_attributes(client, table, key(1), testStatus="running")

    done = apply(root, engine, table)

    assert done.applied
    assert {one.change.config_id: one.interrupted for one in done.applied.done} == {key(0): False, key(1): True}


def test_pruning_takes_only_what_the_history_removed_and_not_too_many(
    counted: tuple[Proxy, dict[str, str]], client: Client, table: Address, tmp_path: Path
) -> None:
    proxy, environment = counted
    root = registry_of(tmp_path / "registry", map(document, range(30)))
    other = registry_of(tmp_path / "other", [document(100, notes="of another registry")])
    for registry in (root, other):
        apply(registry, environment, table)
    client.put_item(TableName=table.table, Item={"configId": {"S": "00" * 8}, "projectName": {"S": "by hand"}})
    commit(root, {record_path(key(number)): None for number in range(5)})
    proxy.calls.clear()

    with pytest.raises(
        RegistryError, match=r"5 of 30 items would be pruned, and at most 3 may be; nothing was written"
    ):
        apply(root, environment, table, prune=True)
    without = apply(root, environment, table)
    written_before = {name for name in proxy.calls if name != "BatchGetItem"}
    done = apply(root, environment, table, prune=True, limit=PruneLimit.parse("5"))

    assert (kinds(without), {gone.config_id for gone in without.survey.gone}) == ({}, set(map(key, range(5))))
    assert (written_before, kinds(done)) == (set(), {"pruned": 5})
    assert set(items(client, table)) == {*map(key, range(5, 30)), key(100), "00" * 8}


@pytest.mark.parametrize(
    ("text", "gone", "ours", "most"),
    [("", 3, 21, None), ("", 4, 30, 3), ("", 11, 1_000, 10), ("", 1, 1, None), ("50%", 5, 10, None), ("50%", 6, 10, 5)],
)
def test_pruning_is_limited_by_number_and_by_part(text: str, gone: int, ours: int, most: int | None) -> None:
    limit = PruneLimit.parse(text) if text else PruneLimit()
    write = Write(key="a", expects={}, deletes=True)
    pruned = ItemChange(kind=Kind.PRUNED, config_id="a", project="", write=write)
    found = TableSurvey(changes=[pruned] * gone, ours=ours)

    if most is None:
        limit.check(found)
    else:
        with pytest.raises(RegistryError, match=f"{gone} of .* would be pruned, and at most {most} may be"):
            limit.check(found)


def write(client: Client, table: Address, root: Path, planned: Synced, *, forced: bool) -> Applied:
    """Make the changes of a plan, whatever has happened since."""
    ticks = (NOON + timedelta(seconds=number) for number in range(100))
    ci_table = DynamoTable(client, table, clock=lambda: next(ticks))
    with Store(root, {}) as store:
        origin = ItemOrigin(planned.revision)
        policy = SyncPolicy(origin=origin, lineage=Lineage(store, origin), forces=lambda *_: forced)
        return writing.apply(ci_table, planned.survey.changes, policy.again)


@pytest.mark.parametrize("forced", [True, False], ids=["asked for", "changed"])
def test_a_retest_that_another_sync_has_made_meanwhile_is_not_made_again(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path, *, forced: bool
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(3)))
    apply(root, engine, table)
    for number in range(3):
        set_attributes(client, table, key(number), **RESULT)
    if not forced:
        put(root, [document(number, baseImage="x:1") for number in range(3)])
    planned = [sync.plan(context(root, engine), SyncWish(table=table.table, retest_all=forced)) for _ in range(2)]
    asks = (client, table, root)

    first = write(*asks, planned[0], forced=forced)
    for number in range(3):  # a harness has been quick
        set_attributes(client, table, key(number), **RESULT)
    second = write(*asks, planned[1], forced=forced)

    assert (len(first.done), len(second.done), second.error) == (3, 3, None)
    assert {item["testStatus"] for item in items(client, table).values()} == {"pass"}


def test_a_revision_is_synced_as_it_was(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])
    reviewed = put(root, [document(0, baseImage="x:1")])
    put(root, [document(0, baseImage="x:2"), document(1)])

    apply(root, engine, table, at=reviewed)

    (item,) = items(client, table).values()
    assert (item["baseImageVersion"], item["sourceCommit"]) == ("1", reviewed)


def test_a_record_that_is_not_valid_keeps_its_item_and_is_named(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    apply(root, engine, table)
    before = items(client, table)
    path = record_path(key(0))
    commit(root, {path: b"schemaVersion: 1\n"})

    with pytest.raises(RegistryError, match=f"{path} cannot be synced: .*; its item was left as it is"):
        apply(root, engine, table, prune=True)
    assert items(client, table) == before


def test_a_record_that_is_too_large_is_left_out_by_name_and_keeps_no_other_from_the_table(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    large: dict[str, Json] = {f"VLLM_{number}": "\u6a21" * (46_000 + number) for number in range(3)}
    root = registry_of(tmp_path / "registry", [document(0), document(1, parameters=large)])

    with pytest.raises(
        RegistryError,
        match=rf"{key(1)}.yaml cannot be synced: has 41\d,\d+ bytes, 138,01\d of them in parameters.VLLM_2",
    ):
        apply(root, engine, table)
    assert list(items(client, table)) == [key(0)]


def test_an_item_that_a_harness_has_filled_up_keeps_no_other_from_being_written(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(3)))
    apply(root, engine, table)
    set_attributes(client, table, key(1), errorMessage="x" * 400_000)
    put(root, [document(number, parameters={"VLLM_A": "y" * 10_000}) for number in range(3)])

    with pytest.raises(RegistryError, match=f"1 of 3 changes are not made such as {key(1)}: DynamoDB takes no item"):
        apply(root, engine, table)
    after = items(client, table)
    assert ["VLLM_A" in str(after[key(number)]["configJson"]) for number in range(3)] == [True, False, True]


def test_a_missing_table_is_said_in_words(engine: Mapping[str, str], address: Address, tmp_path: Path) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])

    with pytest.raises(RegistryError, match="there is no CI table"):
        apply(root, engine, address)


def test_eight_syncs_at_once_test_everything_once(
    counted: tuple[Proxy, dict[str, str]], client: Client, table: Address, tmp_path: Path
) -> None:
    _, environment = counted
    root = registry_of(tmp_path / "registry", map(document, range(16)))
    apply(root, environment, table)
    put(root, [document(number, baseImage="x:1") for number in range(16)])
    for number in range(16):
        set_attributes(client, table, key(number), **RESULT)
    stop = threading.Event()

    with ThreadPoolExecutor(9) as pool:
        testing = pool.submit(run_harness, client, table, stop)
        syncs = [pool.submit(apply, root, environment, table) for _ in range(8)]
        try:
            done = [one.result() for one in syncs]
        finally:
            stop.set()
        tests = testing.result()

    after = items(client, table)
    assert {synced.revision for synced in done} == {after[key(0)]["sourceCommit"]}
    assert {item["contentDigest"] for item in after.values()} == {
        digest_of(document(number, baseImage="x:1")) for number in range(16)
    }
    assert set(tests.values()) <= {1}
    assert kinds(apply(root, environment, table)) == {}


def run_harness(client: Client, table: Address, stop: threading.Event) -> Counter[str]:
    """Test what is untested until told to stop; how many results were written of each content, by its digest and id."""
    written: Counter[str] = Counter()
    while not stop.is_set():
        for work in list(harness.untested(client, table.table)):
            if harness.take(client, table.table, work) and harness.finish(client, table.table, work, "pass"):
                written[f"{work.config_id} {work.digest}"] += 1
    return written


def test_a_result_of_a_stale_configuration_is_never_taken_for_a_fresh_one(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(10)))
    apply(root, engine, table)
    stop = threading.Event()

    with ThreadPoolExecutor(3) as pool:
        harnesses = [pool.submit(run_harness, client, table, stop) for _ in range(2)]
        try:
            for turn in range(4):
                put(root, [document(number, baseImage=f"x:{turn}") for number in range(10)])
                apply(root, engine, table)
        finally:
            stop.set()
        for one in harnesses:
            one.result()

    after = items(client, table)
    tested = [item for item in after.values() if item["testStatus"] == "pass"]
    assert [item for item in tested if item["testedDigest"] != item["contentDigest"]] == []
    assert {item["contentDigest"] for item in after.values()} == {
        digest_of(document(number, baseImage="x:3")) for number in range(10)
    }


def test_a_late_result_of_what_was_there_before_is_refused(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])
    apply(root, engine, table)
    (work,) = harness.untested(client, table.table)
    taken = harness.take(client, table.table, work)
    put(root, [document(0, baseImage="x:1")])

    done = apply(root, engine, table)
    accepted = harness.finish(client, table.table, work, "pass")

    assert done.applied
    assert (taken, done.applied.done[0].interrupted, accepted) == (True, True, False)
    assert items(client, table)[key(0)]["testStatus"] == "untested"


@pytest.mark.parametrize("count", [24, pytest.param(500, marks=pytest.mark.long)])
def test_a_sync_converges_though_calls_are_throttled_and_answers_lost(
    counted: tuple[Proxy, dict[str, str]], client: Client, table: Address, tmp_path: Path, count: int
) -> None:
    proxy, environment = counted
    root = registry_of(tmp_path / "registry", map(document, range(count)))
    proxy.throttled, proxy.lost = 0.3, 0.05
    apply(root, environment, table)
    created = items(client, table)
    put(root, [document(number, baseImage="x:1") for number in range(count)])
    stop = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        # On the engine itself. An item that was reset twice is tested twice.
        testing = pool.submit(run_harness, client, table, stop)
        try:
            apply(root, environment, table)
        finally:
            stop.set()
        tests = testing.result()
    proxy.throttled = proxy.lost = 0

    after = items(client, table)
    assert len(created) == count
    assert {item["contentDigest"] for item in after.values()} == {
        digest_of(document(number, baseImage="x:1")) for number in range(count)
    }
    assert set(tests.values()) <= {1}
    assert kinds(apply(root, environment, table)) == {}
