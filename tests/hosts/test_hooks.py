"""The hooks do in the pre-commit framework what `validate` and `fmt` do anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from registry_tool.record.layout import POLICY
from tests.hosts.copies import OFFLINE, copy_repository
from tests.programs import git
from tests.rules.registries import commit, new_registry, put, record, spoil, validate, write

pytestmark = pytest.mark.xdist_group("hooks")  # they are installed once


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A configuration that takes the hooks from a clone of this repository, and where they are installed."""
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "tool").mkdir()
    revision = copy_repository(folder / "tool")
    text = (
        f"repos:\n- repo: {folder / 'tool'}\n  rev: {revision}\n  hooks:\n"
        "  - id: registry-fmt\n  - id: registry-validate\n"
    )
    return text, folder / "installed"


def run(root: Path, hooks: tuple[str, Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    """`pre-commit ARGUMENTS` in a registry that has the hooks configured."""
    (root / ".pre-commit-config.yaml").write_text(hooks[0], encoding="utf-8")
    git("add", ".pre-commit-config.yaml", cwd=root)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=root,
        env={**os.environ, **OFFLINE, "PRE_COMMIT_HOME": str(hooks[1]), "PRE_COMMIT_COLOR": "never"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_registry(tmp_path / "registry")


def test_a_good_record_passes(root: Path, hooks: tuple[str, Path]) -> None:
    put(root)
    git("add", "--all", cwd=root)

    done = run(root, hooks, "run")
    assert (done.returncode, done.stdout.count("Passed")) == (0, 2), done.stdout + done.stderr


def test_a_bad_record_is_refused_in_the_words_of_validate(root: Path, hooks: tuple[str, Path]) -> None:
    spoil(root)
    git("add", "--all", cwd=root)

    done = run(root, hooks, "run", "registry-validate")
    assert done.returncode == 1
    assert validate(root, "--staged").stdout.strip() in done.stdout


def test_a_link_where_a_record_belongs_is_refused(root: Path, hooks: tuple[str, Path]) -> None:
    link = root / record()[0]
    link.parent.mkdir(parents=True)
    link.symlink_to("/etc/hostname")
    git("add", "--all", cwd=root)

    done = run(root, hooks, "run", "registry-validate")
    assert (done.returncode, "layout/not-a-file" in done.stdout) == (1, True)


def test_a_stricter_policy_is_held_against_records_that_do_not_change(root: Path, hooks: tuple[str, Path]) -> None:
    path = put(root)
    commit(root)
    write(root, POLICY, b'{"required": ["notes"]}')
    git("add", "--all", cwd=root)

    done = run(root, hooks, "run", "registry-validate")
    assert (done.returncode, f"{path}:1:1: notes is missing [policy/required]" in done.stdout) == (1, True)


def test_a_record_edited_by_hand_is_brought_into_form(root: Path, hooks: tuple[str, Path]) -> None:
    path, content = record()
    write(root, path, content.replace(b"status: success", b"status:   success"))
    git("add", "--all", cwd=root)

    first = run(root, hooks, "run", "registry-fmt")
    git("add", "--all", cwd=root)
    second = run(root, hooks, "run")
    assert (first.returncode, f"rewrote {path}" in first.stdout, second.returncode) == (1, True, 0)
    assert (root / path).read_bytes() == content


def test_a_commit_without_records_runs_nothing(root: Path, hooks: tuple[str, Path]) -> None:
    write(root, "README.md", b"x\n")
    git("add", "--all", cwd=root)

    done = run(root, hooks, "run")
    assert (done.returncode, done.stdout.count("Skipped")) == (0, 2)


def test_a_registry_in_a_folder_is_named_in_the_arguments(tmp_path: Path, hooks: tuple[str, Path]) -> None:
    git("init", "--quiet", cwd=tmp_path)
    write(tmp_path, "deployments/registry-data/registry.yaml", b"registryFormat: 1\n")
    spoil(tmp_path / "deployments")
    text = hooks[0].replace("- id: registry-validate", "- id: registry-validate\n    args: [--registry, deployments]")
    git("add", "--all", cwd=tmp_path)

    done = run(tmp_path, (text, hooks[1]), "run", "registry-validate")
    assert (done.returncode, "status is not one of the allowed values" in done.stdout) == (1, True), done.stdout


def test_the_manifest_names_each_hook_once() -> None:
    manifest = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert [hook["id"] for hook in manifest] == ["registry-validate", "registry-fmt"]
