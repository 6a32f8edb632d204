"""Each field is put down to the registration that set its present value."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import record_path
from registry_tool.trail.blame import blame
from tests.programs import git
from tests.trail.registries import DAY, NOON, commit, minimal, new_registry, opened, put

CONFIG_ID = str(minimal()["configId"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry."""
    return new_registry(tmp_path / "registry")


def origins(root: Path, revision: str = "HEAD") -> dict[str, str]:
    return {one.path: one.entry.revision for one in blame(opened(root), CONFIG_ID, revision=revision)}


def test_each_field_has_the_registration_that_set_it(root: Path) -> None:
    first = put(root, minimal(baseImage="vllm:1", status="success"))
    second = put(root, minimal(baseImage="vllm:2", status="success"))
    third = put(root, minimal(baseImage="vllm:2", status="failed"))

    found = origins(root)

    assert (found["projectName"], found["baseImage"], found["status"]) == (first, second, third)
    assert origins(root, second)["status"] == first


def test_a_value_that_was_left_and_came_back_is_of_the_return(root: Path) -> None:
    for status in ("success", "failed"):
        put(root, minimal(status=status))
    third = put(root, minimal(status="success"))

    assert origins(root)["status"] == third


def test_a_restoration_sets_nothing_anew(root: Path) -> None:
    first = put(root, minimal())
    commit(root, {record_path(CONFIG_ID): None})
    put(root, minimal())

    assert set(origins(root).values()) == {first}


def test_a_version_that_cannot_be_read_sets_nothing(root: Path) -> None:
    first = put(root, minimal())
    commit(root, {record_path(CONFIG_ID): b"<<<<<<< ours\n"})
    put(root, minimal())

    assert set(origins(root).values()) == {first}


def test_a_merged_registration_and_not_its_merge_is_named(root: Path) -> None:
    put(root, minimal(status="success"))
    git("switch", "--quiet", "--create", "pull-request", cwd=root)
    proposed = put(root, minimal(status="failed"), at=NOON + DAY)
    git("switch", "--quiet", "main", cwd=root)
    commit(root, {"README.md": b"x"}, at=NOON + 2 * DAY)
    git("merge", "--quiet", "--no-edit", "pull-request", cwd=root)

    assert origins(root)["status"] == proposed


def test_what_only_the_merge_made_is_the_merges(root: Path) -> None:
    put(root, minimal(status="success"))
    git("switch", "--quiet", "--create", "pull-request", cwd=root)
    put(root, minimal(status="failed"), at=NOON + DAY)
    git("switch", "--quiet", "main", cwd=root)
    put(root, minimal(status="partial"), at=NOON + 2 * DAY)
    git("merge", "--no-commit", "--strategy", "ours", "pull-request", cwd=root)
    path = record_path(CONFIG_ID)
    (root / path).write_bytes(to_yaml(minimal(status="failed", notes="both")))
    git("commit", "--quiet", "--all", "--message", "merge", cwd=root)

    assert origins(root)["notes"] == git("rev-parse", "HEAD", cwd=root)
