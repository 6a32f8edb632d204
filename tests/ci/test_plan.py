"""What is done to an item, decided from what its record wants and what it says: no table is needed to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.item import OWNED, from_wire, made, owned, wanted
from registry_tool.ci.plan import Change, Kind, compare, prune
from registry_tool.ci.reading import Row
from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import Document, Json, content_digest
from tests.ci.test_item import COMMIT, NOW, SEVERAL, WRITTEN_BY_THE_GENERATOR

WANTED = wanted(SEVERAL)


def row(attributes: Mapping[str, Any], *, status: str = "pass") -> Row:
    """The item that has these attributes, as it is read."""
    return Row(
        config_id="9e74d9a478e434a2",
        owned={name: attributes[name] for name in OWNED if name in attributes},
        test_status=status,
        last_test_at=NOW,
    )


def in_sync(**changed: Json) -> Row:
    """The item as we wrote it, with attributes that someone else changed; None takes one away."""
    attributes = {**made(WANTED, COMMIT, NOW), **changed}
    return row({name: value for name, value in attributes.items() if value is not None})


def said(change: Change | None) -> tuple[str, bool, list[str]] | None:
    return (change.kind, change.retest, [field.path for field in change.fields]) if change else None


def test_a_record_without_an_item_gets_one() -> None:
    assert said(compare(WANTED, None)) == ("created", True, [])


def test_an_item_as_we_wrote_it_is_left_alone_from_whatever_commit() -> None:
    later = row({"configId": "x", **owned(WANTED, "f0" * 20)})

    assert (compare(WANTED, in_sync()), compare(WANTED, later)) == (None, None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"baseImage": "vllm/vllm-openai:v0.26.0"}, ("retested", True, ["baseImage.tag"])),
        ({"parameters": {"HF_MODEL_ID": "x"}}, ("retested", True, ["parameters.HF_MODEL_ID"])),
        ({"icEnvironment": {"LOG_LEVEL": "info"}}, ("retested", True, ["contentDigest"])),
        ({"notes": "Second"}, ("updated", False, ["notes"])),
        ({"status": "success"}, ("updated", False, ["status"])),
        ({"registeredAt": NOW, "notes": ""}, ("updated", False, ["notes", "registeredAt"])),
        ({"project": {"commit": "f0" * 20}}, None),
    ],
)
def test_a_change_of_content_is_tested_again_and_any_other_is_only_written(
    changed: Document, expected: tuple[str, bool, list[str]] | None
) -> None:
    assert said(compare(wanted({**SEVERAL, **changed}), in_sync())) == expected


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
        ({"contentDigest": "0f"}, ("retested", True, ["contentDigest"])),
        ({"createdAt": "2020-01-01T00:00:00Z", "stageResults": []}, None),
    ],
)
def test_what_someone_else_changed_has_drifted(
    changed: dict[str, Json], expected: tuple[str, bool, list[str]] | None
) -> None:
    assert said(compare(WANTED, in_sync(**changed))) == expected


def test_a_drift_is_one_even_if_the_record_moved_as_well() -> None:
    assert said(compare(wanted({**SEVERAL, "notes": "Second"}), in_sync(projectName="theirs"))) == (
        "drifted",
        False,
        ["projectName", "notes"],
    )


def test_an_item_of_another_tool_with_the_same_configuration_is_adopted_without_a_test() -> None:
    theirs = from_wire(WRITTEN_BY_THE_GENERATOR)
    config = {
        **json.loads(str(theirs["configJson"])),
        "modelFormat": "",
        "endpointConfig": {"variantName": "AllTraffic"},
    }
    laid_out = json.dumps({**json.loads(str(theirs["configJson"])), "modelFormat": ""}, indent=2, sort_keys=True)

    assert said(compare(WANTED, row({**theirs, "configJson": laid_out}))) == (
        "updated",
        False,
        ["configJson", "status", "notes", "registeredAt", "contentDigest", "managedBy"],
    )
    assert said(compare(WANTED, row({**theirs, "configJson": json.dumps(config)}))) == (
        "retested",
        True,
        ["endpointConfig.initialInstanceCount", "endpointConfig.dataCapturePercent"],
    )


def test_an_item_of_another_tool_with_a_broken_configuration_is_tested_again() -> None:
    theirs = {**from_wire(WRITTEN_BY_THE_GENERATOR), "configJson": '{"a": ,}'}

    change = compare(WANTED, row(theirs))

    assert change
    assert (change.kind, change.fields) == (
        Kind.RETESTED,
        (FieldChange("configJson", '{"a": ,}', WANTED.attributes["configJson"]),),
    )


def test_a_retest_that_is_asked_for_needs_no_change_but_a_result() -> None:
    forced = compare(WANTED, in_sync(), force=True)
    untested = compare(WANTED, row(made(WANTED, COMMIT, NOW), status="untested"), force=True)

    assert forced
    assert (forced.kind, forced.retest, forced.forced, forced.fields, untested) == ("retested", True, True, (), None)


def test_a_test_is_interrupted_only_by_a_reset_or_a_removal() -> None:
    running = row(made(WANTED, COMMIT, NOW), status="running")
    changes = [
        compare(wanted({**SEVERAL, "baseImage": "x:1"}), running),
        compare(WANTED, running, force=True),
        *prune([running], set())[0],
        compare(wanted({**SEVERAL, "notes": "Second"}), running),
    ]

    assert [change.interrupts for change in changes if change] == [True, True, True, False]


def test_only_items_of_ours_are_pruned() -> None:
    theirs = row(from_wire(WRITTEN_BY_THE_GENERATOR))

    gone, ours = prune([in_sync(), in_sync(), theirs], set())
    kept, _ = prune([in_sync()], {"9e74d9a478e434a2"})

    assert ([change.kind for change in gone], ours, kept) == ([Kind.PRUNED, Kind.PRUNED], 2, [])


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
    item = {name: value for name, value in {**owned(old, COMMIT), **tampering}.items() if value is not None}

    change = compare(new, row(item))

    assert compare(new, row(owned(new, COMMIT))) is None
    if change is None:
        assert {**item, **new.attributes} == item
    elif not tampering:
        assert change.retest == (content_digest({**SEVERAL, **before}) != content_digest({**SEVERAL, **after}))
