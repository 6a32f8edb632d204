"""Storms: writers against what a user's git does in a loop, in repositories as users have them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.reliability.storm import OPERATIONS, PLACES, WITHOUT_WORKTREE, Place, storm

SECONDS = 8.0
PAIRS = [
    ("commit -a", "stash"),
    ("commit", "clean"),
    ("amend", "paths"),
    ("merge", "cherry-pick"),
    ("rebase", "revert"),
    ("reset", "checkout -f"),
    ("switch", "status"),
    ("gc", "worktree"),
    ("repack", "maintenance"),
]
# A sparse checkout has none of the files that these edit.
_EDITS = frozenset({"commit -a", "stash", "commit", "amend", "paths", "cherry-pick", "revert", "switch"})


def _can(place: Place, pair: tuple[str, str]) -> bool:
    if place == "bare":
        return set(pair) <= WITHOUT_WORKTREE
    return place != "sparse" or not set(pair) & _EDITS


STORMS = [(place, pair) for place in PLACES for pair in (*PAIRS, ("gc", "repack")) if _can(place, pair)]


def test_every_operation_is_in_a_pair() -> None:
    assert {operation for pair in PAIRS for operation in pair} == set(OPERATIONS)


@pytest.mark.parametrize("place", ["plain", "link"])
def test_a_short_storm_takes_nothing(tmp_path: Path, place: Place) -> None:
    assert storm(tmp_path, place, ("commit -a", "clean"), 4.0) == []


@pytest.mark.long
@pytest.mark.parametrize(("place", "pair"), STORMS, ids=[f"{place}-{'+'.join(pair)}" for place, pair in STORMS])
def test_a_storm_takes_nothing(tmp_path: Path, place: Place, pair: tuple[str, str]) -> None:
    if place == "pidns" and subprocess.run(["unshare", "--pid", "--fork", "true"], check=False).returncode:
        pytest.skip("a PID namespace of its own needs root")

    assert storm(tmp_path, place, pair, SECONDS) == []
