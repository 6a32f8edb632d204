"""Looking at a deployment as it is registered: the account and the digests of its images, which no project knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from registry_tool.errors import RegistryError
from registry_tool.live.claim import parse_claim
from registry_tool.live.client import GoneError, Pace, UnreadableError, connect
from registry_tool.live.details import Answer, Details, first_variant, read_details
from registry_tool.live.match import Sighting, match
from registry_tool.live.survey import read_survey
from registry_tool.live.verdict import Match
from registry_tool.record.identity import Document, Json, timestamp

_MODEL = "model"
"""What the image of an endpoint without inference components goes by."""


def witness(document: Document, environment: Mapping[str, str], *, at: datetime) -> dict[str, Json]:
    """What to add to the field `live` of a record that is about to be registered.

    Raises a `RegistryError` if its deployment is not there, does not carry the names that were captured, or cannot be
    read: who asks for a witness wants no registration without one.
    """
    claim = parse_claim(document)
    if claim.place not in {"endpoint", "job"}:
        raise RegistryError(
            f"--with-live does not look at {claim.target}",
            hint="register without it; registry live status reads clusters",
        )
    try:
        reader = connect(environment, region=claim.region, profile="", pace=Pace(0))
        survey = read_survey(reader, with_jobs=claim.place == "job")
        (sighting,) = match([claim], [survey])
        if sighting.match not in {Match.PRESENT, Match.FINISHED}:
            raise _unseen(sighting)
        details = read_details(reader, sighting)
    except UnreadableError as err:
        raise RegistryError(f"--with-live cannot look: {err.gap}", hint="register without --with-live") from err
    except GoneError as err:
        raise RegistryError("the deployment was deleted a moment ago", hint="deploy it, then register") from err
    seen: dict[str, Json] = {"accountId": survey.account, "images": dict(_images(details)), "checkedAt": timestamp(at)}
    return {name: value for name, value in seen.items() if value}


def _images(details: Details) -> Iterator[tuple[str, str]]:
    for component, answer in details.components.items():
        image = answer.get("Specification", {}).get("Container", {}).get("DeployedImage", {})
        if digest := _digest(image):
            yield component.name, digest
    for image in first_variant(details.endpoint).get("DeployedImages") or []:
        if digest := _digest(image):
            yield _MODEL, digest


def _digest(image: Answer) -> str:
    return str(image.get("ResolvedImage", "")).rpartition("@")[2]


def _unseen(sighting: Sighting) -> RegistryError:
    said = sighting.reason or ", ".join(f"{field.path} {field.why or field.live}" for field in sighting.fields)
    return RegistryError(
        f"--with-live did not find the deployment as the project names it: {said}",
        hint="deploy it first, or register without --with-live",
    )
