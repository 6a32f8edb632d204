"""`register --branch` commits to another branch for a pull request, and leaves what is checked out alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.errors import UsageError
from registry_tool.git.process import GitError
from registry_tool.hosts.pullrequest import pull_request_url
from registry_tool.record.layout import record_path
from tests.programs import git, run_registry
from tests.sharing.conftest import FLASK, QWEN, Cloner

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"


def test_a_branch_is_made_and_the_checked_out_one_is_left_alone(clone: Cloner) -> None:
    ada = clone("ada")
    before = ada.git("rev-parse", "main")

    revision = ada.register(QWEN, branch="deploy/qwen")

    assert (ada.git("rev-parse", "deploy/qwen"), ada.git("rev-parse", "deploy/qwen~1")) == (revision, before)
    assert (ada.git("rev-parse", "HEAD"), ada.git("status", "--porcelain")) == (before, "")
    assert not (ada.root / record_path(QWEN)).exists()


def test_a_branch_that_exists_is_continued(clone: Cloner) -> None:
    ada = clone("ada")
    ada.register(QWEN, notes="one", branch="deploy")
    ada.register(FLASK, notes="two", branch="deploy")

    assert ada.subjects("main..deploy") == ["one", "two"]


def test_the_branch_that_is_checked_out_can_be_named_too(clone: Cloner) -> None:
    ada = clone("ada")

    ada.register(QWEN, branch="main")

    assert ((ada.root / record_path(QWEN)).exists(), ada.git("status", "--porcelain")) == (True, "")


def test_a_branch_that_another_worktree_has_is_refused(clone: Cloner, tmp_path: Path) -> None:
    ada = clone("ada")
    ada.git("worktree", "add", "--quiet", "-b", "deploy", str(tmp_path / "linked"))

    with pytest.raises(GitError) as caught:
        ada.register(QWEN, branch="deploy")

    assert (str(caught.value), caught.value.hint) == (
        f"deploy is checked out in {tmp_path}/linked",
        f"register there: --registry {tmp_path}/linked",
    )
    assert git("status", "--porcelain", cwd=tmp_path / "linked") == ""


@pytest.mark.parametrize("name", ["-f", "HEAD", "a b", "a..b", "a/", "refs/heads/a.lock", "@{-1}"])
def test_what_git_does_not_take_for_a_branch_is_refused(clone: Cloner, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a branch"):
        clone("ada").register(QWEN, branch=name)


def test_a_signed_registration_can_start_a_branch(clone: Cloner, tmp_path: Path, home: Path) -> None:
    ada = clone("ada")
    signer = tmp_path / "signer"
    signer.write_text('#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN SIGNED-----"\n')
    signer.chmod(0o755)
    with (home / ".gitconfig").open("a") as configuration:
        configuration.write(f"[commit]\ngpgsign = true\n[gpg]\nprogram = {signer}\n")

    ada.register(QWEN, branch="deploy")

    assert ada.subjects("main..deploy") == ["why"]


def test_a_pushed_branch_follows_the_remotes_and_takes_in_what_others_pushed_to_it(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    for one, config_id in ((ada, QWEN), (grace, FLASK)):
        one.register(config_id, notes=one.root.name, branch="deploy")
        assert one.push("deploy").error is None

    assert grace.subjects("main..deploy") == ["ada", "grace"]
    assert grace.git("rev-parse", "--abbrev-ref", "deploy@{upstream}") == "origin/deploy"
    assert (grace.git("status", "--porcelain"), grace.git("rev-parse", "--abbrev-ref", "HEAD")) == ("", "main")


def test_only_what_the_remote_does_not_have_counts_as_pushed_with_a_new_branch(clone: Cloner) -> None:
    ada = clone("ada")
    revision = ada.register(QWEN, branch="deploy")

    assert ada.push("deploy").pushed == (revision,)


def test_registering_to_a_branch_with_push_tells_where_to_open_the_pull_request(
    clone: Cloner, remote: Path, tmp_path: Path
) -> None:
    ada = clone("ada")
    ada.git("remote", "set-url", "origin", "git@github.com:acme/deployments.git")
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\nfor command; do :; done\nexec "${{command%% *}}" {remote}\n')
    ssh.chmod(0o755)

    done = run_registry(
        "register", "--branch", "deploy/flask", "--push", "--registry", str(ada.root),
        cwd=EXAMPLE, env={"GIT_SSH_COMMAND": str(ssh)},
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(
        "pushed 1 commit to origin/deploy/flask\n"
        "  open a pull request: https://github.com/acme/deployments/pull/new/deploy/flask\n"
    )
    assert git("log", "--format=%s", "main..deploy/flask", cwd=remote).startswith("Register example-http-flask")


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/acme/reg.git", "https://github.com/acme/reg/pull/new/a/b%23c"),
        ("https://ada:x@github.com/acme/reg", "https://github.com/acme/reg/pull/new/a/b%23c"),
        ("git@github.example.org:acme/reg.git", "https://github.example.org/acme/reg/pull/new/a/b%23c"),
        ("ssh://git@gitlab.com:22/group/sub/reg.git",
         "https://gitlab.com/group/sub/reg/-/merge_requests/new?merge_request%5Bsource_branch%5D=a/b%23c"),
        ("http://gitlab.local:8080/reg.git",
         "http://gitlab.local:8080/reg/-/merge_requests/new?merge_request%5Bsource_branch%5D=a/b%23c"),
        ("git@bitbucket.org:acme/reg.git", "https://bitbucket.org/acme/reg/pull-requests/new?source=a/b%23c"),
        ("git@bitbucket.evil.org:acme/reg.git", ""),
        ("https://evil.example/github.com/acme/reg.git", ""),
        ("/srv/git/github.com/reg.git", ""),
        ("../remote.git", ""),
    ],
)  # fmt: skip
def test_pull_requests_are_opened_where_the_host_is_known(remote: str, page: str) -> None:
    assert pull_request_url(remote, "a/b#c") == page
