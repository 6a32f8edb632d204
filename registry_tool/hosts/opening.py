"""Opening a pull request on GitHub, or a merge request on GitLab, with the token that `registry comment` uses.

The token goes to github.com or gitlab.com where the remote is there, else only to the address that a variable names,
because the name of a remote's host is no reason to trust it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import quote

from registry_tool.hosts.calls import Api, HostError
from registry_tool.hosts.pullrequest import RemotePlace, find_place

if TYPE_CHECKING:
    from registry_tool.record.identity import Json

_PURPOSE = "open pull requests"
_EXISTS = frozenset({409, 422})


class Proposal(NamedTuple):
    """What a pull request is about: `branch` is to become a part of `base`."""

    branch: str
    base: str
    title: str
    body: str


def open_pull_request(remote: str, proposal: Proposal, environment: Mapping[str, str]) -> str:
    """Open a pull request, or find the one that is open; its page. Empty where no host or no token is known."""
    place = find_place(remote)
    if place is None:
        return ""
    if api := _github(place, environment):
        pulls = f"/repos/{quote(place.path)}/pulls"
        content = {"title": proposal.title, "head": proposal.branch, "base": proposal.base, "body": proposal.body}
        owner = place.path.partition("/")[0]
        open_ones = f"{pulls}?state=open&head={quote(owner)}:{quote(proposal.branch)}"
        return _opened(api, pulls, cast("Json", content), open_ones, "html_url")
    if api := _gitlab(place, environment):
        requests = f"/projects/{quote(place.path, safe='')}/merge_requests"
        content = {
            "title": proposal.title,
            "source_branch": proposal.branch,
            "target_branch": proposal.base,
            "description": proposal.body,
        }
        open_ones = f"{requests}?state=opened&source_branch={quote(proposal.branch, safe='')}"
        return _opened(api, requests, cast("Json", content), open_ones, "web_url")
    return ""


def _github(place: RemotePlace, environment: Mapping[str, str]) -> Api | None:
    named, token = environment.get("GITHUB_API_URL", ""), environment.get("GITHUB_TOKEN", "")
    address = (
        named if named and place.kind != "gitlab" else "https://api.github.com" if place.host == "github.com" else ""
    )
    if not (address and token):
        return None
    return Api(name="GitHub", address=address, token_header=("Authorization", f"Bearer {token}"), purpose=_PURPOSE)


def _gitlab(place: RemotePlace, environment: Mapping[str, str]) -> Api | None:
    named, token = environment.get("CI_API_V4_URL", ""), environment.get("REGISTRY_COMMENT_TOKEN", "")
    address = (
        named if named and place.kind != "github" else "https://gitlab.com/api/v4" if place.host == "gitlab.com" else ""
    )
    if not (address and token):
        return None
    return Api(name="GitLab", address=address, token_header=("PRIVATE-TOKEN", token), purpose=_PURPOSE)


def _opened(api: Api, path: str, content: Json, open_ones: str, page: str) -> str:
    """The page of what is opened at `path`; of the one that is open already if the host says that there is one."""
    try:
        found = api.call("POST", path, content)
    except HostError as err:
        if err.status not in _EXISTS:
            raise
        there = cast("list[Mapping[str, Json]]", api.call("GET", open_ones))
        if not there:
            raise
        found = cast("Json", there[0])
    return str(cast("Mapping[str, Json]", found).get(page) or "")
