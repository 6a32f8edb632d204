"""Tags are compared as versions or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.image import direction

IN_ORDER = [
    ("v0.8.5", "v0.10.0"),
    ("0.8", "0.8.1"),
    ("v0.9.0rc1", "v0.9.0rc2"),
    ("v0.9.0.dev3", "v0.9.0rc1"),
    ("v0.9.0-rc.1", "v0.9.0"),
    ("v0.8.5", "v0.8.5.post1"),
    ("v0.8.5.post1", "v0.8.6"),
    ("24.09-py3", "24.12-py3"),
    ("0.9.0-cu124", "0.9.0-cu128"),
    ("0.28.0-lmi10.0.0-cu124", "0.28.0-lmi11.0.0-cu124"),
    ("0.9.0-cpu", "0.10.0-gpu"),
    ("9", "10"),
]


@pytest.mark.parametrize(("older", "newer"), IN_ORDER)
def test_an_upgrade_read_backwards_is_a_downgrade(older: str, newer: str) -> None:
    assert (direction(older, newer), direction(newer, older)) == ("upgrade", "downgrade")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v0.8.5", "latest"),
        ("nightly", "v0.8.5"),
        ("1a2b3c4", "2b3c4d5"),
        ("v0.8.5", "e4d909c290d0fb1ca068ffaddf22cbd0"),
        ("0.9.0-cpu", "0.9.0-gpu"),
        ("v0.8.5-1a2b3c4", "v0.8.5-9f8e7d6"),
        ("1.0", "1.0.0"),
        ("v0.8.5", "v0.8.5"),
        ("v0.8.5", "v\N{ARABIC-INDIC DIGIT ONE}.0"),
        ("1", "9" * 5_000),
        ("v0.8.5", "4225332"),
        ("v0.8.5-1234567", "v0.8.5-2345678"),
        ("v0.8.5", "20260301"),
        ("v0.8.5", "2026.03.01"),
        ("2024-11-24", "2024-12-01"),
        ("v0.8.5", "2026-03-01-cuda"),
        ("", "1"),
    ],
)
def test_what_may_be_no_version_is_neither(before: str, after: str) -> None:
    assert direction(before, after) == direction(after, before) == ""


TAGS = st.text("v.0123abcpr_-", max_size=12)


@given(before=TAGS, after=TAGS)
def test_directions_are_opposite_from_the_other_side(before: str, after: str) -> None:
    opposite = {"upgrade": "downgrade", "downgrade": "upgrade", "": ""}

    assert direction(after, before) == opposite[direction(before, after)]
