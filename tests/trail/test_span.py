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
    with pytest.raises(UsageError, match="'main' is not a range"):
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


def test_a_shallow_clone_that_could_hide_the_true_base_is_refused(tmp_path: Path) -> None:
    """An old branch, merged late, makes a commit common to both ends that is not where they parted."""
    root = new_registry(tmp_path / "registry")
    git("branch", "old", cwd=root)
    commit(root, {"a": b"main"})
    git("branch", "change", cwd=root)
    for number in range(5):
        commit(root, {"busy": b"%d" % number})
    git("switch", "--quiet", "change", cwd=root)
    commit(root, {"c": b"change"})
    git("switch", "--quiet", "old", cwd=root)
    commit(root, {"b": b"old"})
    git("switch", "--quiet", "main", cwd=root)
    git("merge", "--quiet", "--no-edit", "old", cwd=root)
    git("clone", "--quiet", "--depth=4", "--no-single-branch", f"file://{root}", "shallow", cwd=tmp_path)
    found = git("merge-base", "origin/main", "origin/change", cwd=tmp_path / "shallow")
    assert found != git("merge-base", "main", "change", cwd=root)  # git itself is wrong here

    with pytest.raises(RegistryError, match="too shallow"):
        find_span(opened(tmp_path / "shallow"), "origin/main..origin/change")

    git("fetch", "--quiet", "--unshallow", cwd=tmp_path / "shallow")
    assert find_span(opened(tmp_path / "shallow"), "origin/main..origin/change").base == git(
        "merge-base", "main", "change", cwd=root
    )


def test_branches_that_were_merged_crosswise_parted_in_several_commits(root: Path) -> None:
    git("branch", "main-before", "main", cwd=root)
    git("merge", "--quiet", "--no-edit", "branch", cwd=root)
    git("switch", "--quiet", "branch", cwd=root)
    git("merge", "--quiet", "--no-edit", "main-before", cwd=root)
    expected = git("merge-base", "--all", "main", "branch", cwd=root).split()

    span = find_span(opened(root), "main..branch")

    assert ([span.base, *span.other_bases], len(span.other_bases)) == (expected, 1)


def test_a_clone_that_is_deep_enough_knows_the_range(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=2", "--no-single-branch", f"file://{root}", "shallow", cwd=tmp_path)

    found = find_span(opened(tmp_path / "shallow"), "origin/main..origin/branch")

    assert str(found) == ids(root, "parted", "branch")


def test_a_shallow_clone_without_the_base_says_so(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", "--branch=branch", f"file://{root}", "shallow", cwd=tmp_path)

    with pytest.raises(UsageError, match="shallow and does not have 'origin/main'"):
        find_span(opened(tmp_path / "shallow"), "origin/main..HEAD")
