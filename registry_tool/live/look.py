"""One look at a record: how it stands, once the lists and, if asked for, the details have been read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from registry_tool.live.claim import Claim
from registry_tool.live.client import GoneError, Reader, UnreadableError
from registry_tool.live.compare import Terms, compare, compare_workload
from registry_tool.live.details import Details, read_details
from registry_tool.live.match import Sighting, missing
from registry_tool.live.verdict import NOT_RIGHT, FieldVerdict, Health, Match, Verdict


@dataclass(frozen=True, slots=True)
class Thing:
    """A running object that a record means."""

    kind: str
    name: str
    arn: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one record stands, and when that was seen.

    `reason` explains every match but `as-registered`; `captured` says whether its names were, or it was found by name.
    `remarks` are worth knowing and no difference.
    """

    claim: Claim
    match: Match
    state: Health
    read_at: datetime
    account: str = ""
    captured: bool = False
    things: tuple[Thing, ...] = ()
    fields: tuple[FieldVerdict, ...] = ()
    reason: str = ""
    candidates: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def differences(self) -> tuple[FieldVerdict, ...]:
        """The fields in which what runs is not what is registered."""
        return tuple(field for field in self.fields if field.verdict is Verdict.DIFFERS)

    @property
    def is_wrong(self) -> bool:
        """Whether it is a difference between the registry and the world, or does not work."""
        return self.match in NOT_RIGHT or self.state is Health.FAILED


def look(
    sighting: Sighting,
    reader: Reader | None,
    *,
    terms: Terms,
    at: datetime,
    known: tuple[FieldVerdict, ...] | None = None,
) -> Look:
    """What is to be said of a record that was searched for. Without a `reader`, the lists alone say it.

    An object that is changing belongs to two configurations, so nothing of it is compared. `known` are the verdicts of
    an earlier look, if nothing has changed since.
    """
    if sighting.state is Health.CHANGING and sighting.match is Match.PRESENT:
        return _look(sighting, at, reason="it is changing: its fields were not compared")
    if sighting.workload:
        return _compared(sighting, at, compare_workload(sighting, sighting.workload, terms), sighting.reason)
    is_there = sighting.match in {Match.PRESENT, Match.DIFFERS, Match.FINISHED}
    if reader is None or not is_there or sighting.state is Health.CHANGING:
        return _look(sighting, at)
    if known is not None:
        return _compared(sighting, at, known, sighting.reason)
    return _look_closely(sighting, reader, terms, at)


def _look_closely(sighting: Sighting, reader: Reader, terms: Terms, at: datetime) -> Look:
    try:
        details = read_details(reader, sighting)
    except GoneError:
        return _look(missing(sighting.claim, sighting.survey, "it was deleted a moment ago and is not"), at)
    except UnreadableError as err:
        return _look(sighting, at, match=Match.UNKNOWN, reason=str(err.gap))
    return _compared(sighting, at, compare(sighting, details, terms), _failure(sighting, details))


def _compared(sighting: Sighting, at: datetime, fields: tuple[FieldVerdict, ...], reason: str) -> Look:
    differs = any(field.verdict is Verdict.DIFFERS for field in fields)
    match = Match.DIFFERS if differs else Match.FINISHED if sighting.match is Match.FINISHED else Match.AS_REGISTERED
    return _look(sighting, at, match=match, fields=fields, reason=reason)


def _look(
    sighting: Sighting,
    at: datetime,
    *,
    match: Match | None = None,
    fields: tuple[FieldVerdict, ...] = (),
    reason: str = "",
) -> Look:
    rows = [("endpoint", sighting.endpoint), ("transform job", sighting.job)]
    rows += [("inference component", row) for row in sighting.components.values()]
    return Look(
        claim=sighting.claim,
        match=match or sighting.match,
        state=sighting.state,
        read_at=at,
        account=sighting.survey.account if sighting.survey else "",
        captured=sighting.captured,
        things=(*(Thing(kind, row.name, row.arn, row.status) for kind, row in rows if row), *_deployment(sighting)),
        fields=fields or sighting.fields,
        reason=reason or sighting.reason,
        candidates=sighting.candidates,
    )


def _deployment(sighting: Sighting) -> Iterator[Thing]:
    if one := sighting.workload:
        where = f"{one.cluster}/{one.namespace}/{one.name}".lstrip("/")
        yield Thing("deployment", where, "", f"{one.available} of {one.replicas} available")


def _failure(sighting: Sighting, details: Details) -> str:
    """Why a deployment failed, in AWS's words, which may quote an environment."""
    if sighting.state is not Health.FAILED:
        return sighting.reason
    answers = [details.endpoint, details.job, *details.components.values()]
    said = next((str(answer["FailureReason"]) for answer in answers if answer.get("FailureReason")), "")
    for environment in details.environments.values():
        said = environment.without_values(said)
    return said
