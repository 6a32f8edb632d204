"""A name that means a credential, with any value that is not plainly harmless: taken out wherever they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.redact import REDACTED, redact_document
from tests.redact.pairs import BARE_PLACES, CHOSEN, KEYS, OTHERS, PASSWORDS, PLACES, RANDOM, value_of

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

PAIRS = [
    *((name, shape) for name in (*KEYS, *OTHERS, *PASSWORDS) for shape in RANDOM),
    *((name, shape) for name in PASSWORDS for shape in CHOSEN),
]
SHAPES = RANDOM | CHOSEN


@pytest.mark.parametrize("field", ["parameters", "icEnvironment"])
@pytest.mark.parametrize("seed", range(3))
def test_as_a_variable_every_name_with_every_shape_is_hidden(field: str, seed: int) -> None:
    kept = []
    for name, shape in PAIRS:
        document = redact_document({field: {name: value_of(SHAPES[shape], seed)}}).document
        if document != {field: {name: REDACTED}}:
            kept.append((name, shape))

    assert kept == []


@given(st.sampled_from(PAIRS), st.integers(0, 10**6), st.sampled_from(sorted(PLACES)))
def test_inside_a_text_the_value_is_taken_out(pair: tuple[str, str], seed: int, place: str) -> None:
    name, shape = pair
    value = value_of(SHAPES[shape], seed)
    text = PLACES[place](name, value)

    (notes,) = redact_document({"notes": text}).document.values()

    assert isinstance(notes, str)
    assert value not in notes
    assert json.dumps(value)[1:-1] not in notes


@pytest.mark.parametrize("place", BARE_PLACES)
def test_inside_a_text_that_quotes_nothing_every_name_with_every_shape_is_taken_out(place: str) -> None:
    kept = []
    for number, (name, shape) in enumerate(PAIRS):
        value = value_of(SHAPES[shape], number)
        text = BARE_PLACES[place](name, value)
        document: Document = {"parameters": {"SETTINGS": text}, "notes": text}
        if value in str(redact_document(document).document):
            kept.append((name, shape))

    assert kept == []


@pytest.mark.parametrize("place", BARE_PLACES)
@pytest.mark.parametrize(
    "value", ["correct horse battery staple", "it's4Secret9", "[Zx9]Kq2mm", "x9;Kq2&mm|Zx", "Kq2mm, Zx9"]
)
def test_a_password_with_blanks_and_signs_is_taken_out_whole(place: str, value: str) -> None:
    text = BARE_PLACES[place]("DB_PASSWORD", value)

    redacted = redact_document({"parameters": {"SETTINGS": text}}).document

    assert redacted == {"parameters": {"SETTINGS": text.replace(value, REDACTED)}}
