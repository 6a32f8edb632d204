"""A range means what a pull request means by it: what the branch brings, not what its target got in the meantime."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.span import find_span
from tests.programs import git
from tests.trail.registries import commit, new_registry, opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry where `main` and `branch` have each gone on by a commit since they parted at the tag `parted`."""
    folder = new_registry(tmp_path / "registry")
    git("tag", "parted", cwd=folder)
    git("switch", "--quiet", "--create", "branch", cwd=folder)
    commit(folder, {"a": b"branch"})
    git("switch", "--quiet", "main", cwd=folder)
    commit(folder, {"b": b"main"})
    return folder


def ids(root: Path, *names: str) -> str:
    return "..".join(git("rev-parse", name, cwd=root) for name in names)


@pytest.mark.parametrize(
    ("words", "base", "head"),
    [
        ("main..branch", "parted", "branch"),
        ("main...branch", "parted", "branch"),
        ("..branch", "parted", "branch"),
        ("parted..", "parted", "main"),
        ("branch..main", "parted", "main"),
        ("parted..parted", "parted", "parted"),
    ],
)
def test_a_range_starts_where_its_ends_parted(root: Path, words: str, base: str, head: str) -> None:
    assert str(find_span(opened(root), words)) == ids(root, base, head)


def test_a_target_that_was_merged_in_is_where_the_branch_starts(root: Path) -> None:
    git("switch", "--quiet", "branch", cwd=root)
    git("merge", "--quiet", "--no-edit", "main", cwd=root)

    assert str(find_span(opened(root), "main..branch")) == ids(root, "main", "branch")


def test_a_rebased_branch_starts_at_its_new_base(root: Path) -> None:
    git("rebase", "--quiet", "main", "branch", cwd=root)

    assert str(find_span(opened(root), "main..branch")) == ids(root, "main", "branch")


def test_the_commit_that_would_merge_a_pull_request_brings_what_the_branch_does(root: Path) -> None:
    git("merge", "--quiet", "--no-edit", "branch", cwd=root)

    assert str(find_span(opened(root), "HEAD^1..HEAD")) == ids(root, "HEAD^1", "HEAD")


def test_a_name_alone_is_no_range(root: Path) -> None:
    with pytest.raises(UsageError, match="'main' is no range"):
        find_span(opened(root), "main")


def test_histories_without_a_common_commit_are_refused(root: Path) -> None:
    git("switch", "--quiet", "--orphan", "other", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", "x", cwd=root)

    with pytest.raises(RegistryError, match="have no commit in common"):
        find_span(opened(root), "main..other")


def test_a_clone_that_is_too_shallow_says_how_to_deepen_it(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{root}", "shallow", cwd=tmp_path)

    with pytest.raises(RegistryError, match="too shallow") as caught:
        find_span(opened(tmp_path / "shallow"), "origin/main..origin/branch")

    assert "fetch-depth: 0" in caught.value.hint


def test_a_clone_that_is_deep_enough_knows_the_range(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=2", "--no-single-branch", f"file://{root}", "shallow", cwd=tmp_path)

    found = find_span(opened(tmp_path / "shallow"), "origin/main..origin/branch")

    assert str(found) == ids(root, "parted", "branch")


def test_a_shallow_clone_without_the_base_says_so(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", "--branch=branch", f"file://{root}", "shallow", cwd=tmp_path)

    with pytest.raises(UsageError, match="shallow and does not have 'origin/main'"):
        find_span(opened(tmp_path / "shallow"), "origin/main..HEAD")
