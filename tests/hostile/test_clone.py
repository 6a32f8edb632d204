"""Joining a registry: whatever the address says, it is an address, and nothing that a clone brings is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.programs import git, run_registry


@pytest.mark.parametrize(
    "address",
    [
        "--upload-pack=touch pwned",
        "-utouch pwned",
        "--config=core.fsmonitor=touch pwned",
        "--template=.",
        "ext::sh -c touch% pwned",
        "ext::touch pwned",
        "file:///nonexistent;touch pwned",
        "ssh://-oProxyCommand=touch%20pwned/x",
        "-oProxyCommand=touch pwned:x",
        "x::y",
        "",
    ],
)
def test_an_address_is_never_an_option_or_a_command(tmp_path: Path, address: str) -> None:
    done = run_registry("init", "joined", f"--clone={address or ' '}", cwd=tmp_path)

    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)
    assert not list(tmp_path.rglob("pwned"))


def test_the_environment_is_not_read_into_an_address(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "value-of-a-variable", cwd=tmp_path)
    address = f"{tmp_path}/$NAME"

    done = run_registry("init", "joined", f"--clone={address}", cwd=tmp_path, env={"NAME": "value-of-a-variable"})

    assert (done.returncode, "value-of-a-variable" in done.stderr) == (1, False)


def test_nothing_that_a_clone_brings_runs(tmp_path: Path) -> None:
    run_registry("init", "theirs", cwd=tmp_path)
    theirs = tmp_path / "theirs"
    (theirs / ".gitattributes").write_text("* filter=trap diff=trap\n")
    (theirs / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ./x\n\tupdate = !touch pwned\n')
    git("add", ".", cwd=theirs)
    git("commit", "--quiet", "--message", "x", cwd=theirs)
    hook = theirs / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    hook.chmod(0o755)

    done = run_registry("init", "mine", f"--clone={theirs}", cwd=tmp_path)

    assert (done.returncode, list(tmp_path.rglob("pwned"))) == (0, [])
    assert not (tmp_path / "mine/.git/hooks/post-checkout").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/nowhere/at/all", "repository '/nowhere/at/all' does not exist"),
        (
            "http://ada:pass@127.0.0.1:1/x",
            "unable to access 'http://127.0.0.1:1/x/': Failed to connect to 127.0.0.1 port 1",
        ),
        ("ssh://nobody@127.0.0.1:1/x", "ssh: connect to host 127.0.0.1 port 1: Connection refused"),
    ],
)
def test_a_clone_that_fails_repeats_what_git_says(tmp_path: Path, address: str, reason: str) -> None:
    done = run_registry("init", "joined", f"--clone={address}", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert f": {reason}" in done.stderr
    assert "hint: see whether git can reach it: git ls-remote " + re.sub("//.*@", "//", address) in done.stderr
    assert "pass" not in done.stderr
    assert not (tmp_path / "joined").exists()


def test_a_relative_address_is_one_from_here(tmp_path: Path) -> None:
    run_registry("init", "theirs", cwd=tmp_path)

    done = run_registry("init", "mine", "--clone", "theirs", cwd=tmp_path)

    assert (done.returncode, (tmp_path / "mine/registry-data/registry.yaml").is_file()) == (0, True)


def test_joining_uses_the_ssh_that_the_user_chose(tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit 1\n')
    ssh.chmod(0o755)

    run_registry("init", "mine", "--clone", "ssh://host.example/x", cwd=tmp_path, env={"GIT_SSH_COMMAND": str(ssh)})

    assert "host.example" in (tmp_path / "asked").read_text()
