"""What is recognised as harmless is what redaction leaves as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.redact import REDACTED, redact_document
from registry_tool.redact.harmless import Harmless
from tests.redact.test_agreement import deployments, submitted

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

TOKEN = "hf_" + "aBc" * 12


@given(st.lists(deployments, min_size=1, max_size=4))
def test_a_document_that_is_harmless_is_left_as_it_is_whatever_was_seen_before(fields: list[Document]) -> None:
    harmless = Harmless()
    for one in (submitted(**each) for each in fields):
        with patch.object(Harmless, "holds", return_value=False):
            redacted = redact_document(one)

        if harmless.holds(one):
            assert (redacted.document, redacted.findings) == (one, ())


def test_what_was_seen_in_other_documents_does_not_hide_the_value_of_an_environments_secret() -> None:
    one = submitted(notes="for kq7Xw29mLp4Z alone")

    before = redact_document(one)
    after = redact_document(one, variables={"DB_PASSWORD": "kq7Xw29mLp4Z"})
    known = redact_document(one, known=frozenset(("kq7Xw29mLp4Z",)))

    assert before.document == one
    assert {str(redacted.document["notes"]) for redacted in (after, known)} == {f"for {REDACTED} alone"}


@pytest.mark.parametrize(
    "fields",
    [
        {"notes": f"use {TOKEN}"},
        {"parameters": {TOKEN: "1"}},
        {"parameters": {"HF_TOKEN": "sunshine"}},
        {"parameters": {"HF_TOKEN": ["sunshine"]}},
        {"parameters": {"HF_TOKEN": []}},
        {"parameters": {"HF_TOKEN": 7}},
        {"parameters": {"DB_PASSWORD": "vllm-rt-chat"}},
        {"icList": [{"name": "one", "environment": {"HF_TOKEN": "sunshine"}}]},
        {"live": {"anything": [[f"--api-key {TOKEN}"]]}},
    ],
    ids=str,
)
def test_what_redaction_changes_is_not_harmless(fields: dict[str, Json]) -> None:
    harmless = Harmless()
    harmless.holds(submitted())

    assert not harmless.holds(submitted(**fields))


def test_a_text_is_harmless_under_the_name_under_which_it_was_seen() -> None:
    harmless = Harmless()

    seen = [harmless.holds({"parameters": {name: "sunshine-42"}}) for name in ("APP_NAME", "APP_PASSWORD")]

    assert seen == [True, False]


def test_an_allowed_name_is_exempt_and_a_token_in_it_is_not() -> None:
    harmless = Harmless({"HF_TOKEN"})

    assert harmless.holds({"parameters": {"HF_TOKEN": "sunshine"}})
    assert not harmless.holds({"parameters": {"HF_TOKEN": TOKEN}})


def test_the_records_that_a_registry_has_are_recognised() -> None:
    harmless = Harmless()

    assert [harmless.holds(submitted(notes=f"Upgrade {number}")) for number in range(3)] == [True] * 3
