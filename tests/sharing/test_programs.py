"""Speaking to a remote runs the user's own programs, and none that a repository's configuration names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from registry_tool.api import share
from registry_tool.api.context import Context
from tests.sharing.conftest import NOON, QWEN, Clone, Cloner

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that notes that it ran, in `ran` beside it."""
    file = tmp_path / "program"
    file.write_text(f'#!/bin/sh\necho "$0 $*" >> {tmp_path}/ran\nexit 1\n')
    file.chmod(0o755)
    return file


def ran(program: Path) -> bool:
    return program.with_name("ran").exists()


def push(one: Clone, **variables: str) -> None:
    """Push, with further variables; it fails, for the program does."""
    context = Context(
        environment={**os.environ, **variables},
        directory=one.root,
        registry=one.root,
        clock=lambda: NOON,
        tell=one.told.append,
    )
    assert share.push(context).error is not None


SSH = "ssh://nobody@127.0.0.1:1/registry.git"
HTTP = "http://127.0.0.1:1/registry.git"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (SSH, "core.sshCommand"),
        ("git://127.0.0.1:1/registry.git", "core.gitProxy"),
        ("", "remote.origin.receivepack"),
        ("", "remote.origin.uploadpack"),
        ("", "core.hooksPath"),
    ],
)
def test_a_program_of_the_repository_is_not_run(clone: Cloner, program: Path, url: str, key: str) -> None:
    ada, grace = clone("ada"), clone("grace")
    grace.register(QWEN)
    grace.push()
    ada.register(QWEN, second=1)
    ada.git("config", key, str(program.parent if key.endswith("hooksPath") else program))
    program.with_name("pre-push").hardlink_to(program)
    if url:
        ada.git("remote", "set-url", "origin", url)

    done = ada.push()

    assert (ran(program), done.error is None) == (False, not url)


def test_a_remote_that_is_a_command_is_not_run(clone: Cloner, program: Path) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("config", "protocol.ext.allow", "always")
    ada.git("remote", "set-url", "origin", f"ext::{program}")

    push(ada)

    assert not ran(program)


@pytest.mark.parametrize("key", ["credential.helper", "credential.http://127.0.0.1.helper", "core.askPass"])
def test_a_credential_program_of_the_repository_is_not_run(
    clone: Cloner, program: Path, demanding: str, key: str
) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("config", key, str(program))
    ada.git("remote", "set-url", "origin", demanding)

    push(ada)

    assert not ran(program)


@pytest.mark.parametrize("key", ["credential.helper", "core.askPass"])
def test_the_users_own_credential_program_is(clone: Cloner, program: Path, demanding: str, key: str) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("config", "--global", key, str(program))
    ada.git("remote", "set-url", "origin", demanding)

    push(ada)

    assert ran(program)


@pytest.mark.parametrize("variable", ["GIT_SSH_COMMAND", "GIT_SSH"])
def test_the_users_own_ssh_is(clone: Cloner, program: Path, variable: str) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("remote", "set-url", "origin", SSH)

    push(ada, **{variable: str(program)})

    assert ran(program)


def test_the_users_configured_ssh_is(clone: Cloner, program: Path) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.git("config", "--global", "core.sshCommand", str(program))
    ada.git("remote", "set-url", "origin", SSH)

    push(ada)

    assert ran(program)
