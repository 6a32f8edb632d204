"""Which commit is meant: a revision, or the last one before a point in time."""

from __future__ import annotations

import re

from registry_tool.errors import UsageError
from registry_tool.gitrepo.repository import Repository

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Git's own date parser takes any text for some date, so what is a date is decided here.
_DATE = re.compile(
    r"""\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[ ]?[+-]\d\d:?\d\d)?)?
      | yesterday | (?:an?|\d{1,6})[ ](?:second|minute|hour|day|week|month|year)s?[ ]ago
      | last[ ](?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)""",
    re.VERBOSE | re.IGNORECASE,
)


def find_revision(repository: Repository, when: str) -> str:
    """The id of the commit that `when` names: a tag, branch or commit, else a date.

    A day means its end, in the local time zone: the registry as it was when that day was over. A date before the first
    commit, and what is neither, is a `UsageError`.
    """
    status, output, _ = repository.git.attempt(
        "rev-parse", "--verify", "--quiet", "--end-of-options", when + "^{commit}"
    )
    if status == 0:
        return output.decode().strip()
    if not _DATE.fullmatch(when):
        raise UsageError(
            f"{when!r} is neither a revision nor a date",
            hint="name a commit, tag or branch, or a date such as 2026-03-01, '2026-03-01 14:30' or yesterday",
        )
    instant = f"{when} 23:59:59" if _DAY.fullmatch(when) else when
    found = repository.git.run("rev-list", "--max-count=1", "--first-parent", f"--before={instant}", "HEAD", "--")
    if not found:
        raise UsageError(f"the registry has no commit as old as {when!r}", hint="see: registry log")
    return found.decode().strip()
