"""Real signatures: made as the user's own git configuration says, and verified with the user's own keys alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"
needs_ssh = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A new registry, made before anybody signs."""
    run_registry("init", "registry", cwd=tmp_path)
    return tmp_path / "registry"


@pytest.fixture
def ssh_key(tmp_path: Path) -> Path:
    """A key that the user's git signs with."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=60)
    configure(**{"gpg.format": "ssh", "user.signingKey": str(key), "commit.gpgSign": "true"})
    return key


@pytest.fixture
def gpg_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key of Ada's in a home of its own, which is short: the agent's sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp", ignore_cleanup_errors=True) as home:
        monkeypatch.setenv("GNUPGHOME", home)
        words = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "ada@example.org", "ed25519"]
        subprocess.run(words, capture_output=True, check=True, timeout=60)
        configure(**{"user.signingKey": "ada@example.org", "commit.gpgSign": "true"})
        yield home
        subprocess.run(["gpgconf", "--kill", "all"], check=False, timeout=60)


def configure(**settings: str) -> None:
    """Change the user's own configuration."""
    for key, value in settings.items():
        git("config", "--global", key, value, cwd=Path.home())


def allow(key: Path, tmp_path: Path) -> Path:
    """A list of signers with the key in it."""
    file = tmp_path / "signers"
    file.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    return file


def register(registry: Path) -> None:
    done = run_registry("register", "--project-dir", str(EXAMPLE), cwd=registry)
    assert done.returncode == 0, done.stderr


def forge(registry: Path) -> None:
    """Put another commit in the place of the last: it has the same signature, and says something else."""
    signed = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=registry, capture_output=True, check=True).stdout
    words = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    forged = subprocess.run(words, cwd=registry, input=signed + b"forged\n", capture_output=True, check=True).stdout
    git("update-ref", "refs/heads/main", forged.decode().strip(), cwd=registry)


def state(registry: Path) -> tuple[str, str]:
    """What is said of the last registration's signature, and who is said to have signed."""
    done = run_registry("log", "--verify", "--format", "jsonl", cwd=registry)
    assert done.returncode == 0, done.stderr
    signature = json.loads(done.stdout.splitlines()[0])["signature"]
    return signature["state"], signature["signer"]


def test_without_a_signature_there_is_none(registry: Path) -> None:
    register(registry)

    assert state(registry) == ("none", "")
    assert "Ada Lovelace [not signed]: " in run_registry("log", "--verify", cwd=registry).stdout


def test_who_does_not_ask_is_told_nothing(registry: Path) -> None:
    register(registry)

    assert "signature" not in run_registry("log", "--format", "jsonl", cwd=registry).stdout


@needs_ssh
def test_an_ssh_signature_by_a_known_key_is_good(registry: Path, ssh_key: Path, tmp_path: Path) -> None:
    configure(**{"gpg.ssh.allowedSignersFile": str(allow(ssh_key, tmp_path))})
    register(registry)

    assert state(registry) == ("good", "ada@example.org")
    assert " [good: signed by ada@example.org with SHA256:" in run_registry("log", "--verify", cwd=registry).stdout


@needs_ssh
def test_a_signature_that_was_moved_to_another_commit_is_bad(registry: Path, ssh_key: Path, tmp_path: Path) -> None:
    configure(**{"gpg.ssh.allowedSignersFile": str(allow(ssh_key, tmp_path))})
    register(registry)
    forge(registry)

    assert state(registry)[0] == "bad"


@needs_ssh
def test_a_list_of_signers_of_the_repository_makes_no_key_known(registry: Path, ssh_key: Path, tmp_path: Path) -> None:
    register(registry)
    git("config", "gpg.ssh.allowedSignersFile", str(allow(ssh_key, tmp_path)), cwd=registry)

    assert state(registry) == ("unknown key", "")


@needs_ssh
def test_a_key_that_the_user_revoked_is_not_good(registry: Path, ssh_key: Path, tmp_path: Path) -> None:
    revoked = tmp_path / "revoked"
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", revoked, f"{ssh_key}.pub"], check=True, timeout=60)
    signers = {"gpg.ssh.allowedSignersFile": str(allow(ssh_key, tmp_path)), "gpg.ssh.revocationFile": str(revoked)}
    configure(**signers)
    register(registry)

    assert state(registry)[0] == "bad"


@needs_ssh
def test_the_repository_names_no_program_that_signs_or_verifies(registry: Path, ssh_key: Path, tmp_path: Path) -> None:
    configure(**{"gpg.ssh.allowedSignersFile": str(allow(ssh_key, tmp_path))})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho 'Good \"git\" signature for x with y key SHA256:z'\n")
    program.chmod(0o755)
    for key in ("gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.ssh.defaultKeyCommand"):
        git("config", key, str(program), cwd=registry)
    git("config", "gpg.format", "openpgp", cwd=registry)
    register(registry)

    assert state(registry)[0] == "good"
    forge(registry)
    assert (state(registry)[0], (tmp_path / "ran").exists()) == ("bad", False)


@needs_ssh
def test_a_verifier_that_cannot_be_run_makes_no_signature_disappear(registry: Path, ssh_key: Path) -> None:
    assert ssh_key.exists()
    register(registry)
    configure(**{"gpg.ssh.program": "/nonexistent"})

    assert state(registry)[0] in {"bad", "unknown key"}


@needs_gpg
def test_a_gpg_signature_is_good_then_unknown_elsewhere_and_bad_when_forged(
    registry: Path, gpg_key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    register(registry)
    good = state(registry)
    (tmp_path / "empty").mkdir(mode=0o700)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("GNUPGHOME", str(tmp_path / "empty"))
        unknown = state(registry)
    forge(registry)

    assert (good, unknown) == (("good", "ada@example.org"), ("unknown key", ""))
    assert (state(registry)[0], os.environ["GNUPGHOME"]) == ("bad", gpg_key)


def test_a_git_that_cannot_sign_is_told_so_and_commits_nothing(registry: Path) -> None:
    configure(**{"commit.gpgSign": "true", "gpg.program": "false"})

    done = run_registry("register", "--project-dir", str(EXAMPLE), cwd=registry)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: git commit-tree: gpg failed to sign the data\n"
        "hint: nothing was committed: git has to be able to sign (commit.gpgSign)\n"
    )
    assert git("log", "--format=%s", cwd=registry) == "Create the registry"
    assert git("status", "--porcelain", cwd=registry) == ""
