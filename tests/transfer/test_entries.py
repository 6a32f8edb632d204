"""Where entries are in a file: whatever the size of the pieces that it comes in, and whatever is broken in it."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.identity import Json
from registry_tool.transfer import entries
from registry_tool.transfer.entries import OldEntry, Refusal, read_entries
from tests.record.strategies import JSON

KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
# Infinity is what only Python takes for JSON.
LISTS = st.lists(st.dictionaries(KEYS, JSON, max_size=3)).filter(lambda values: "Infinity" not in json.dumps(values))


class Slow(io.BytesIO):
    """A stream that gives a few bytes at a time, however many are asked for."""

    def read(self, size: int | None = -1) -> bytes:
        """The next seven bytes at most."""
        return super().read(min(7, size or 7))


def read(content: bytes) -> list[tuple[OldEntry, Json] | Refusal]:
    return list(read_entries(Slow(content)))


@given(LISTS, st.sampled_from([None, 2]), st.sampled_from(["array", "envelope", "export"]))
def test_every_entry_is_found_with_its_line(values: list[dict[str, Json]], indent: int | None, form: str) -> None:
    heads: dict[str, dict[str, object]] = {
        "envelope": {"schemaVersion": "2026-03-20", "entries": values, "after": [{}]},
        "export": {"version": "1.0", "more": {"entries": [1]}, "entries": values},
    }
    text = json.dumps(values if form == "array" else heads[form], indent=indent, ensure_ascii=False)

    found = read(b"\xef\xbb\xbf" + text.encode())

    assert [one[1] for one in found if isinstance(one, tuple)] == values
    for one in found:
        assert isinstance(one, tuple)
        lines = "\n".join(text.split("\n")[one[0].line - 1 :])
        assert one[0].text in lines
        assert lines.find(one[0].text) <= len(lines.split("\n")[0])


@given(LISTS.filter(lambda values: all(value and "entries" not in value for value in values)))
def test_every_line_is_an_entry(values: list[dict[str, Json]]) -> None:
    if not values:
        return

    found = read("\n\n".join(json.dumps(value) for value in values).encode())

    assert [one[1] for one in found if isinstance(one, tuple)] == values
    assert [one[0].line for one in found if isinstance(one, tuple)] == list(range(1, 2 * len(values), 2))


@given(LISTS, st.data())
def test_what_is_cut_off_gives_what_is_whole_and_says_so(values: list[dict[str, Json]], data: st.DataObject) -> None:
    text = json.dumps(values)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]

    found = read(cut.encode())

    whole = [one[1] for one in found if isinstance(one, tuple)]
    assert whole == values[: len(whole)]
    assert [type(one) for one in found[len(whole) :]] == [Refusal]


def test_a_bad_line_does_not_keep_out_the_next() -> None:
    found = read(b'{"a": 1}\n{"a": \n\n{"a": NaN}\n{"a": 2}\n')

    assert [one[1] if isinstance(one, tuple) else (one.number, one.line, one.reason) for one in found] == [
        {"a": 1},
        (2, 2, "is not JSON"),
        (3, 4, "is not JSON"),
        {"a": 2},
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b'[{"a": 1},\n x]', 2, "cannot be read, nor what comes after it: it is cut off or no JSON"),
        (b'[{"a": 1}\n {"b": 2}]', 2, "is followed by something else than an entry"),
        (b'[{"a": 1}]\n[]', 2, "nothing belongs after the end of the list"),
        (b'{"entries": [{"a": 1}],\n "x" 3}', 2, "is not JSON from here on"),
        (b'[{"a": 1},\n' + b"[" * 100_000, 2, "is nested too deeply"),
        (b'[{"a": 1},\n' + b"9" * 5_000 + b"]", 2, "cannot be read, nor what comes after it: it is cut off or no JSON"),
    ],
)
def test_damage_is_told_with_its_line(content: bytes, line: int, reason: str) -> None:
    found = read(content)

    assert [one.reason if isinstance(one, Refusal) else one[1] for one in found] == [{"a": 1}, reason]
    assert [one.line for one in found if isinstance(one, Refusal)] == [line]


def test_a_large_file_is_never_held_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "_BLOCK", 4096)
    held = 0

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal held
            held = max(held, size or 0)
            return super().read(size)

    text = json.dumps({"schemaVersion": "x", "entries": [{"n": n, "pad": "x" * 100} for n in range(2_000)]}, indent=1)
    found = list(read_entries(Watched(text.encode())))

    assert len(found) == 2_000
    assert held <= 8192
