"""One look at a record: how it stands, once the lists and, if asked for, the details have been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry_tool.live.claim import Claim
from registry_tool.live.client import MissingError, Reader, UnreadableError
from registry_tool.live.compare import compare
from registry_tool.live.details import Details, read_details
from registry_tool.live.match import Sighting, missing
from registry_tool.live.verdict import Field, Match, State, Verdict


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
    """

    claim: Claim
    match: Match
    state: State
    read_at: datetime
    account: str = ""
    captured: bool = False
    things: tuple[Thing, ...] = ()
    fields: tuple[Field, ...] = ()
    reason: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def differences(self) -> tuple[Field, ...]:
        """The fields in which what runs is not what is registered."""
        return tuple(field for field in self.fields if field.verdict is Verdict.DIFFERS)


def look(
    sighting: Sighting,
    reader: Reader | None,
    *,
    read_at: datetime,
    strict_counts: bool = False,
    ignore: Sequence[str] = (),
) -> Look:
    """What is to be said of a record that was searched for. Without a `reader`, the lists alone say it.

    An object that is changing belongs to two configurations, so nothing of it is compared. `ignore` holds the paths of
    fields whose differences do not count.
    """
    if reader is None or sighting.match not in {Match.PRESENT, Match.DIFFERS, Match.FINISHED}:
        return _look(sighting, read_at)
    if sighting.state is State.CHANGING:
        return _look(sighting, read_at, reason="it is changing: its fields were not compared")
    try:
        details = read_details(reader, sighting)
    except MissingError:
        return _look(missing(sighting.claim, sighting.survey, "it was deleted a moment ago and is not"), read_at)
    except UnreadableError as err:
        return _look(sighting, read_at, match=Match.UNKNOWN, reason=str(err.gap))
    fields = compare(sighting, details, strict_counts=strict_counts, ignore=ignore)
    differs = any(field.verdict is Verdict.DIFFERS for field in fields)
    match = Match.DIFFERS if differs else Match.FINISHED if sighting.match is Match.FINISHED else Match.AS_REGISTERED
    return _look(sighting, read_at, match=match, fields=fields, reason=_failure(sighting, details))


def _look(
    sighting: Sighting,
    read_at: datetime,
    *,
    match: Match | None = None,
    fields: tuple[Field, ...] = (),
    reason: str = "",
) -> Look:
    rows = [("endpoint", sighting.endpoint), ("transform job", sighting.job)]
    rows += [("inference component", row) for row in sighting.components.values()]
    return Look(
        claim=sighting.claim,
        match=match or sighting.match,
        state=sighting.state,
        read_at=read_at,
        account=sighting.survey.account if sighting.survey else "",
        captured=sighting.captured,
        things=tuple(Thing(kind, row.name, row.arn, row.status) for kind, row in rows if row),
        fields=fields or sighting.fields,
        reason=reason or sighting.reason,
        candidates=sighting.candidates,
    )


def _failure(sighting: Sighting, details: Details) -> str:
    """Why a deployment failed, in AWS's words, which may quote an environment."""
    if sighting.state is not State.FAILED:
        return sighting.reason
    answers = [details.endpoint, details.job, *details.components.values()]
    said = next((str(answer["FailureReason"]) for answer in answers if answer.get("FailureReason")), "")
    for environment in details.environments.values():
        said = environment.without_values(said)
    return said
