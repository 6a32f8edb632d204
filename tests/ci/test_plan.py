"""What is done to an item, decided from what its record wants and what it says: no table is needed to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.dynamodb.wire import from_wire
from registry_tool.ci.item import OWNED, READ, ItemOrigin, WantedItem, owned, signature, wanted
from registry_tool.ci.outcome import ItemState, outcome
from registry_tool.ci.plan import ItemChange, Kind, Reason, compare, prune, suspend
from registry_tool.ci.table import ReadItem
from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import Document, Json, content_digest
from registry_tool.record.tested import tested_digest as digest_of
from tests.ci.memory import MemoryTable
from tests.ci.test_item import COMMIT, NOW, ORIGIN, SEVERAL, WRITTEN_BY_THE_GENERATOR, made

WANTED = wanted(SEVERAL)


ANOTHER_COMPONENT: Json = {"name": "z", "image": "z", "gpuCount": 8, "copyCount": 1}


def components(document: Document) -> list[Json]:
    entries = document["icList"]
    assert isinstance(entries, list)
    return entries


KEY = "9e74d9a478e434a2"


def decide(wanted: WantedItem, row: ReadItem | None, *, force: bool = False) -> ItemChange | None:
    return compare(wanted, row, ORIGIN, force=force)


def row(attributes: Mapping[str, Any], *, status: str = "pass") -> ReadItem:
    """The item that has these attributes, as it is read."""
    usual = {"createdAt": NOW, "lastTestTimestamp": NOW, "testStatus": status}
    return ReadItem(KEY, {name: value for name, value in {**usual, **attributes}.items() if name in READ})


def in_sync(**changed: Json) -> ReadItem:
    """The item as we wrote it, with attributes that someone else changed; None takes one away."""
    attributes = {**made(WANTED), "testStatus": "pass", "lastTestTimestamp": NOW, **changed}
    return ReadItem(KEY, {name: value for name, value in attributes.items() if value is not None and name in READ})


def said(change: ItemChange | None) -> tuple[str, bool, list[str]] | None:
    return (change.kind, change.retest, [field.path for field in change.fields]) if change else None


def test_a_record_without_an_item_gets_one() -> None:
    assert said(decide(WANTED, None)) == ("created", True, [])


def test_an_item_as_we_wrote_it_is_left_alone_from_whatever_commit() -> None:
    later = in_sync(**owned(WANTED, ItemOrigin("f0" * 20)))

    assert (decide(WANTED, in_sync()), decide(WANTED, later)) == (None, None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"baseImage": "vllm/vllm-openai:v0.26.0"}, ("retested", True, ["baseImage.tag"])),
        ({"parameters": {"HF_MODEL_ID": "x"}}, ("retested", True, ["parameters.HF_MODEL_ID"])),
        ({"icEnvironment": {"LOG_LEVEL": "info"}}, ("retested", True, ["icEnvVars.LOG_LEVEL"])),
        ({"icList": [*components(SEVERAL), ANOTHER_COMPONENT]}, None),
        ({"labels": {"team": "a"}, "schemaVersion": 2}, None),
        ({"notes": "Second"}, ("updated", False, ["notes"])),
        ({"status": "success"}, ("updated", False, ["status"])),
        ({"registeredAt": NOW, "notes": ""}, ("updated", False, ["notes", "registeredAt"])),
        ({"project": {"commit": "f0" * 20}}, None),
    ],
    ids=str,
)
def test_a_change_of_content_is_tested_again_and_any_other_is_only_written(
    changed: Document, expected: tuple[str, bool, list[str]] | None
) -> None:
    assert said(decide(wanted({**SEVERAL, **changed}), in_sync())) == expected


def test_content_that_changes_in_the_second_in_which_its_item_was_made_is_later_content() -> None:
    table = MemoryTable(lambda: NOW)
    first = decide(WANTED, None)
    assert first is not None
    table.write(first.write)
    (made_now,) = table.read_all(READ)

    second = decide(wanted({**SEVERAL, "baseImage": "x:2"}), made_now)
    assert second is not None
    table.write(second.write)
    # A test of the first content, which ends now.
    table.items[KEY] |= {"testStatus": "pass", "lastTestTimestamp": NOW, "lastTestDuration": "14m02s"}
    (late,) = table.read_all(READ)

    assert (outcome(late).outdated, late.text("contentAt") > late.text("createdAt")) == (True, True)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"projectName": "theirs"}, ("drifted", False, ["projectName"])),
        ({"notes": None}, ("drifted", False, ["notes"])),
        ({"notes": ["a"]}, ("drifted", False, ["notes"])),
        ({"schemaVersion": "1"}, ("drifted", False, ["schemaVersion"])),
        ({"managedBy": "someone"}, ("drifted", False, ["managedBy"])),
        ({"sourceCommit": "f0" * 20}, ("drifted", False, ["registryDigest"])),
        ({"registryDigest": None}, ("drifted", False, ["registryDigest"])),
        ({"configJson": "{}"}, ("drifted", True, ["configJson"])),
        ({"contentDigest": "0f"}, ("drifted", False, ["registryDigest"])),
        ({"buildStrategy": "docker-in-docker"}, ("drifted", True, ["buildStrategy"])),
        ({"buildStrategy": None}, ("drifted", True, ["buildStrategy"])),
        ({"createdAt": None}, ("drifted", False, ["createdAt"])),
        ({"lastTestTimestamp": None}, ("drifted", False, ["lastTestTimestamp"])),
        ({"testStatus": None}, ("drifted", True, ["testStatus"])),
        ({"createdAt": "2020-01-01T00:00:00Z", "stageResults": [], "contentAt": "1970-01-01T00:00:00Z"}, None),
    ],
)
def test_what_someone_else_changed_has_drifted(
    changed: dict[str, Json], expected: tuple[str, bool, list[str]] | None
) -> None:
    assert said(decide(WANTED, in_sync(**changed))) == expected


def test_a_drift_is_one_even_if_the_record_moved_as_well() -> None:
    assert said(decide(wanted({**SEVERAL, "notes": "Second"}), in_sync(projectName="theirs"))) == (
        "drifted",
        False,
        ["projectName", "notes"],
    )


def test_an_item_of_another_tool_with_the_same_configuration_is_adopted_without_a_test() -> None:
    without_environment = wanted({**SEVERAL, "icEnvironment": {}})
    theirs = {**from_wire(WRITTEN_BY_THE_GENERATOR), "testStatus": "pass"}
    config = {
        **json.loads(str(theirs["configJson"])),
        "modelFormat": "",
        "endpointConfig": {"variantName": "AllTraffic"},
    }
    laid_out = json.dumps({**json.loads(str(theirs["configJson"])), "modelFormat": ""}, indent=2, sort_keys=True)

    assert said(decide(without_environment, row({**theirs, "configJson": laid_out}))) == (
        "updated",
        False,
        ["configJson", "status", "notes", "registeredAt", "managedBy"],
    )
    assert said(decide(without_environment, row({**theirs, "configJson": json.dumps(config)}))) == (
        "retested",
        True,
        ["endpointConfig.initialInstanceCount", "endpointConfig.dataCapturePercent"],
    )


def test_an_item_of_another_tool_with_a_broken_configuration_is_tested_again() -> None:
    theirs = {**from_wire(WRITTEN_BY_THE_GENERATOR), "configJson": '{"a": ,}'}

    change = decide(WANTED, row(theirs))

    assert change
    assert (change.kind, change.fields) == (
        Kind.RETESTED,
        (FieldChange("configJson", '{"a": ,}', WANTED.attributes["configJson"]),),
    )


def test_a_retest_that_is_asked_for_needs_no_change_but_a_result() -> None:
    forced = decide(WANTED, in_sync(), force=True)
    untested = decide(WANTED, in_sync(testStatus="untested"), force=True)

    assert forced
    assert (forced.kind, forced.retest, forced.forced, forced.fields, untested) == ("retested", True, True, (), None)


def test_a_test_is_interrupted_only_by_a_reset_or_a_removal() -> None:
    running = in_sync(testStatus="running")
    changes = [
        decide(wanted({**SEVERAL, "baseImage": "x:1"}), running),
        decide(WANTED, running, force=True),
        prune(running),
        suspend(running, Reason.REMOVED),
        decide(wanted({**SEVERAL, "notes": "Second"}), running),
    ]

    assert [change.interrupts for change in changes if change] == [True, True, True, True, False]


def test_a_result_of_other_content_has_the_item_tested_again_once() -> None:
    late = in_sync(createdAt="2026-03-01T08:00:00Z", lastTestTimestamp="2026-03-01T12:00:01Z", lastTestDuration=842)

    change = decide(WANTED, late)

    assert said(change) == ("retested", True, [])
    assert change
    assert (change.reasons, change.write.expects["lastTestTimestamp"]) == ((Reason.OUTDATED,), "2026-03-01T12:00:01Z")
    assert decide(WANTED, applied(change, late)) is None


def test_what_passed_last_is_kept_when_new_content_takes_its_place() -> None:
    before = in_sync(contentAt="2026-02-01T00:00:00Z")
    change = decide(wanted({**SEVERAL, "baseImage": "x:1"}), before)

    assert change
    item = applied(change, before).attributes
    assert (item["passedAt"], item["passedCommit"], item["contentAt"]) == (NOW, COMMIT, LATER)


def test_a_record_that_is_back_gets_the_result_of_the_same_content_back() -> None:
    stopped = suspend(in_sync(), Reason.REMOVED)
    assert stopped
    item = applied(stopped, in_sync())

    same, other = decide(WANTED, item), decide(wanted({**SEVERAL, "baseImage": "x:1"}), item)

    assert (suspend(item, Reason.REMOVED), said(same), said(other)) == (
        None,
        ("updated", False, []),
        ("retested", True, ["baseImage.name", "baseImage.tag"]),
    )
    assert same
    back = applied(same, item)
    assert (back.text("testStatus"), back.text("suspendedStatus"), decide(WANTED, back)) == ("pass", "", None)


def former(document: Document, **changed: Json) -> ReadItem:
    """An item as the version before wrote it: without icEnvVars, and with a digest over the whole record."""
    item = made(wanted({**document, "icEnvironment": {}}))
    for name in ("contentAt", "registryDigest"):
        del item[name]
    item["contentDigest"] = content_digest(document)
    return row({**item, "registryDigest": signature(item), **changed})


def test_upgrading_the_tool_retests_nothing_and_says_once_what_no_test_covered() -> None:
    without = {**SEVERAL, "icEnvironment": {}}
    change = decide(WANTED, former(SEVERAL))

    assert decide(wanted(without), former(without)) is None
    assert said(change) == ("updated", False, ["configJson"])
    assert change
    assert change.reasons == (Reason.UNCOVERED,)
    item = applied(change, former(SEVERAL))
    assert decide(WANTED, item) is None
    assert said(decide(wanted({**SEVERAL, "icEnvironment": {"LOG_LEVEL": "info"}}), item)) == (
        "retested",
        True,
        ["icEnvVars.LOG_LEVEL"],
    )


def test_an_environment_that_is_new_to_an_item_of_before_is_tested() -> None:
    assert said(decide(WANTED, former({**SEVERAL, "icEnvironment": {}}))) == (
        "retested",
        True,
        ["icEnvVars.LOG_LEVEL"],
    )


LATER = "2026-03-01T13:00:00Z"


def applied(change: ItemChange, row: ReadItem) -> ReadItem:
    """The item after the change, which happens at `LATER`."""
    table = MemoryTable(lambda: LATER)
    table.items[KEY] = dict(row.attributes)
    table.write(change.write)
    return table.read([KEY], READ)[KEY]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "notes": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        "status": st.sampled_from(["success", "partial", "failed"]),
        "baseImage": st.sampled_from(["", "x", "x:1", "y:1"]),
        "parameters": st.dictionaries(st.sampled_from(["A", "B"]), st.sampled_from(["", "1"]), max_size=2),
    },
)
TAMPERING = st.dictionaries(st.sampled_from(OWNED), st.sampled_from(["", "1", "{}", None]), max_size=2)


@given(FIELDS, FIELDS, TAMPERING)
def test_once_a_change_is_written_there_is_nothing_to_do(
    before: Document, after: Document, tampering: dict[str, Json]
) -> None:
    old, new = wanted({**SEVERAL, **before}), wanted({**SEVERAL, **after})
    usual = {"testStatus": "pass", "lastTestTimestamp": NOW, "createdAt": NOW, "contentAt": NOW}
    item = {name: value for name, value in {**usual, **owned(old, ORIGIN), **tampering}.items() if value is not None}

    change = decide(new, ReadItem(KEY, item))

    if change is not None:
        assert decide(new, applied(change, ReadItem(KEY, item))) is None
        assert change.kind is Kind.DRIFTED or not tampering or change.fields or change.reasons
    if not tampering:
        moved = digest_of({**SEVERAL, **before}) != digest_of({**SEVERAL, **after})
        assert (change is not None and change.retest) == moved


OF_BEFORE = json.loads(Path(__file__).with_name("items_of_before.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("one", OF_BEFORE, ids=lambda one: one["record"]["projectName"])
def test_items_that_the_version_before_wrote_are_not_tested_again(one: dict[str, Any]) -> None:
    """The file holds what the tool at commit 984c028 wrote, with a result of a harness that writes `testedDigest`."""
    item = from_wire(one["item"])
    row = ReadItem(KEY, {name: value for name, value in item.items() if name in READ})

    change = decide(wanted(one["record"]), row)

    if "icEnvironment" not in one["record"]:
        assert change is None
        return
    assert change
    assert (change.kind, change.retest, change.reasons) == (Kind.UPDATED, False, (Reason.UNCOVERED,))
    after = applied(change, row)
    assert (outcome(after).state, decide(wanted(one["record"]), after)) == (ItemState.PASSED, None)
