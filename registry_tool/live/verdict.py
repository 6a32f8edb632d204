"""The words of a report: how a record stands, what state its deployment is in, and how one field compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registry_tool.record.diff import Scalar


class Match(StrEnum):
    """Whether what runs is what a record says."""

    AS_REGISTERED = "as-registered"
    PRESENT = "present"
    """It is there; its fields were not compared."""
    DIFFERS = "differs"
    GONE = "gone"
    NOT_FOUND = "not-found-here"
    """Nothing of that name is here; no name or no account was captured, so it may be elsewhere."""
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    FINISHED = "finished"
    """A transform job that has ended."""


class Health(StrEnum):
    """Whether a deployment works."""

    IN_SERVICE = "in-service"
    CHANGING = "changing"
    FAILED = "failed"
    STOPPED = "stopped"
    NONE = "-"


class Verdict(StrEnum):
    """How one field of a record compares with what is live. Only `differs` makes a record differ."""

    SAME = "same"
    DIFFERS = "differs"
    SCALED = "scaled"
    """A count that automatic scaling may change."""
    UNAPPLIED = "unapplied"
    """Recorded, but do/deploy never applies it."""
    HIDDEN = "hidden"
    """Redacted in the record: all that is known is that it is set."""
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """One field: what the record says, what is live, and the call that said so.

    A field of an environment has no values here, only its verdict: the live one may be a secret. `why` is a remark.
    Of an image, `image` is the one that was asked for, and `digest` what its tag meant then.
    """

    path: str
    verdict: Verdict
    recorded: Scalar = None
    live: Scalar = None
    source: str = ""
    why: str = ""
    image: str = ""
    digest: str = ""


def equal(
    path: str, recorded: Scalar, live: Scalar, source: str, *, otherwise: Verdict = Verdict.DIFFERS
) -> FieldVerdict:
    """Whether two values are the same; 1 is 1.0, and no number is 0."""
    same = recorded == live or (not recorded and not live)
    return FieldVerdict(path, Verdict.SAME if same else otherwise, recorded, live, source)


NOT_RIGHT = frozenset({Match.DIFFERS, Match.GONE, Match.NOT_FOUND, Match.AMBIGUOUS})
"""Matches that are a difference between the registry and the world."""

_STATES = {
    "InService": Health.IN_SERVICE,
    "Creating": Health.CHANGING,
    "Updating": Health.CHANGING,
    "SystemUpdating": Health.CHANGING,
    "RollingBack": Health.CHANGING,
    "Deleting": Health.CHANGING,
    "Failed": Health.FAILED,
    "UpdateRollbackFailed": Health.FAILED,
    "OutOfService": Health.STOPPED,
}
_WORST_FIRST = (Health.FAILED, Health.STOPPED, Health.CHANGING, Health.IN_SERVICE)


def state_of(status: str) -> Health:
    """The state that the status of an endpoint or an inference component means; one that is new to us is changing."""
    return _STATES.get(status, Health.CHANGING)


def worst(states: list[Health]) -> Health:
    """The state of a whole, by its parts."""
    return next((state for state in _WORST_FIRST if state in states), Health.NONE)
