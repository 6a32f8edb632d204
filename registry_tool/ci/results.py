"""What a harness says in the CI table of the tests that it ran: how an item's own attributes are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from registry_tool.ci.item import UNTESTED
from registry_tool.ci.reading import Row
from registry_tool.record.identity import Json, timestamp

DETAILS = ("lastTestDuration", "stageResults")
"""The attributes beside those of a `Row` that a result is read from."""


class State(StrEnum):
    """How an item stands."""

    PASSED = "pass"
    FAILED = "fail"
    RUNNING = "running"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an item says of its last test.

    `test_status` is the harness's own word, such as `fail-build`. `tested_at` is None if nothing was ever tested,
    `seconds` if it is not known how long that took. An `outdated` result is of content that is no longer registered:
    its state is untested. `registered_at` is empty in an item that no sync has written.
    """

    config_id: str
    project: str
    deployment_config: str
    registered_at: str
    test_status: str
    state: State
    outdated: bool
    tested_at: datetime | None
    seconds: float | None


def result(row: Row) -> Result:
    """What an item says. An attribute of another type than expected says nothing."""
    state = _state(row.test_status)
    outdated = row.is_stale and state in {State.PASSED, State.FAILED}
    return Result(
        config_id=row.config_id,
        project=_text(row.owned.get("projectName")),
        deployment_config=_text(row.owned.get("deploymentConfig")),
        registered_at=_text(row.owned.get("registeredAt")),
        test_status=row.test_status,
        state=State.UNTESTED if outdated else state,
        outdated=outdated,
        tested_at=_time(row.last_test_at),
        seconds=_seconds(row.more),
    )


def told(row: Row | None) -> dict[str, str]:
    """What is said of a record's test beside its own fields, under the item's names; nothing is empty."""
    if row is None:
        return {"testStatus": "", "lastTestTimestamp": ""}
    found = result(row)
    return {
        "testStatus": UNTESTED if found.outdated else found.test_status,
        "lastTestTimestamp": timestamp(found.tested_at) if found.tested_at else "",
    }


def _state(test_status: str) -> State:
    """Harnesses say where it failed (`fail-build`); what they say beyond that is not a result."""
    word = test_status.partition("-")[0]
    return State(word) if word in set(State) else State.UNTESTED


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    """The time, unless it is none or the beginning of time, which stands for never."""
    try:
        time = datetime.fromisoformat(text)
        at = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.timestamp() > 0 else None


def _seconds(details: Mapping[str, Json]) -> float | None:
    """How long the last test took: what the harness says of the whole, else the sum of its stages."""
    whole, stages = (details.get(name) for name in DETAILS)
    if isinstance(whole, int | float):
        return whole
    known = [_stage_seconds(stage) for stage in stages.values()] if isinstance(stages, dict) else []
    counted = [seconds for seconds in known if seconds is not None]
    return sum(counted) if counted else None


def _stage_seconds(stage: Json) -> float | None:
    seconds = stage.get("durationSeconds") if isinstance(stage, dict) else None
    return seconds if isinstance(seconds, int | float) else None
