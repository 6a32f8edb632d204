"""The trail has each registration once, finds what is asked for, and knows what was removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.git.log import LogFilter
from registry_tool.record.layout import record_path
from registry_tool.trail.history import read_history, read_removals
from tests.programs import git
from tests.trail.registries import DAY, NOON, commit, minimal, new_registry, opened, put

CONFIG_ID = str(minimal()["configId"])
OTHER_ID = "ff" + "0" * 14
SECONDS = int(NOON.timestamp())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry."""
    return new_registry(tmp_path / "registry")


def trail(root: Path, **chosen: int | str) -> list[str]:
    return [entry.notes for entry in read_history(opened(root), chosen=LogFilter(**chosen))]  # type: ignore[arg-type]


def test_a_merged_registration_is_listed_once(root: Path) -> None:
    git("switch", "--quiet", "--create", "pull-request", cwd=root)
    put(root, minimal(), notes="proposed")
    git("switch", "--quiet", "main", cwd=root)
    put(root, minimal(configId=OTHER_ID), notes="meanwhile", at=NOON + DAY)
    git("merge", "--quiet", "--no-edit", "pull-request", cwd=root)

    assert trail(root) == ["meanwhile", "proposed"]


def test_times_need_not_be_in_order(root: Path) -> None:
    put(root, minimal(status="success"), notes="tuesday", at=NOON + 2 * DAY)
    put(root, minimal(status="failed"), notes="monday, arrived late", at=NOON + DAY)

    assert trail(root, since=SECONDS + 100_000) == ["tuesday"]
    assert trail(root, until=SECONDS + 100_000) == ["monday, arrived late"]


@pytest.mark.parametrize(
    ("author", "found"), [("ada", ["one"]), ("A.a", []), ("@example", ["one"]), ("^Ada", []), ("Grace", [])]
)
def test_an_author_is_found_literally(root: Path, author: str, found: list[str]) -> None:
    put(root, minimal(), notes="one")

    assert trail(root, author=author) == found


def test_the_last_removal_counts_and_none_of_what_is_there(root: Path) -> None:
    for status in ("success", "failed"):
        put(root, minimal(configId=OTHER_ID, status=status))
        commit(root, {record_path(OTHER_ID): None}, message=f"after {status}\n")
    put(root, minimal())
    commit(root, {record_path(CONFIG_ID): None})
    put(root, minimal())

    found = [(entry.config_id, entry.status, entry.notes) for entry in read_removals(opened(root))]

    assert found == [(OTHER_ID, "failed", "after failed")]


def test_what_was_removed_is_a_question_of_the_revision(root: Path) -> None:
    put(root, minimal())
    there = put(root, minimal(configId=OTHER_ID))
    gone = commit(root, {record_path(CONFIG_ID): None})
    put(root, minimal(status="partial"))

    removed = {revision: [one.config_id for one in read_removals(opened(root), revision=revision)]
               for revision in (there, gone, "HEAD")}  # fmt: skip

    assert removed == {there: [], gone: [CONFIG_ID], "HEAD": []}


def test_a_record_that_became_a_link_is_gone(root: Path) -> None:
    put(root, minimal())
    path = root / record_path(CONFIG_ID)
    path.unlink()
    path.symlink_to("elsewhere")
    git("commit", "--quiet", "--all", "--message", "link", cwd=root)

    assert [entry.kind for entry in read_history(opened(root), CONFIG_ID)] == ["removed", "registered"]
