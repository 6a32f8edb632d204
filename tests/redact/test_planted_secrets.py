"""Every known kind of secret, in every carrier: it does not get through either gate."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.canonical import to_yaml
from registry_tool.redact import redact_document, scan
from registry_tool.redact.rules import Rule
from registry_tool.redact.search import RULES
from tests.redact.carriers import FIELDS, WRAPPERS, base64_of, document_with
from tests.redact.examples import example

rules = st.sampled_from(RULES)
seeds = st.integers(0, 10**6)
wrappers = st.sampled_from(sorted(WRAPPERS))
fields = st.sampled_from(sorted(FIELDS))


def forms_of(secret: str) -> set[str]:
    """The secret as it may still be readable: as it is, without its line breaks, and in base64."""
    bare = "".join(secret.split())
    return {secret, bare, base64_of(secret)[:-4], base64_of(base64_of(secret)[:-4])[:-4]}


def readable(data: bytes) -> set[str]:
    text = data.decode()
    return {text, "".join(text.split()), "".join(text.replace("\\n", "").split())}


def is_in(secret: str, data: bytes) -> bool:
    return any(form in text for form in forms_of(secret) for text in readable(data))


@pytest.mark.parametrize("wrapper", sorted(WRAPPERS))
def test_no_known_secret_survives_in_any_wrapping(wrapper: str) -> None:
    survivors = []
    for number, rule in enumerate(RULES):
        text, secret = example(rule, number)
        document = document_with(sorted(FIELDS)[number % len(FIELDS)], WRAPPERS[wrapper](text))
        if is_in(secret, to_yaml(redact_document(document).document)):
            survivors.append(rule.id)

    assert survivors == []


@given(rules, seeds, wrappers, fields)
def test_a_planted_secret_is_taken_out(rule: Rule, seed: int, wrapper: str, field: str) -> None:
    text, secret = example(rule, seed)

    redacted = redact_document(document_with(field, WRAPPERS[wrapper](text)))

    assert redacted.findings
    assert not is_in(secret, to_yaml(redacted.document))


@given(rules, seeds, wrappers, fields)
def test_redacting_twice_changes_and_finds_nothing(rule: Rule, seed: int, wrapper: str, field: str) -> None:
    text, _ = example(rule, seed)
    once = redact_document(document_with(field, WRAPPERS[wrapper](text)))

    twice = redact_document(once.document)

    assert (twice.document, twice.findings) == (once.document, ())


@given(rules, seeds, wrappers, fields)
def test_the_last_gate_passes_what_the_first_one_left(rule: Rule, seed: int, wrapper: str, field: str) -> None:
    text, _ = example(rule, seed)
    redacted = redact_document(document_with(field, WRAPPERS[wrapper](text)))

    found = [
        scan(data, field="record", secrets=redacted.secrets)
        for data in (to_yaml(redacted.document), json.dumps(redacted.document, indent=2).encode())
    ]

    assert found == [(), ()]


@given(rules, seeds, wrappers, fields)
def test_the_last_gate_stops_what_the_first_one_never_saw(rule: Rule, seed: int, wrapper: str, field: str) -> None:
    text, _ = example(rule, seed)

    found = scan(to_yaml(document_with(field, WRAPPERS[wrapper](text))), field="record")

    assert found


@given(rules, seeds, wrappers, fields)
def test_the_input_is_left_as_it_was(rule: Rule, seed: int, wrapper: str, field: str) -> None:
    text, _ = example(rule, seed)
    document = document_with(field, WRAPPERS[wrapper](text))
    before = deepcopy(document)

    redact_document(document)

    assert document == before


@given(rules, seeds)
def test_nothing_that_is_printed_shows_the_secret(rule: Rule, seed: int) -> None:
    text, secret = example(rule, seed)

    redacted = redact_document(document_with("notes", text))

    assert secret not in repr(redacted) + repr(redacted.findings)


@given(rules, seeds, st.binary(max_size=8), st.binary(max_size=8))
def test_bytes_around_a_secret_that_are_no_utf_8_hide_nothing(
    rule: Rule, seed: int, before: bytes, after: bytes
) -> None:
    text, _ = example(rule, seed)

    found = scan(before + b"\xff\n" + text.encode() + b"\n\xfe" + after, field="record")

    assert found


@given(rules, seeds)
def test_a_secret_in_utf_16_is_seen(rule: Rule, seed: int) -> None:
    text, _ = example(rule, seed)

    assert scan(text.encode("utf-16"), field="record")
