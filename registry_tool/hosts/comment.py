"""Keeping one comment on the pull request that a CI job runs for: on GitHub, and on GitLab's merge requests.

The comment is found again by its first line and by who wrote it: anybody may write that line, so a comment of somebody
else is never taken for ours. The host, the pull request and the token come from the variables that CI sets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import quote

from registry_tool.errors import UsageError
from registry_tool.hosts.calls import Api, HostError

if TYPE_CHECKING:
    from registry_tool.record.identity import Json

_PAGE = 100
_MOST_PAGES = 50

Outcome: TypeAlias = Literal["posted", "edited", "unchanged"]
"""What became of the comment."""
_Comment: TypeAlias = "Mapping[str, Json]"


def post_comment(text: str, environment: Mapping[str, str]) -> Outcome:
    """Make `text` the comment on this job's pull request that begins with the first line of `text`."""
    marker = text.partition("\n")[0].strip()
    if not marker.startswith("<!--"):
        raise UsageError("the first line of a comment must be a marker", hint="such as <!-- registry-tool: review -->")
    host = _find_host(environment)
    is_own = host.who()
    for comment in _comments(host):
        body = str(comment.get("body") or "")
        if body.partition("\n")[0].strip() == marker and is_own(comment):
            if body.strip() == text.strip():
                return "unchanged"
            host.call(host.edit_method, f"{host.edit}/{comment['id']}", {"body": text})
            return "edited"
    host.call("POST", host.comments, {"body": text})
    return "posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """A host's interface: where the comments of a pull request are listed, and where one is edited."""

    name: str
    api: str
    token_header: tuple[str, str]
    comments: str
    edit: str
    edit_method: Literal["PATCH", "PUT"]
    author: str

    def who(self) -> Callable[[_Comment], bool]:
        """What tells a comment of this token's own from those of others."""
        try:
            own = cast("_Comment", self.call("GET", "/user"))["id"]
        except HostError:
            # The token of a GitHub job belongs to no user: its comments are those of a bot.
            return lambda comment: self._writer(comment).get("type") == "Bot"
        return lambda comment: self._writer(comment).get("id") == own

    def call(self, method: str, path: str, content: Json = None) -> Json:
        """What the host answers, as JSON; a `HostError` that says no more than the status."""
        api = Api(name=self.name, address=self.api, token_header=self.token_header, purpose="write comments")
        return api.call(method, path, content)

    def _writer(self, comment: _Comment) -> _Comment:
        return cast("_Comment", comment.get(self.author) or {})


def _find_host(environment: Mapping[str, str]) -> _Host:
    if environment.get("GITHUB_ACTIONS") == "true":
        pull_request = _pull_request(Path(_variable(environment, "GITHUB_EVENT_PATH")))
        repository = f"/repos/{quote(_variable(environment, 'GITHUB_REPOSITORY'))}"
        return _Host(
            name="GitHub",
            api=environment.get("GITHUB_API_URL") or "https://api.github.com",
            token_header=("Authorization", f"Bearer {_variable(environment, 'GITHUB_TOKEN')}"),
            comments=f"{repository}/issues/{pull_request}/comments",
            edit=f"{repository}/issues/comments",
            edit_method="PATCH",
            author="user",
        )
    if environment.get("GITLAB_CI") == "true":
        project, number = (_variable(environment, name) for name in ("CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"))
        notes = f"/projects/{quote(project, safe='')}/merge_requests/{quote(number, safe='')}/notes"
        return _Host(
            name="GitLab",
            api=_variable(environment, "CI_API_V4_URL"),
            token_header=("PRIVATE-TOKEN", _variable(environment, "REGISTRY_COMMENT_TOKEN")),
            comments=notes,
            edit=notes,
            edit_method="PUT",
            author="author",
        )
    raise UsageError("this is not a job of GitHub Actions or GitLab CI", hint="elsewhere, post the file by other means")


def _variable(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise UsageError(f"{name} is not set", hint="see docs/guides/review.md for what the job needs")
    return value


def _pull_request(event: Path) -> int:
    try:
        return int(json.loads(event.read_bytes())["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise UsageError("this job runs for no pull request", hint="run it on: pull_request") from err


def _comments(host: _Host) -> Iterator[_Comment]:
    for page in range(1, _MOST_PAGES + 1):
        found = cast("list[_Comment]", host.call("GET", f"{host.comments}?per_page={_PAGE}&page={page}"))
        yield from found
        if len(found) < _PAGE:
            return
