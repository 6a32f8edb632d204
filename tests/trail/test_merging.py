"""Two branches that registered one record: it is in conflict as a whole, one side is taken, and a mix is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.record.load import load
from tests.programs import git, run_registry
from tests.trail.registries import DAY, NOON, minimal, put

CONFIG_ID = str(minimal()["configId"])
FILE = record_path(CONFIG_ID)


def variant(**fields: str) -> Document:
    return {**minimal(baseImage="vllm:1"), "parameters": {"VLLM_DTYPE": fields.pop("dtype", "half")}, **fields}


def branches(root: Path) -> None:
    """`main` has a new image, `side` another parameter: each was deployed, both together never were."""
    put(root, variant(registeredAt="2026-01-01T00:00:00Z"))
    git("switch", "--quiet", "--create", "side", cwd=root)
    put(root, variant(dtype="bfloat16", registeredAt="2026-01-03T00:00:00Z"), at=NOON + DAY)
    git("switch", "--quiet", "main", cwd=root)
    put(root, variant(baseImage="vllm:2", registeredAt="2026-01-02T00:00:00Z"), at=NOON + DAY)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry that `registry init` made, so git keeps its records whole."""
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    branches(tmp_path / "registry")
    return tmp_path / "registry"


@pytest.fixture
def bare_git(tmp_path: Path) -> Path:
    """A registry that git merges line by line: made before there was anything against it."""
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    root = tmp_path / "registry"
    git("rm", "--quiet", ".gitattributes", cwd=root)
    git("commit", "--quiet", "--message", "As before", cwd=root)
    (root / ".git/info/attributes").unlink()
    branches(root)
    return root


def merge(root: Path) -> subprocess.CompletedProcess[str]:
    """`git merge side`, with the tool on PATH as its users have it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["git", "merge", "--no-edit", "side"]
    return subprocess.run(
        command, cwd=root, env=os.environ | {"PATH": path}, capture_output=True, check=False, encoding="utf-8"
    )


def deployed(root: Path) -> tuple[object, object]:
    document = load((root / FILE).read_bytes()).document or {}
    parameters = document["parameters"]
    assert isinstance(parameters, dict)
    return document["baseImage"], parameters["VLLM_DTYPE"]


OURS, THEIRS = ("vllm:2", "half"), ("vllm:1", "bfloat16")


def test_the_merge_driver_keeps_a_record_whole_and_says_what_to_do(root: Path) -> None:
    done = merge(root)

    assert (done.returncode, deployed(root)) == (1, OURS)
    assert f"registry resolve {CONFIG_ID}" in done.stderr + done.stdout


def test_a_git_without_the_tool_has_the_record_in_conflict_as_a_whole(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", str(root), "other", cwd=tmp_path)
    other = tmp_path / "other"

    assert subprocess.run(["git", "merge", "origin/side"], cwd=other, check=False, capture_output=True).returncode == 1
    assert deployed(other) == OURS
    assert git("diff", "--name-only", "--diff-filter=U", cwd=other) == FILE


def test_a_record_that_only_one_side_changed_merges_by_itself(root: Path) -> None:
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", "Something else", cwd=root)

    assert (merge(root).returncode, deployed(root)) == (0, THEIRS)


@pytest.mark.parametrize(("choice", "expected"), [("--ours", OURS), ("--theirs", THEIRS), ("--newest", THEIRS)])
def test_one_side_is_taken_as_a_whole(root: Path, choice: str, expected: tuple[str, str]) -> None:
    merge(root)
    shown = run_registry("resolve", cwd=root)
    assert (shown.returncode, [line.split()[0] for line in shown.stdout.splitlines()[2:]]) == (
        1,
        ["baseImage.tag", "parameters.VLLM_DTYPE", "registeredAt"],
    )

    done = run_registry("resolve", CONFIG_ID[:6], choice, cwd=root)

    assert (done.returncode, deployed(root)) == (0, expected), done.stderr
    git("commit", "--quiet", "--no-edit", cwd=root)
    assert (git("status", "--porcelain", cwd=root), run_registry("validate", cwd=root).returncode) == ("", 0)


def test_a_side_that_removed_the_record_can_be_taken(root: Path) -> None:
    git("rm", "--quiet", FILE, cwd=root)
    git("commit", "--quiet", "--message", "Gone", cwd=root)
    merge(root)

    assert run_registry("resolve", "--newest", cwd=root).returncode == 1
    assert run_registry("resolve", "--ours", cwd=root).returncode == 0
    assert ((root / FILE).exists(), git("diff", "--name-only", "--diff-filter=U", cwd=root)) == (False, "")


def test_what_is_resolved_is_not_written_through_a_link(root: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious\n")
    (root / FILE).with_name(f".{Path(FILE).name}.tmp").symlink_to(precious)
    git("add", "--force", ".", cwd=root)
    git("commit", "--quiet", "--message", "A trap", cwd=root)
    merge(root)

    done = run_registry("resolve", "--theirs", cwd=root)

    assert (done.returncode, deployed(root), (root / FILE).is_symlink()) == (0, THEIRS, False), done.stderr
    assert precious.read_text() == "precious\n"
    assert list((root / ".git/registry-tool").glob("file.*")) == []


def test_what_cannot_be_resolved_stays_in_conflict(root: Path, tmp_path: Path) -> None:
    merge(root)
    folder = (root / FILE).parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere" / Path(FILE).name).read_bytes()

    done = run_registry("resolve", "--theirs", cwd=root)

    assert (done.returncode, "is not a folder of its own" in done.stderr) == (1, True), done.stderr
    assert (tmp_path / "elsewhere" / Path(FILE).name).read_bytes() == before
    assert git("diff", "--name-only", "--diff-filter=U", cwd=root) == FILE


def test_without_a_conflict_there_is_nothing_to_resolve(root: Path) -> None:
    done = run_registry("resolve", "--ours", cwd=root)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: no record is in conflict\nhint: see: git status\n"


def mix(root: Path) -> None:
    """What git's own merge leaves, with one side kept at its markers."""
    merge(root)
    kept: list[str] = []
    inside = ""
    for line in (root / FILE).read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            inside = {"<": "ours", "=": "theirs", ">": ""}[line[0]]
        elif inside != "ours":
            kept.append(line)
    (root / FILE).write_text("".join(kept), encoding="utf-8")
    assert deployed(root) == ("vllm:2", "bfloat16")


def test_conflict_markers_are_named_with_what_to_do(bare_git: Path) -> None:
    merge(bare_git)

    done = run_registry("validate", cwd=bare_git)

    assert (done.returncode, "git checkout --ours" in done.stdout, "registry resolve" in done.stdout) == (1, True, True)


@pytest.mark.parametrize("when", ["edited", "staged", "committed", "reviewed"])
def test_a_mix_is_found_before_and_after_it_is_committed(bare_git: Path, when: str) -> None:
    mix(bare_git)
    words = {"staged": ["--staged"], "reviewed": ["--changed", "HEAD^1..HEAD"]}.get(when, [])
    if when != "edited":
        git("add", FILE, cwd=bare_git)
    if when in {"committed", "reviewed"}:
        git("commit", "--quiet", "--no-edit", cwd=bare_git)

    done = run_registry("validate", *words, cwd=bare_git)

    assert (done.returncode, "[merge/mix]" in done.stdout, "--newest" in done.stdout) == (1, True, True)


def test_a_mix_that_was_committed_is_taken_apart_and_then_is_none(bare_git: Path) -> None:
    mix(bare_git)
    git("add", FILE, cwd=bare_git)
    git("commit", "--quiet", "--no-edit", cwd=bare_git)

    assert run_registry("resolve", "--newest", cwd=bare_git).returncode == 0
    assert deployed(bare_git) == THEIRS
    git("commit", "--quiet", "--message", "Take the newest", cwd=bare_git)
    for words in ([], ["--changed", "HEAD~1^1..HEAD"]):
        assert "[merge/mix]" not in run_registry("validate", *words, cwd=bare_git).stdout


def test_what_is_set_up_is_set_up_once(root: Path) -> None:
    files = [root / ".git/config", root / ".git/info/attributes"]
    before = [file.read_bytes() for file in files]

    run_registry("init", ".", cwd=root)

    assert [file.read_bytes() for file in files] == before
