"""What writes to a registry passes the last gate, whatever it writes: nothing with a secret is committed again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from registry_tool.record.layout import record_path
from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"
QWEN = "ec3f1a0072d1b3d4"
TOKEN = "hf_" + "aBc" * 12


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry with a record, into which somebody committed a secret by hand."""
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    register(tmp_path)
    record = tmp_path / "registry" / record_path(QWEN)
    record.write_text(record.read_text().replace("v0.8.5", TOKEN))
    git("commit", "--quiet", "--all", "--message", "by hand", cwd=tmp_path / "registry")
    return tmp_path / "registry"


def register(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    words = ("register", "--registry", "registry", "--project-dir", "project", *arguments)
    return run_registry(*words, cwd=folder, env=env)


def test_a_record_with_a_secret_is_not_restored(registry: Path) -> None:
    assert run_registry("remove", QWEN, cwd=registry).returncode == 0
    before = git("rev-parse", "HEAD", cwd=registry)

    done = run_registry("restore", QWEN, cwd=registry)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: a secret was about to be committed:\n"
        f"  {record_path(QWEN)}: baseImage: Hugging Face user access token (format/huggingface-token)\n"
        "hint: take it out; nothing was registered\n"
    )
    assert git("rev-parse", "HEAD", cwd=registry) == before


@pytest.mark.parametrize("command", ["remove", "restore"])
def test_notes_with_a_secret_are_not_committed(registry: Path, command: str) -> None:
    if command == "restore":
        git("revert", "--no-edit", "HEAD", cwd=registry)
        run_registry("remove", QWEN, cwd=registry)
    before = git("rev-parse", "HEAD", cwd=registry)

    done = run_registry(command, QWEN, "--notes", f"as {TOKEN} was revoked", cwd=registry)

    assert (done.returncode, "commit message: Hugging Face user access token" in done.stderr) == (1, True)
    assert TOKEN not in done.stderr
    assert git("rev-parse", "HEAD", cwd=registry) == before


def test_a_secret_is_seen_where_a_long_subject_would_be_folded(registry: Path) -> None:
    # Folded at 72 characters, the password would stand in another paragraph than the option that gives it away.
    notes = f"{'x' * 50} docker login -u ada -p kq7Xw29mLpZ9 registry.example.com"

    done = run_registry("remove", QWEN, "--notes", notes, cwd=registry)

    assert (done.returncode, "commit message: " in done.stderr) == (1, True)
    assert "kq7Xw29mLpZ9" not in git("log", "--format=%B", cwd=registry)


def test_a_branch_is_not_named_after_a_secret(registry: Path) -> None:
    done = register(registry.parent, "--branch", f"deploy/{TOKEN}")

    assert (done.returncode, "name of the branch: Hugging Face user access token" in done.stderr) == (1, True)
    assert git("for-each-ref", "--format=%(refname)", cwd=registry) == "refs/heads/main"


def test_a_rehearsal_refuses_what_the_write_would(registry: Path) -> None:
    done = run_registry("remove", QWEN, "--notes", TOKEN, "--dry-run", cwd=registry)

    assert (done.returncode, "commit message: Hugging Face user access token" in done.stderr) == (1, True)


def test_mending_does_not_commit_a_secret_again(registry: Path) -> None:
    git("mv", record_path(QWEN), "registry-data/records/misplaced.yaml", cwd=registry)
    git("commit", "--quiet", "--message", "misplaced", cwd=registry)
    before = git("rev-parse", "HEAD", cwd=registry)

    done = run_registry("doctor", "--fix", cwd=registry)

    assert (done.returncode, TOKEN in done.stdout + done.stderr) == (1, False)
    assert git("rev-parse", "HEAD", cwd=registry) == before


def test_a_secret_in_a_record_is_named_by_validate_with_its_line(registry: Path) -> None:
    done = run_registry("validate", cwd=registry)

    assert (done.returncode, TOKEN in done.stdout) == (1, False)
    assert done.stdout == (
        f"{record_path(QWEN)}:13:12: baseImage holds a secret (Hugging Face user access token): take it out here, and "
        "revoke it if it is in any commit [secret/huggingface-token]\n"
    )


def test_a_refusal_names_the_variable_its_file_and_line_and_the_setting_that_releases_it(registry: Path) -> None:
    config = registry.parent / "project/do/config"
    line = len(config.read_text().splitlines()) + 1
    with config.open("a") as file:
        file.write("export GIT_LOGIN_PASSWORD='Ada Lovelace 1815'\n")
    author = {"GIT_AUTHOR_NAME": "Ada Lovelace 1815"}

    done = register(registry.parent, env=author)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: a secret was about to be committed:\n"
        f"  author: the value of another secret (known-value): GIT_LOGIN_PASSWORD (do/config:{line})\n"
        "hint: take it out; if it is harmless, write into registry-data/registry.yaml: "
        "redaction: {allow: [GIT_LOGIN_PASSWORD]}; nothing was registered\n"
    )
