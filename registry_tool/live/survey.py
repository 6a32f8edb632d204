"""Reading the lists of one account in one region: what is there, and which lists could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry_tool.live.client import Reader, UnreadableError
from registry_tool.live.names import JOB_WORDS
from registry_tool.live.world import Gap, Listed, ListedObject, Survey

_MOST_JOBS = 1_000
"""Transform jobs stay listed for ever: only the newest are read."""


def read_survey(reader: Reader, *, with_jobs: bool) -> Survey:
    """All endpoints and inference components, and the newest of the do scripts' transform jobs if asked for.

    Never raises for what AWS refuses: that is a gap of the survey.
    """
    gaps: dict[Listed, Gap] = {}
    endpoints = _read(reader, Listed.ENDPOINTS, _endpoints, gaps)
    components = _read(reader, Listed.COMPONENTS, _components, gaps)
    jobs = _read(reader, Listed.JOBS, _jobs, gaps) if with_jobs else {}
    return Survey(
        region=reader.region,
        profile=reader.profile,
        account=_account(reader, endpoints, components, jobs, gaps),
        endpoints=endpoints,
        components=components,
        jobs=jobs,
        has_all_jobs=len(jobs) < _MOST_JOBS,
        gaps=gaps,
        calls=reader.calls.total(),
    )


def unread(region: str, profile: str, reason: str) -> Survey:
    """The survey of a region that cannot even be asked."""
    return Survey(region=region, profile=profile, gaps=dict.fromkeys(Listed, Gap(reason)))


def _read(
    reader: Reader, what: Listed, rows: Callable[[Reader], Iterator[ListedObject]], gaps: dict[Listed, Gap]
) -> dict[str, ListedObject]:
    """The rows of a list by name. What was read before a page failed is kept."""
    found: dict[str, ListedObject] = {}
    try:
        for row in rows(reader):
            found[row.name] = row
    except UnreadableError as err:
        gaps[what] = err.gap
    return found


def _endpoints(reader: Reader) -> Iterator[ListedObject]:
    for page in reader.pages("ListEndpoints"):
        for one in page["Endpoints"]:
            yield ListedObject(
                one["EndpointName"],
                one["EndpointArn"],
                one["EndpointStatus"],
                one["CreationTime"],
                one["LastModifiedTime"],
            )


def _components(reader: Reader) -> Iterator[ListedObject]:
    for page in reader.pages("ListInferenceComponents"):
        for one in page["InferenceComponents"]:
            yield ListedObject(
                one["InferenceComponentName"],
                one["InferenceComponentArn"],
                one.get("InferenceComponentStatus", ""),
                one["CreationTime"],
                one["LastModifiedTime"],
                one["EndpointName"],
            )


def _jobs(reader: Reader) -> Iterator[ListedObject]:
    read = 0
    for page in reader.pages(
        "ListTransformJobs", NameContains=JOB_WORDS, SortBy="CreationTime", SortOrder="Descending"
    ):
        for one in page["TransformJobSummaries"]:
            created = one["CreationTime"]
            yield ListedObject(
                one["TransformJobName"],
                one["TransformJobArn"],
                one["TransformJobStatus"],
                created,
                one.get("LastModifiedTime", created),
            )
            read += 1
        if read >= _MOST_JOBS:
            return


def _account(reader: Reader, *found: Mapping[Any, Any]) -> str:
    """The account, by the name of anything that was found in it; asked for only where there is nothing."""
    *lists, gaps = found
    for rows in lists:
        for row in rows.values():
            return str(row.arn).split(":")[4]
    return "" if gaps else reader.account()
