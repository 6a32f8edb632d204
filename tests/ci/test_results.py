"""What is understood of a harness's own attributes, whatever it wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.item import OWNED
from registry_tool.ci.reading import Row
from registry_tool.ci.results import DETAILS, State, result, told
from registry_tool.record.identity import Json


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pass", State.PASSED),
        ("fail", State.FAILED),
        ("fail-deploy_test", State.FAILED),
        ("running", State.RUNNING),
        ("untested", State.UNTESTED),
        ("queued", State.UNTESTED),
        ("", State.UNTESTED),
    ],
)
def test_a_status_is_one_of_four_states(word: str, state: State) -> None:
    assert result(Row(config_id="a", owned={}, test_status=word)).state == state


@pytest.mark.parametrize(
    ("tested", "registered", "outdated"),
    [("a", "b", True), ("a", "a", False), ("", "b", False)],
)
def test_a_result_of_other_content_is_outdated_and_counts_as_untested(
    tested: str, registered: str, *, outdated: bool
) -> None:
    row = Row(config_id="a", owned={"contentDigest": registered}, test_status="pass", tested_digest=tested)

    found = result(row)

    assert (found.outdated, found.state) == (outdated, State.UNTESTED if outdated else State.PASSED)
    assert told(row)["testStatus"] == ("untested" if outdated else "pass")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.250Z", datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01T14:00:00+02:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_time_of_the_last_test_is_read_in_any_zone(text: str, time: datetime | None) -> None:
    assert result(Row(config_id="a", owned={}, last_test_at=text)).tested_at == time


def test_a_duration_is_the_whole_or_the_sum_of_the_stages() -> None:
    stages: Json = {"build": {"durationSeconds": 40}, "test": {"durationSeconds": 2.5}, "odd": "skipped"}

    assert seconds({"lastTestDuration": 50, "stageResults": stages}) == 50
    assert seconds({"stageResults": stages}) == 42.5
    assert seconds({"stageResults": {"build": {}}}) is None
    assert seconds({}) is None


def test_what_is_told_of_no_item_and_of_no_test_is_empty() -> None:
    never = Row(config_id="a", owned={}, test_status="untested", last_test_at="1970-01-01T00:00:00Z")

    assert told(None) == {"testStatus": "", "lastTestTimestamp": ""}
    assert told(never) == {"testStatus": "untested", "lastTestTimestamp": ""}


JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(OWNED), JSON), st.text(), st.text(), st.dictionaries(st.sampled_from(DETAILS), JSON)
)
def test_no_item_is_too_strange_to_read(
    owned: dict[str, Json], status: str, last: str, details: dict[str, Json]
) -> None:
    row = Row(config_id="a", owned=owned, test_status=status, last_test_at=last, more=details)

    assert result(row).state in State


def seconds(details: dict[str, Json]) -> float | None:
    return result(Row(config_id="a", owned={}, more=details)).seconds
