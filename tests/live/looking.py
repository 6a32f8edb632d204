"""How tests look at a cloud: with the real reader over HTTP, or with one that asks the cloud's object itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from registry_tool.live.claim import parse_claim
from registry_tool.live.client import Pace, Reader
from registry_tool.live.compare import Terms
from registry_tool.live.look import Look, look
from registry_tool.live.match import match
from registry_tool.live.survey import read_survey
from registry_tool.record.identity import Document
from tests.live.cloud import Cloud

PLAIN = Terms()
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


class Direct:
    """A SageMaker client without a network between: for what is looked at by the thousand."""

    def __init__(self, cloud: Cloud) -> None:
        """Ask this cloud."""
        self._cloud = cloud

    def __getattr__(self, member: str) -> Any:  # noqa: ANN401  every operation
        """Each operation, as botocore names it."""
        operation = re.sub("(?:^|_)([a-z])", lambda match: match[1].upper(), member)

        def call(**request: Any) -> Any:  # noqa: ANN401  as botocore's
            found = self._cloud.answer(operation, request)
            if isinstance(found, dict):
                return found
            status, code, message = found
            meta: Any = {"HTTPStatusCode": status}
            raise ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}, operation)

        return call


def reader(cloud: Cloud) -> Reader:
    """A reader that asks the cloud itself."""
    return Reader(Direct(cloud), region=cloud.region, profile="", pace=Pace(0), identify=lambda: cloud.account)


def look_at(cloud: Cloud, *documents: Document, quick: bool = False, terms: Terms = PLAIN) -> list[Look]:
    """How each record stands."""
    through = reader(cloud)
    survey = read_survey(through, with_jobs=True)
    sightings = match([parse_claim(one) for one in documents], [survey])
    return [look(one, None if quick else through, at=NOW, terms=terms) for one in sightings]


def verdicts(looks: Iterable[Look]) -> list[str]:
    """Each look in a word, with the paths of its differences."""
    return [" ".join([one.match, *(field.path for field in one.differences)]) for one in looks]
