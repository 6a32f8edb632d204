"""What is understood of a harness's own attributes, whatever it wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.results import ATTRIBUTES, State, result


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
    assert result({"testStatus": {"S": word}}).state == state


@pytest.mark.parametrize(
    ("tested", "registered", "outdated"),
    [("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False)],
)
def test_a_result_of_other_content_is_outdated_and_counts_as_untested(
    tested: str, registered: str, *, outdated: bool
) -> None:
    item = {"testStatus": {"S": "pass"}, "testedDigest": {"S": tested}, "contentDigest": {"S": registered}}

    found = result(item)

    assert (found.outdated, found.state) == (outdated, State.UNTESTED if outdated else State.PASSED)


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
    assert result({"lastTestTimestamp": {"S": text}}).tested_at == time


def test_a_duration_is_the_whole_or_the_sum_of_the_stages() -> None:
    stages = {"M": {"build": {"M": {"durationSeconds": {"N": "40"}}}, "test": {"M": {"durationSeconds": {"N": "2.5"}}}}}

    assert result({"lastTestDuration": {"N": "50"}, "stageResults": stages}).seconds == 50
    assert result({"stageResults": stages}).seconds == 42.5
    assert result({"stageResults": {"M": {"build": {"M": {}}}}}).seconds is None
    assert result({}).seconds is None


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text()),
        st.builds(lambda number: {"N": str(number)}, st.floats() | st.integers()),
        st.sampled_from([{"NULL": True}, {"BOOL": False}, {"B": b""}, {"SS": ["a"]}]),
    ),
    lambda inner: (
        st.builds(lambda fields: {"M": fields}, st.dictionaries(st.text(max_size=8), inner, max_size=3))
        | st.builds(lambda items: {"L": items}, st.lists(inner, max_size=3))
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES))
def test_no_item_is_too_strange_to_read(item: dict[str, Any]) -> None:
    assert result(item).state in State
