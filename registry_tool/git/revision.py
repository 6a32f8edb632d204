"""Which commit is meant: a revision, or the registry as it was at a point in time."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise

from registry_tool.errors import UsageError
from registry_tool.git.repository import Repository

# Git's own date parser takes any text for some date, so what is a date is decided here.
_DAY = re.compile(r"\d{4}-\d\d-\d\d|yesterday")
_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")
_RELATIVE = re.compile(r"yesterday|\d{1,6} (?:second|minute|hour|day|week|month|year)s? ago")
_DATES = "a date such as 2026-03-01, '2026-03-01 14:30', yesterday or '3 days ago'"


def find_revision(repository: Repository, when: str) -> str:
    """The id of the commit that `when` names: a tag, branch or commit, else a date.

    A day means its end, in the local time zone: the registry as it was when that day was over. A date before the first
    commit, and what is neither, is a `UsageError`.
    """
    status, output, _ = repository.git.attempt(
        "rev-parse", "--verify", "--quiet", "--end-of-options", when + "^{commit}"
    )
    if status == 0 and output[:1] != b"^":  # git takes ^NAME as well: all but NAME
        return output.decode().strip()
    seconds = _find_seconds(repository, when, start=False)
    if seconds is None:
        raise UsageError(
            f"{when!r} is neither a revision nor a date", hint=f"name a commit, tag or branch, or {_DATES}"
        )
    found = _last_until(repository, seconds)
    if not found:
        raise UsageError(f"the registry has no commit as old as {when!r}", hint="see: registry log")
    return found


def find_instant(repository: Repository, when: str, *, start: bool) -> int:
    """The seconds since 1970 that the date `when` names, in the local time zone; a day means its start or its end."""
    seconds = _find_seconds(repository, when, start=start)
    if seconds is None:
        raise UsageError(f"{when!r} is not a date", hint=f"give {_DATES}")
    return seconds


def arrival_times(times: Sequence[int], *, now: int = sys.maxsize) -> list[int]:
    """When each commit of a branch can have arrived, by what their clocks said: the same times, never falling.

    A time later than `now` is not believed. Of the others, the largest number that do not contradict each other is
    believed, the earlier ones where that is open. Any other commit arrived no earlier than the believed one before it,
    and no later than the believed one after it.

    >>> arrival_times([1, 3, 2])  # committed earlier, arrived later
    [1, 3, 3]
    >>> arrival_times([1, 99, 2, 3])  # a clock that was wrong
    [1, 2, 2, 3]
    """
    if all(earlier <= later for earlier, later in pairwise((*times, now))):
        return list(times)
    believed = _longest_rising(times, now)
    bounds = [*(times[place] for place in believed), sys.maxsize]
    arrived, passed = [], 0
    for place, time_ in enumerate(times):
        if passed < len(believed) and believed[passed] == place:
            passed += 1
            arrived.append(time_)
        else:
            lowest = max(arrived[-1] if arrived else 0, bounds[passed - 1] if passed else 0)
            arrived.append(max(lowest, min(time_, bounds[passed], now)))
    return arrived


def _find_seconds(repository: Repository, when: str, *, start: bool) -> int | None:
    try:
        if _RELATIVE.fullmatch(when):
            answer = repository.git.run("rev-parse", f"--since={when}").decode()
            moment = datetime.fromtimestamp(int(answer.removeprefix("--max-age="))).astimezone()
        elif _ABSOLUTE.fullmatch(when):
            moment = datetime.fromisoformat(when)
        else:
            return None
        if _DAY.fullmatch(when):
            moment = datetime.combine(moment.date(), time.min if start else time(23, 59, 59))
        return max(0, int(moment.timestamp()))
    except (ValueError, OverflowError):  # no such day, or none that a computer's clock can show
        return None


def _last_until(repository: Repository, seconds: int) -> str:
    """The last commit of the branch that was there at `seconds`; empty if there is none.

    Commits need not be in the order of their times: clocks differ, and what was committed on a laptop can arrive days
    later. On top of a commit that nobody had seen at that time, nothing was seen either.
    """
    _, output, _ = repository.git.attempt("rev-list", "--first-parent", "--reverse", "--timestamp", "HEAD", "--")
    commits = [line.split() for line in output.decode().splitlines()]
    now = int(repository.git.run("rev-parse", "--since=now").decode().removeprefix("--max-age="))
    times = arrival_times([int(time_) for time_, _ in commits], now=now)
    place = bisect_right(times, seconds)
    return commits[place - 1][1] if place else ""


def _longest_rising(times: Sequence[int], now: int) -> list[int]:
    """The places of a longest part of `times` up to `now` that never falls; of several, one that drops later ones."""
    # From the end, so that of two that contradict each other the later one is replaced.
    ends: list[int] = []
    places: list[int] = []
    before: dict[int, int] = {}
    for place in range(len(times) - 1, -1, -1):
        if times[place] > now:
            continue
        at = bisect_right(ends, -times[place])
        ends[at : at + 1] = [-times[place]]
        places[at : at + 1] = [place]
        before[place] = places[at - 1] if at else -1
    rising, place = [], places[-1] if places else -1
    while place >= 0:
        rising.append(place)
        place = before[place]
    return rising
