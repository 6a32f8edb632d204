"""What a harness says in the CI table of the tests that it ran: asking for it, and how it is understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from registry_tool.ci.client import Address, Client

ATTRIBUTES = (
    "configId",
    "contentDigest",
    "deploymentConfig",
    "lastTestDuration",
    "lastTestTimestamp",
    "projectName",
    "registeredAt",
    "stageResults",
    "testStatus",
    "testedDigest",
)
"""The attributes that a result is read from."""


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


def all_results(client: Client, address: Address) -> Iterator[Result]:
    """What every item of the table says, in any order."""
    names = _names()
    more: dict[str, Any] = {}
    while True:
        page = client.scan(
            TableName=address.table,
            ConsistentRead=True,
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            **more,
        )
        yield from map(result, page["Items"])
        if not page.get("LastEvaluatedKey"):
            return
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def result(item: Mapping[str, Mapping[str, Any]]) -> Result:
    """What `item`, as DynamoDB has it, says. An attribute of another type than expected says nothing."""
    test_status = _text(item, "testStatus")
    state = _state(test_status)
    tested, registered = _text(item, "testedDigest"), _text(item, "contentDigest")
    outdated = state in {State.PASSED, State.FAILED} and bool(tested and registered) and tested != registered
    return Result(
        config_id=_text(item, "configId"),
        project=_text(item, "projectName"),
        deployment_config=_text(item, "deploymentConfig"),
        registered_at=_text(item, "registeredAt"),
        test_status=test_status,
        state=State.UNTESTED if outdated else state,
        outdated=outdated,
        tested_at=_time(_text(item, "lastTestTimestamp")),
        seconds=_seconds(item),
    )


def _names() -> dict[str, str]:
    """Stand-ins for the attributes' names, any of which may become a reserved word."""
    return {f"#{number}": name for number, name in enumerate(ATTRIBUTES)}


def _text(item: Mapping[str, Mapping[str, Any]], name: str) -> str:
    value = item.get(name, {}).get("S", "")
    return value if isinstance(value, str) else ""


def _state(test_status: str) -> State:
    """Harnesses say where it failed (`fail-build`); what they say beyond that is not a result."""
    word = test_status.partition("-")[0]
    return State(word) if word in set(State) else State.UNTESTED


def _time(text: str) -> datetime | None:
    """The time, unless it is none or the beginning of time, which stands for never."""
    try:
        time = datetime.fromisoformat(text)
        at = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.timestamp() > 0 else None


def _seconds(item: Mapping[str, Mapping[str, Any]]) -> float | None:
    """How long the last test took: what the harness says of the whole, else the sum of its stages."""
    whole = _number(item.get("lastTestDuration", {}))
    if whole is not None:
        return whole
    stages = item.get("stageResults", {}).get("M", {}).values()
    known = [_number(stage.get("M", {}).get("durationSeconds", {})) for stage in stages]
    return sum(filter(None, known)) if any(seconds is not None for seconds in known) else None


def _number(value: Mapping[str, Any]) -> float | None:
    try:
        number = float(value["N"])
    except (KeyError, TypeError, ValueError):
        return None
    return int(number) if number.is_integer() else number
