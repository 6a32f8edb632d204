"""Which records nobody has looked after: not registered again, not tested, of an image that others have left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cmp_to_key

from registry_tool.index.query import Summary
from registry_tool.record.image import direction, image_parts


@dataclass(frozen=True, slots=True)
class Stale:
    """A record that may be out of date. `days` is its age, None if it is not too old.

    `newest` is the newest version of its image that others run, and `newer` how many records run a newer one than it.
    `test` says what is wrong with its test, empty if nothing is known to be.
    """

    summary: Summary
    days: int | None
    newest: str
    newer: int
    test: str


def find_stale(
    summaries: Sequence[Summary], *, at: datetime, older_than: timedelta, tests: Mapping[str, str]
) -> Iterator[Stale]:
    """The records that are stale `at` that time, the oldest first.

    `tests` says what is wrong with a test, by configId.
    """
    counted = _versions(summary["baseImage"] for summary in summaries)
    # There are far fewer images than records.
    ahead = {image: _newer(image, counted) for image in {summary["baseImage"] for summary in summaries}}
    for summary in sorted(summaries, key=lambda one: one["registeredAt"]):
        age = at - _time(summary["registeredAt"], otherwise=at)
        newest, newer = ahead[summary["baseImage"]]
        test = tests.get(summary["configId"], "")
        if age > older_than or newer or test:
            yield Stale(summary, age.days if age > older_than else None, newest, newer, test)


def _versions(images: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many records run each version of each image."""
    counted: dict[str, dict[str, int]] = {}
    for image in images:
        parts = image_parts(image)
        if "tag" in parts:
            versions = counted.setdefault(parts["name"], {})
            versions[parts["tag"]] = versions.get(parts["tag"], 0) + 1
    return counted


def _newer(image: str, counted: Mapping[str, Mapping[str, int]]) -> tuple[str, int]:
    """The newest version of an image that is newer than this one, and how many records run a newer one."""
    parts = image_parts(image)
    if "tag" not in parts:
        return "", 0
    newer = {
        tag: number
        for tag, number in counted.get(parts["name"], {}).items()
        if direction(parts["tag"], tag) == "upgrade"
    }
    return (max(newer, key=cmp_to_key(_order)), sum(newer.values())) if newer else ("", 0)


def _order(one: str, other: str) -> int:
    return {"upgrade": -1, "downgrade": 1, "": 0}[direction(one, other)]


def _time(text: str, *, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return otherwise
