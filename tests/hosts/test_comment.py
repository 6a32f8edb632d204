"""A pull request gets one comment, which is edited from then on; nobody else's comment is ever touched."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.servers import Host, serving
from tests.programs import run_registry

MARKER = "<!-- registry-tool: review -->"
FIRST, SECOND = f"{MARKER}\n### One\n", f"{MARKER}\n### Two\n"


@pytest.fixture(params=["github", "github-user", "gitlab"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """A host with somebody's comment; on GitHub with the token of a job, or of a user."""
    with serving(Host("s3cret", {"github": None, "github-user": 9, "gitlab": 8}[request.param])) as host:
        host.add("Looks good", author=1, kind="User")
        yield host


@pytest.fixture
def environment(request: pytest.FixtureRequest, host: Host, tmp_path: Path) -> dict[str, str]:
    if request.node.callspec.params["host"] == "gitlab":
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": host.url,
            "CI_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_IID": "7",
            "REGISTRY_COMMENT_TOKEN": "s3cret",
        }
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}), encoding="utf-8")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_TOKEN": "s3cret",
    }


def comment(folder: Path, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (folder / "review.md").write_text(text, encoding="utf-8")
    return run_registry("comment", "review.md", cwd=folder, env=environment)


def test_the_first_review_is_posted_and_the_next_ones_edit_it(
    host: Host, environment: dict[str, str], tmp_path: Path
) -> None:
    said = [comment(tmp_path, text, environment).stdout for text in (FIRST, SECOND, SECOND)]

    assert said == ["posted the comment\n", "edited the comment\n", "unchanged the comment\n"]
    assert [one["body"] for one in host.comments] == ["Looks good", SECOND]
    assert [one for one in host.requests if "s3cret" in one] == []


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(
    host: Host, environment: dict[str, str], tmp_path: Path
) -> None:
    host.add(f"{MARKER}\nNothing to see here", author=1, kind="User")

    assert comment(tmp_path, FIRST, environment).stdout == "posted the comment\n"
    assert [one["body"] for one in host.comments[1:]] == [f"{MARKER}\nNothing to see here", FIRST]


def test_the_comment_is_found_among_hundreds(host: Host, environment: dict[str, str], tmp_path: Path) -> None:
    comment(tmp_path, FIRST, environment)
    host.comments[:0] = [{**host.comments[0]} for _ in range(250)]
    for number, one in enumerate(host.comments, start=1):
        one["id"] = number

    assert comment(tmp_path, SECOND, environment).stdout == "edited the comment\n"


def test_a_token_that_may_not_write_is_said_and_not_shown(
    host: Host, environment: dict[str, str], tmp_path: Path
) -> None:
    host.token = "another"  # noqa: S105  of a server that is only in this test

    done = comment(tmp_path, FIRST, environment)
    assert (done.returncode, done.stdout, "with 401\nhint: the token may not write comments" in done.stderr) == (
        1,
        "",
        True,
    )
    assert "s3cret" not in done.stderr


def test_a_host_that_does_not_answer_is_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    closed = {name: "http://127.0.0.1:1" for name in environment if name.endswith("_URL")}

    done = comment(tmp_path, FIRST, environment | closed)
    assert (done.returncode, "could not be reached" in done.stderr) == (1, True)


def test_a_file_address_is_no_host(environment: dict[str, str], tmp_path: Path) -> None:
    local = {name: "file:///etc" for name in environment if name.endswith("_URL")}

    assert comment(tmp_path, FIRST, environment | local).returncode == 2


def test_what_is_missing_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    for name in environment:
        if name.endswith(("_TOKEN", "_IID", "_ID", "_PATH", "_REPOSITORY")):
            done = comment(tmp_path, FIRST, {**environment, name: ""})
            assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"error: {name} is not set")


def test_outside_ci_nothing_is_posted(tmp_path: Path) -> None:
    done = comment(tmp_path, FIRST, {})

    assert (done.returncode, "not a job of GitHub Actions or GitLab CI" in done.stderr) == (2, True)


def test_a_text_without_a_marker_is_refused(tmp_path: Path) -> None:
    done = comment(tmp_path, "### Review\n", {})

    assert (done.returncode, "must be a marker" in done.stderr) == (2, True)
