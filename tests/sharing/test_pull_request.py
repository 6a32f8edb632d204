"""`register --pull-request`: a branch of its own, pushed, and a pull request of it on the host."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_tool.hosts.opening import Proposal, open_pull_request
from tests.hosts.servers import Host, serving
from tests.programs import git, run_registry
from tests.sharing.conftest import Clone, Cloner

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"
PROPOSAL = Proposal("b", "main", "t", "")


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose token is known."""
    with serving(Host("s3cret", 9)) as host:
        yield host


@pytest.fixture
def ada(clone: Cloner, remote: Path, tmp_path: Path) -> Clone:
    """A clone whose remote is on a host, which ssh leads to a folder."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\nfor command; do :; done\nexec "${{command%% *}}" {remote}\n')
    ssh.chmod(0o755)
    return clone("ada")


def propose(ada: Clone, tmp_path: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return run_registry(
        "register", "--pull-request", "--registry", str(ada.root), "--notes", "Flask 3\n\nIt is faster", *words,
        cwd=EXAMPLE, env={"GIT_SSH_COMMAND": str(tmp_path / "ssh"), **env},
    )  # fmt: skip


def github(host: Host) -> dict[str, str]:
    return {"GITHUB_API_URL": host.url, "GITHUB_TOKEN": "s3cret"}


def gitlab(host: Host) -> dict[str, str]:
    return {"CI_API_V4_URL": host.url, "REGISTRY_COMMENT_TOKEN": "s3cret"}


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_it_is_pushed_to_a_branch_of_its_own_and_a_pull_request_is_opened(
    ada: Clone, remote: Path, host: Host, tmp_path: Path, name: str
) -> None:
    ada.git("remote", "set-url", "origin", f"git@{name}.com:acme/deployments.git")
    tip = git("rev-parse", "main", cwd=remote)

    done = propose(ada, tmp_path, github(host) if name == "github" else gitlab(host))

    (pull,) = host.pulls
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"register/example-http-flask-\d{8}-\d{6}", pull["branch"])
    assert done.stdout.endswith(
        f"pushed 1 commit to origin/{pull['branch']}\n  pull request: https://host.example/pull/1\n"
    )
    assert (pull["title"], pull.get("body") or pull.get("description")) == ("Flask 3", "It is faster")
    assert (pull.get("base") or pull.get("target_branch"), git("rev-parse", "main", cwd=remote)) == ("main", tip)
    assert git("log", "--format=%s", f"main..{pull['branch']}", cwd=remote) == "Flask 3"


def test_a_branch_whose_pull_request_is_open_gets_no_other(ada: Clone, host: Host, tmp_path: Path) -> None:
    ada.git("remote", "set-url", "origin", "git@github.com:acme/deployments.git")

    said = [propose(ada, tmp_path, github(host), "--branch", "deploy/flask").stdout for _ in range(2)]

    assert len(host.pulls) == 1
    assert all(one.endswith("\n  pull request: https://host.example/pull/1\n") for one in said)


def test_without_a_token_the_page_is_printed(ada: Clone, host: Host, tmp_path: Path) -> None:
    ada.git("remote", "set-url", "origin", "git@github.com:acme/deployments.git")

    done = propose(ada, tmp_path, {}, "--branch", "deploy/flask")

    assert (done.returncode, host.requests) == (0, [])
    assert done.stdout.endswith("  open a pull request: https://github.com/acme/deployments/pull/new/deploy/flask\n")


def test_a_remote_that_is_on_no_known_host_gets_the_branch_and_the_rest_is_said(
    ada: Clone, remote: Path, tmp_path: Path
) -> None:
    done = propose(ada, tmp_path, {}, "--branch", "deploy/flask")

    assert (done.returncode, done.stderr) == (
        1,
        (
            "error: deploy/flask is pushed, but no pull request is open: origin is on no host that is known\n"
            "hint: open one there, of deploy/flask into main\n"
        ),
    )
    assert git("log", "--format=%s", "main..deploy/flask", cwd=remote) == "Flask 3"


def test_without_a_remote_nothing_is_committed_to_a_branch_that_nobody_would_see(ada: Clone, tmp_path: Path) -> None:
    ada.git("remote", "remove", "origin")

    done = propose(ada, tmp_path, {})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the registry has no remote origin, so main is shared with nobody\n")
    assert ada.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


@pytest.mark.parametrize("branch", ["main", "refs/heads/main"])
def test_a_pull_request_of_the_branch_that_it_would_be_into_is_refused(
    ada: Clone, remote: Path, tmp_path: Path, branch: str
) -> None:
    tip = git("rev-parse", "main", cwd=remote)

    done = propose(ada, tmp_path, {}, "--branch", branch)

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        (
            f"error: a pull request of {branch} would be into {branch} itself\n"
            "hint: leave --branch out for a branch of its own, or name another one\n"
        ),
    )
    assert (git("rev-parse", "main", cwd=remote), ada.git("rev-parse", "main")) == (tip, tip)


def test_what_the_host_refuses_leaves_the_branch_pushed(ada: Clone, remote: Path, host: Host, tmp_path: Path) -> None:
    ada.git("remote", "set-url", "origin", "git@github.com:acme/deployments.git")
    host.token = "another"  # noqa: S105  of a server that is only in this test

    done = propose(ada, tmp_path, github(host), "--branch", "deploy/flask")

    assert (done.returncode, "s3cret" in done.stderr) == (1, False)
    assert done.stderr == (
        "error: deploy/flask is pushed, but no pull request is open: "
        "GitHub answered POST /repos/acme/deployments/pulls with 401\n"
        "hint: open it by hand: https://github.com/acme/deployments/pull/new/deploy/flask\n"
    )
    assert git("log", "--format=%s", "main..deploy/flask", cwd=remote) == "Flask 3"


def test_a_dry_run_proposes_nothing(ada: Clone, remote: Path, host: Host, tmp_path: Path) -> None:
    ada.git("remote", "set-url", "origin", "git@github.com:acme/deployments.git")

    done = propose(ada, tmp_path, github(host), "--dry-run")

    assert (done.returncode, host.requests) == (0, [])
    assert git("for-each-ref", "--format=%(refname)", cwd=remote) == "refs/heads/main"


@pytest.mark.parametrize(
    ("remote", "variables"),
    [
        ("git@github.evil.example:acme/deployments.git", {"GITHUB_TOKEN": "s3cret"}),
        ("git@gitlab.evil.example:acme/deployments.git", {"REGISTRY_COMMENT_TOKEN": "s3cret"}),
        ("/srv/git/deployments.git", {"GITHUB_TOKEN": "s3cret", "GITHUB_API_URL": "http://127.0.0.1:1"}),
        (
            "git@github.com:acme/deployments.git",
            {"REGISTRY_COMMENT_TOKEN": "s3cret", "CI_API_V4_URL": "http://127.0.0.1:1"},
        ),
    ],
)
def test_a_token_goes_to_no_host_that_only_the_remote_names(remote: str, variables: dict[str, str]) -> None:
    assert open_pull_request(remote, PROPOSAL, variables) == ""
