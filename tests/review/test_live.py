"""The names in the cloud are new on every deployment: to a reviewer they are one line."""

from __future__ import annotations

from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import Document
from registry_tool.review.fields import Noted, note_all, note_changes

BEFORE: Document = {
    "projectName": "a",
    "notes": "one",
    "live": {"endpointName": "a-endpoint-1", "components": {"default": "a-default-1", "gone": "a-gone-1"}},
}


def test_changes_below_live_are_one_line() -> None:
    after: Document = {
        **BEFORE,
        "notes": "two",
        "live": {"endpointName": "a-endpoint-2", "components": {"default": "a-default-2"}, "namespace": "b"},
    }

    assert note_changes(BEFORE, after) == (
        Noted(FieldChange("notes", "one", "two")),
        Noted(FieldChange("live", "a-endpoint-1 and 2 more", "a-endpoint-2 and 2 more")),
    )


def test_a_new_record_has_one_line_for_live() -> None:
    noted = note_all(BEFORE)

    assert [one.change.path for one in noted] == ["notes", "live"]


def test_a_record_without_live_is_as_it_was() -> None:
    assert note_changes({"notes": "one"}, {"notes": "two"}) == (Noted(FieldChange("notes", "one", "two")),)
