"""The settings that engines publish stay readable in a new registry, and in an old one that asks for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry_tool.record.layout import MARKER
from registry_tool.redact import REDACTED
from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"
HF_TOKEN = "hf_" + "aBc" * 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry, and a project that sets limits and a token."""
    run_registry("init", "registry", cwd=tmp_path)
    shutil.copytree(EXAMPLE, tmp_path / "project")
    with (tmp_path / "project/do/config").open("a") as config:
        config.write("export VLLM_MAX_NUM_BATCHED_TOKENS=8192 VLLM_TOKENIZER_MODE=mistral MY_TOKEN_COUNT=3\n")
        config.write(f"export VLLM_TOKENIZER={HF_TOKEN}\n")
    return tmp_path


def registered(folder: Path) -> str:
    done = run_registry("register", "--registry", "registry", "--project-dir", "project", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_registry_shows_them_and_no_secret_among_them(folder: Path) -> None:
    record = registered(folder)

    assert '"VLLM_MAX_NUM_BATCHED_TOKENS": "8192"' in record
    assert '"VLLM_TOKENIZER_MODE": "mistral"' in record
    assert f'"VLLM_TOKENIZER": "{REDACTED}"' in record
    assert f'"MY_TOKEN_COUNT": "{REDACTED}"' in record


def test_doctor_offers_them_to_a_registry_without_and_releases_them_when_asked(folder: Path) -> None:
    root = folder / "registry"
    (root / MARKER).write_text("registryFormat: 1\nautoPush: false\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "as before", cwd=root)

    offered = run_registry("doctor", cwd=root)
    hidden = registered(folder)
    released = run_registry("doctor", "--fix", cwd=root)
    shown = registered(folder)

    assert (offered.returncode, "registry doctor --fix releases them" in offered.stderr) == (0, True)
    assert f'"VLLM_MAX_NUM_BATCHED_TOKENS": "{REDACTED}"' in hidden
    assert (released.returncode, "releases them" in released.stderr) == (0, False)
    assert '"VLLM_MAX_NUM_BATCHED_TOKENS": "8192"' in shown
    assert "autoPush: false" in git("show", f"HEAD:{MARKER}", cwd=root)
