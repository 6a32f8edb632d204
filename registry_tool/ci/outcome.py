"""What a harness says in the CI table of the tests that it ran: how an item's own attributes are understood.

The harness that the generator ships writes a result in two steps. Its build writes `testStatus`, `lastTestTimestamp`,
`lastTestDuration`, `errorMessage` and `stageResults` at once. Up to a minute later its state machine writes
`lastTestTimestamp` and `errorMessage` again, and nothing else. So the stages know best when a test began and why it
failed: each names its log, and the log's name holds the time when the build began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from registry_tool.ci.item import (
    CONTENT_AT,
    CREATED_AT,
    DIGEST,
    DURATION,
    FORCED_AT,
    RUNNING,
    STAGES,
    STARTED_AT,
    STATUS,
    SUSPENDED,
    TESTED_AT,
    TESTED_DIGEST,
    UNTESTED,
)
from registry_tool.ci.table import ReadItem
from registry_tool.record.identity import Json

# What the shipped scanner tests again after a day; it looks for no other failure.
_RESCANNED = frozenset({"pass", "fail-generate", "fail-validate", "fail-build", "fail-deploy", "fail-test"})
_LOG_TIME = re.compile(r"/(\d{8}-\d{6})$")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
# The state machine writes the end of a test again within so much time after the build did.
_SAME_TEST = timedelta(minutes=10)


class ItemState(StrEnum):
    """How an item stands."""

    PASSED = "pass"
    FAILED = "fail"
    RUNNING = "running"
    UNTESTED = "untested"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


ENDED = frozenset({ItemState.PASSED, ItemState.FAILED, ItemState.UNKNOWN})
"""The states in which a test has ended with a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an item says of its last test.

    `test_status` is the harness's own word, such as `fail-build`. `tested_at` is None if nothing was ever tested,
    `seconds` and `began_at` if they are not known. An `outdated` result is of content that is no longer there, so its
    state is untested.
    """

    test_status: str
    state: ItemState
    outdated: bool
    tested_at: datetime | None
    began_at: datetime | None
    seconds: float | None

    @property
    def words(self) -> frozenset[str]:
        """All words by which such an outcome can be asked for."""
        marks = {"outdated": self.outdated, "overlooked": self.is_overlooked}
        return frozenset((self.test_status, self.state, *(word for word, holds in marks.items() if holds)))

    @property
    def is_overlooked(self) -> bool:
        """Whether the shipped scanner never tests it again: it does not look for this status."""
        return self.state in {ItemState.FAILED, ItemState.UNKNOWN} and self.test_status not in _RESCANNED


def outcome(row: ReadItem) -> Outcome:
    """What an item says. An attribute of another type than expected says nothing."""
    status = row.text(STATUS)
    state = _state(status)
    tested_at = read_time(row.text(TESTED_AT))
    seconds = _seconds(row.attributes)
    began_at = _began(tested_at, seconds, row.attributes.get(STAGES), passed=state is ItemState.PASSED)
    outdated = state in ENDED and _is_outdated(row, began_at or tested_at)
    return Outcome(
        test_status=status,
        state=ItemState.UNTESTED if outdated else state,
        outdated=outdated,
        tested_at=tested_at,
        began_at=began_at,
        seconds=seconds,
    )


def running_since(row: ReadItem) -> datetime | None:
    """Since when a test may be running at most: its start if the harness says it, else the last thing that happened."""
    if row.text(STATUS) != RUNNING:
        return None
    if started := read_time(row.text(STARTED_AT)):
        return started
    known = [read_time(row.text(name)) for name in (CONTENT_AT, TESTED_AT, FORCED_AT, CREATED_AT)]
    return max((time for time in known if time), default=None)


def read_time(text: str) -> datetime | None:
    """The time, unless it is none or the beginning of time, which stands for never."""
    try:
        time = datetime.fromisoformat(text)
        at = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.timestamp() > 0 else None


def stages(value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each stage of `stageResults` that says something, by its name."""
    for name, stage in value.items() if isinstance(value, dict) else ():
        if isinstance(stage, dict):
            yield name, stage


def read_seconds(value: Json) -> float | None:
    """A duration: a number of seconds, or a text such as `842`, `14m02s` or `2h03m`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if not match:
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds


def _state(test_status: str) -> ItemState:
    """Harnesses say where it failed (`fail-build`); a word that nobody knows is kept apart."""
    word = test_status.partition("-")[0]
    if word in {ItemState.PASSED, ItemState.FAILED}:
        return ItemState(word)
    if test_status in {"", UNTESTED}:
        return ItemState.UNTESTED
    return ItemState(test_status) if test_status in {RUNNING, SUSPENDED} else ItemState.UNKNOWN


def _is_outdated(row: ReadItem, at_latest: datetime | None) -> bool:
    """Whether a result is of content that is no longer there; `at_latest` is when its test had begun."""
    if tested := row.text(TESTED_DIGEST):
        return tested != row.text(DIGEST)
    content_at, created_at = read_time(row.text(CONTENT_AT)), read_time(row.text(CREATED_AT))
    if content_at is None or at_latest is None:
        return False
    # The first content of an item: there was no other that a test can have been of.
    if created_at is not None and created_at >= content_at:
        return False
    return at_latest < content_at


def _began(ended: datetime | None, seconds: float | None, results: Json, *, passed: bool) -> datetime | None:
    """When a test began: as the logs' names say, or so long before its end as it took; the earlier of the two.

    A failure that the state machine reports (a build that ran out of time) leaves the duration and the stages of an
    earlier test in place. They say nothing of it then.
    """
    counted = _before(ended, seconds)
    logged = min(_log_times(results), default=None)
    if counted is None or logged is None:
        return logged if counted is None and passed else counted
    if not passed and counted - logged > _SAME_TEST:
        return None
    return min(counted, logged)


def _before(ended: datetime | None, seconds: float | None) -> datetime | None:
    try:
        return ended - timedelta(seconds=seconds) if ended and seconds is not None else None
    except OverflowError:
        return None


def _log_times(results: Json) -> Iterator[datetime]:
    for _, stage in stages(results):
        pointer = stage.get("logPointer")
        if isinstance(pointer, str) and (match := _LOG_TIME.search(pointer)):
            try:
                yield datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
            except ValueError:  # digits that are no date
                continue


def _seconds(attributes: Mapping[str, Json]) -> float | None:
    """How long the last test took: what the harness says of the whole, else the sum of its stages."""
    whole = read_seconds(attributes.get(DURATION))
    if whole is not None:
        return whole
    known = (read_seconds(stage.get("durationSeconds")) for _, stage in stages(attributes.get(STAGES)))
    counted = [seconds for seconds in known if seconds is not None]
    return sum(counted) if counted else None
