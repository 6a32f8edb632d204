"""No command shows a secret that somebody committed by hand, whichever way it was written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry_tool.record.layout import record_path
from registry_tool.redact import REDACTED
from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"
QWEN = "ec3f1a0072d1b3d4"
TOKEN = "hf_" + "aBc" * 12
PASSWORD = "open sesame"  # noqa: S105  made up
SECRETS = (TOKEN, PASSWORD, TOKEN[::-1])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry in whose record two secrets were committed, and changed, by hand; the message has one too."""
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    run_registry("register", "--registry", "registry", "--project-dir", "project", cwd=tmp_path)
    root = tmp_path / "registry"
    record = root / record_path(QWEN)
    clean = record.read_text(encoding="utf-8")
    for image, password in ((TOKEN, PASSWORD), (f"ghcr.io/acme/{TOKEN}", f"{PASSWORD} again")):
        text = clean.replace("vllm/vllm-openai:v0.8.5", image)
        text = text.replace("parameters:\n", f'parameters:\n  DB_PASSWORD: "{password}"\n')
        record.write_text(text, encoding="utf-8")
        git("commit", "--quiet", "--all", "--message", f"by hand, with {TOKEN}", cwd=root)
    return root


@pytest.mark.parametrize(
    "words",
    [
        "show {id}", "show {id} --format yaml", "show {id} --format json", "list", "list --format json",
        "list --format csv", "log", "log --changes", "log {id} --changes --format jsonl", "diff {id}", "diff HEAD~2",
        "diff HEAD~1 --format jsonl", "compare {id} --at HEAD~1", "blame {id}", "blame {id} --format json",
        "export", "export --format csv", "export --format mlcc", "search qwen",
    ],
)  # fmt: skip
def test_what_is_shown_hides_it(root: Path, words: str) -> None:
    done = run_registry(*words.format(id=QWEN).split(), cwd=root)

    assert done.returncode in {0, 4}, done.stderr
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []
    assert done.stdout


def test_that_a_secret_was_changed_is_still_said(root: Path) -> None:
    done = run_registry("diff", QWEN, cwd=root)

    assert "parameters.DB_PASSWORD" in done.stdout
    assert REDACTED in done.stdout


def test_a_database_hides_it(root: Path, tmp_path: Path) -> None:
    run_registry("export", "--format", "sqlite", "--output", str(tmp_path / "out.db"), cwd=root)

    data = (tmp_path / "out.db").read_bytes()
    assert [secret for secret in SECRETS if secret.encode() in data] == []
    assert REDACTED.encode() in data
