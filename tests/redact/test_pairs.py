"""A name that means a credential, with any value that is not plainly harmless: taken out wherever they stand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.redact import REDACTED, redact_document
from tests.redact.pairs import CHOSEN, KEYS, OTHERS, PASSWORDS, PLACES, RANDOM, value_of

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
