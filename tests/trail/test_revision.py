"""A revision is a name or a date; a date means what the registry was then, and what is neither is refused."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.errors import UsageError
from registry_tool.git.revision import arrival_times, find_instant, find_revision
from tests.programs import git
from tests.trail.registries import DAY, NOON, commit, new_registry, opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with commits `first` of 28 February and `second` and `third` of 1 and 3 March, all at noon UTC."""
    folder = new_registry(tmp_path / "registry")
    git("tag", "first", cwd=folder)
    commit(folder, {"a": b"2"}, at=NOON)
    git("tag", "--annotate", "--message=x", "second", cwd=folder)
    commit(folder, {"a": b"3"}, at=NOON + 2 * DAY)
    git("tag", "third", cwd=folder)
    return folder


@pytest.mark.parametrize(
    ("when", "tag"),
    [
        ("first", "first"),
        ("second", "second"),
        ("HEAD~1", "second"),
        ("main", "third"),
        ("2026-02-28", "first"),
        ("2026-03-01", "second"),
        ("2026-03-02", "second"),
        ("2026-03-01 11:59", "first"),
        ("2026-03-01 12:00", "second"),
        ("2026-03-01T12:59:59+01:00", "first"),
        ("2026-03-01T12:00:00Z", "second"),
        ("9999-12-31", "third"),
    ],
)
def test_a_name_or_a_date_finds_its_commit(root: Path, when: str, tag: str) -> None:
    assert find_revision(opened(root), when) == git("rev-parse", f"{tag}^{{commit}}", cwd=root)


def test_a_day_is_one_of_the_local_time_zone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # 14 hours ahead: noon in UTC is two in the next morning
    time.tzset()

    assert find_revision(opened(root), "2026-03-01") == git("rev-parse", "first", cwd=root)


def test_yesterday_ends_at_midnight_and_time_spans_count_back_from_now(tmp_path: Path) -> None:
    repository = opened(new_registry(tmp_path / "registry"))

    start, end = (find_instant(repository, "yesterday", start=start) for start in (True, False))
    days, week = (find_instant(repository, when, start=True) for when in ("7 days ago", "1 week ago"))

    assert (end - start, (end + 1) % 86_400) == (86_399, 0)
    assert (abs(days - week) <= 1, timedelta(days=5) < timedelta(seconds=end - days) < timedelta(days=8)) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    "when",
    [
        "no-such-branch",
        "soon",
        "2026-02-30",
        "2026-3-1",
        "^HEAD",
        "HEAD..main",
        "--all",
        "",
        "0001-01-01",
        "1900-01-01",
    ],
)
def test_what_is_neither_or_too_old_is_refused(root: Path, when: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_revision(opened(root), when)

    assert (repr(when) in str(caught.value), caught.value.hint != "") == (True, True)


def test_a_commit_that_arrived_late_does_not_bring_later_ones_into_the_past(root: Path) -> None:
    commit(root, {"late": b""}, at=NOON + DAY)

    assert find_revision(opened(root), "2026-03-02") == git("rev-parse", "second^{commit}", cwd=root)


def test_a_commit_dated_in_the_future_hides_nothing_that_came_after_it(root: Path) -> None:
    commit(root, {"future": b""}, at=NOON + 40_000 * DAY)
    after = commit(root, {"a": b"4"}, at=NOON + 3 * DAY)

    found = [find_revision(opened(root), day) for day in ("2026-03-03", "2026-03-04", "2026-03-05", "yesterday")]

    third = git("rev-parse", "third^{commit}", cwd=root)
    assert found == [third, after, after, after]


@given(st.lists(st.integers(0, 9), max_size=9))
def test_times_never_fall_and_as_few_as_can_be_are_not_believed(times: list[int]) -> None:
    found = arrival_times(times)

    assert sorted(found) == found
    kept = sum(one == other for one, other in zip(times, found, strict=True))
    rising = max(
        sum(keep)
        for keep in product([0, 1], repeat=len(times))
        if sorted(chosen := [time_ for time_, one in zip(times, keep, strict=True) if one]) == chosen
    )
    assert kept >= rising
