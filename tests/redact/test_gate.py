"""What the last gate sees in bytes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.git.identity import read_configuration
from registry_tool.record.canonical import quote as yaml_quote
from registry_tool.record.canonical import to_yaml
from registry_tool.redact import Finding, scan, scan_file
from registry_tool.redact.search import RULES
from registry_tool.store.gate import Change, Gate, SecretError
from tests.redact.carriers import document_with
from tests.redact.examples import example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.record.identity import Document, Json

SECRET = 'p"4\\ss/w0rd ünd+%41&'  # noqa: S105  made up, to need every kind of escape
KNOWN = (Finding("message", "known-value"),)

secrets = st.text(min_size=8, max_size=40).filter(lambda text: text.strip() == text and "\n" not in text)


def test_an_ordinary_message_passes() -> None:
    message = b"Upgraded to vLLM 0.11\n\nConfig-Id: ec3f1a0072d1b3d4\nStatus: success\n"

    assert scan(message, field="message", secrets=[SECRET]) == ()


def test_a_finding_carries_the_field_it_was_given() -> None:
    token = b"hf_" + b"aBc" * 12

    assert scan(b"Ada <" + token + b"@example.org>", field="author") == (Finding("author", "format/huggingface-token"),)


@pytest.mark.parametrize(
    "encoded",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote(quote(SECRET, safe=""), safe=""),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(json.dumps(SECRET)),
        f"notes: |-\n  {SECRET[:9]}\n    {SECRET[9:]}",
    ],
)
def test_a_known_value_is_seen_in_every_encoding(encoded: str) -> None:
    assert scan(f"x: {encoded} y".encode(), field="message", secrets=[SECRET]) == KNOWN


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_known_value_is_seen_in_base64_however_it_is_aligned(before: str, encode: type[bytes]) -> None:
    data = encode(f"{before}own-tok-1{before}".encode())

    assert scan(b"x: " + data, field="message", secrets=["own-tok-1"]) == KNOWN


def test_a_known_value_is_seen_in_folded_base64() -> None:
    digits = base64.b64encode(b"a long enough text with own-tok-7431 in the middle of it").decode()
    data = "\n  ".join(digits[at : at + 20] for at in range(0, len(digits), 20))

    assert scan(data.encode(), field="message", secrets=["own-tok-7431"]) == KNOWN


def test_a_known_value_is_seen_between_bytes_that_are_no_text() -> None:
    assert scan(b"\xff\xfe own-tok-7431\x80", field="message", secrets=["own-tok-7431"]) == KNOWN


@given(secrets, st.integers(0, 3))
def test_any_known_value_is_seen_as_it_stands_in_json_and_in_yaml(secret: str, nesting: int) -> None:
    text = secret
    for _ in range(nesting):
        text = json.dumps(text)

    found = [
        any(finding.rule == "known-value" for finding in scan(data.encode(), field="message", secrets=[secret]))
        for data in (text, yaml_quote(text))
    ]

    assert found == [True, True]


def record_with(**fields: Json) -> bytes:
    return to_yaml({**document_with("notes", "fine"), **fields})


def test_an_allowed_variable_passes_with_its_value() -> None:
    record = record_with(parameters={"MY_API_KEY": "demo-key-7"})

    assert scan_file(record, field="record", allow=["MY_API_KEY"]) == ()
    assert scan_file(record, field="record") == (Finding("record: parameters.MY_API_KEY", "name/credential"),)


def test_an_allowed_name_excuses_only_the_variable() -> None:
    record = record_with(parameters={"MY_API_KEY": "demo-key-7"}, notes="MY_API_KEY=demo-key-7")

    found = scan_file(record, field="record", allow=["MY_API_KEY"])

    assert Finding("record: notes", "context/assignment") in found


@pytest.mark.parametrize(
    ("fields"),
    [
        {"baseImage": "ghcr.io/acme/vllm:user_pass-fix"},
        {"parameters": {"HF_OBJECT_KEY": "9e107d9d372bb6826bd81d3542a419d6", "MISTRAL_MODEL": "mistral-large"}},
        {"parameters": {"name": "DB_PASSWORD_FILE", "value": "open-sesame-7"}},
        {"projectName": "reset-password", "notes": "reset-password: Qwen/Qwen3-4B, on two instances"},
    ],
)
def test_no_field_of_a_record_is_read_together_with_the_next(fields: dict[str, Json]) -> None:
    assert scan_file(record_with(**fields), field="record") == ()


def test_the_subject_of_a_registration_is_no_setting_of_a_password() -> None:
    message = b"Register reset-password: Qwen/Qwen3-4B on ml.g5.xlarge\n\nConfig-Id: ec3f1a0072d1b3d4\n"
    document: Document = {"projectName": "reset-password", "modelName": "Qwen/Qwen3-4B"}

    assert scan(message, field="message", about=lambda: [document]) == ()
    assert scan(message, field="message") == (Finding("message", "context/assignment"),)


AT = datetime(2026, 11, 26, tzinfo=UTC)


def refused(gate: Gate, *secrets: str) -> bool:
    try:
        gate.let_pass(Change(files={}, message="harmless", at=AT, secrets=frozenset(secrets)))
    except SecretError:
        return True
    return False


def committing(variables: Mapping[str, str], branch: str = "refs/heads/main") -> Gate:
    """The gate for who commits with these variables."""
    everyone = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    configured = read_configuration(b"", everyone | dict(variables))
    return Gate(prefix="", author=configured.author, committer=configured.committer, branch=branch, allow=frozenset())


@pytest.mark.parametrize("variable", ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME"])
def test_a_secret_of_any_kind_is_seen_in_an_identity_though_git_takes_marks_out_of_it(variable: str) -> None:
    passed = [rule.id for rule in RULES if not refused(committing({variable: example(rule, 1)[0]}))]

    assert passed == []


def test_a_known_value_is_seen_in_an_identity_though_git_takes_marks_out_of_it() -> None:
    assert refused(committing({"GIT_AUTHOR_NAME": "own<tok>-7431"}), "own<tok>-7431")
    assert not refused(committing({"GIT_AUTHOR_NAME": "Ada <Lovelace>"}), "own<tok>-7431")


def test_a_secret_of_any_kind_is_seen_in_the_name_of_a_branch() -> None:
    texts = {rule.id: example(rule, 1)[0] for rule in RULES}

    passed = [kind for kind, text in texts.items() if not refused(committing({}, f"refs/heads/{text}"))]

    assert passed == []
