"""What is understood of a harness's own attributes, whatever it wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.item import READ
from registry_tool.ci.outcome import ItemState, outcome, read_seconds, running_since
from registry_tool.ci.table import ReadItem
from registry_tool.record.identity import Json


def item(**attributes: Json) -> ReadItem:
    return ReadItem("a", attributes)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pass", ItemState.PASSED),
        ("fail", ItemState.FAILED),
        ("fail-deploy_test", ItemState.FAILED),
        ("running", ItemState.RUNNING),
        ("untested", ItemState.UNTESTED),
        ("suspended", ItemState.SUSPENDED),
        ("queued", ItemState.UNKNOWN),
        ("untested-yet", ItemState.UNKNOWN),
        ("", ItemState.UNTESTED),
    ],
)
def test_a_status_is_a_state_and_a_word_that_nobody_knows_is_none_of_them(word: str, state: ItemState) -> None:
    assert outcome(item(testStatus=word)).state == state


@pytest.mark.parametrize(
    ("tested", "registered", "outdated"),
    [("a", "b", True), ("a", "a", False), ("", "b", False)],
)
def test_a_result_of_other_content_is_outdated_and_counts_as_untested(
    tested: str, registered: str, *, outdated: bool
) -> None:
    found = outcome(item(contentDigest=registered, testStatus="pass", testedDigest=tested))

    assert (found.outdated, found.state) == (outdated, ItemState.UNTESTED if outdated else ItemState.PASSED)


CHANGED: dict[str, Json] = {"createdAt": "2026-03-01T08:00:00Z", "contentAt": "2026-03-01T12:00:00Z"}


@pytest.mark.parametrize(
    ("ended", "took", "outdated"),
    [
        ("2026-03-01T12:14:01Z", 842, True),
        ("2026-03-01T12:14:02Z", 842, False),
        ("2026-03-01T12:14:01Z", "14m02s", True),
        ("2026-03-01T12:14:02Z", "14m02s", False),
        ("2026-03-01T12:14:00Z", "842", True),
        ("2026-03-01T11:59:59Z", None, True),
        ("2026-03-01T12:14:02Z", None, False),
    ],
)
def test_a_result_whose_test_began_before_the_content_came_is_outdated(
    ended: str, took: Json, *, outdated: bool
) -> None:
    found = outcome(item(testStatus="pass", lastTestTimestamp=ended, lastTestDuration=took, **CHANGED))

    assert found.outdated == outdated


def test_the_first_content_of_an_item_is_what_every_test_of_it_tested() -> None:
    first: dict[str, Json] = {"createdAt": "2026-03-01T12:00:00Z", "contentAt": "2026-03-01T12:00:00Z"}

    assert not outcome(item(testStatus="pass", lastTestTimestamp="2026-03-01T11:00:00Z", **first)).outdated


def logged(at: str) -> Json:
    return {"generate": {"status": "pass", "durationSeconds": 1, "logPointer": f"group:build/ec3f1a0072d1b3d4/{at}"}}


@pytest.mark.parametrize(
    ("status", "log", "began"),
    [
        # The state machine wrote the end again a minute after the build: the log's name is right.
        ("pass", "20260301-115959", datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)),
        ("fail-build", "20260301-115959", datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)),
        # The state machine alone wrote this failure; the stages and the duration are of an earlier test.
        ("fail-build", "20260228-120000", None),
        ("pass", "20260228-120000", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("pass", "20261399-999999", datetime(2026, 3, 1, 12, 0, 58, tzinfo=UTC)),
    ],
)
def test_a_test_began_when_the_name_of_its_log_says(status: str, log: str, began: datetime | None) -> None:
    ended: dict[str, Json] = {"lastTestTimestamp": "2026-03-01T12:15:00Z", "lastTestDuration": 842}

    assert outcome(item(testStatus=status, stageResults=logged(log), **ended)).began_at == began


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (842, 842),
        (1.5, 1.5),
        ("843", 843),
        ("842s", 842),
        ("14m02s", 842),
        ("2h03m", 7380),
        ("1h00m01s", 3601),
        ("", None),
        ("soon", None),
        (True, None),
        (None, None),
    ],
)
def test_a_duration_is_a_number_of_seconds_or_a_text(value: Json, seconds: float | None) -> None:
    assert read_seconds(value) == seconds


def test_a_test_runs_since_it_started_or_at_most_since_what_happened_last() -> None:
    known: dict[str, Json] = {"lastTestTimestamp": "2026-03-01T10:00:00Z", "contentAt": "2026-03-01T11:00:00Z"}

    assert running_since(item(testStatus="pass", **known)) is None
    assert running_since(item(testStatus="running", **known)) == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert running_since(item(testStatus="running", testStartedAt="2026-03-01T09:00:00Z", **known)) == datetime(
        2026, 3, 1, 9, tzinfo=UTC
    )


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
    assert outcome(item(lastTestTimestamp=text)).tested_at == time


def test_a_duration_is_the_whole_or_the_sum_of_the_stages() -> None:
    stages: Json = {"build": {"durationSeconds": 40}, "test": {"durationSeconds": 2.5}, "odd": "skipped"}

    assert outcome(item(lastTestDuration=50, stageResults=stages)).seconds == 50
    assert outcome(item(stageResults=stages)).seconds == 42.5
    assert outcome(item(stageResults={"build": {}})).seconds is None
    assert outcome(item()).seconds is None


JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(READ), JSON | st.just("2026-03-01T12:00:00Z")))
def test_no_item_is_too_strange_to_read(attributes: dict[str, Json]) -> None:
    assert outcome(ReadItem("a", attributes)).state in ItemState
