"""Which commit is meant: a revision, or the registry as it was at a point in time."""

from __future__ import annotations

import re
from datetime import datetime, time

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
        raise UsageError(f"{when!r} is no date", hint=f"give {_DATES}")
    return seconds


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
    """The last commit of the branch before any that is later than `seconds`; empty if there is none.

    Commits need not be in the order of their times: clocks differ, and what was committed on a laptop can arrive days
    later. On top of a commit that nobody had seen at that time, nothing was seen either.
    """
    _, output, _ = repository.git.attempt("rev-list", "--first-parent", "--timestamp", "HEAD", "--")
    found = ""
    for line in output.decode().splitlines():
        time_, revision = line.split()
        if int(time_) > seconds:
            found = ""
        elif not found:
            found = revision
    return found
