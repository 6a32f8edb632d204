"""What the first gate leaves of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registry_tool.redact import REDACTED, Finding, redact_document

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

TOKEN = "hf_" + "aBc" * 12
PASSWORD = "Tr0ub4dor" + "-and-3"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"https://deploy:{PASSWORD}@git.example.org/m.git", f"https://deploy:{REDACTED}@git.example.org/m.git"),
        (f"https://{TOKEN}@git.example.org/m.git", f"https://{REDACTED}@git.example.org/m.git"),
        (f"https://{TOKEN}:x-oauth-basic@example.org/m", f"https://{REDACTED}:x-oauth-basic@example.org/m"),
        (f"postgres://app:p@ss/{PASSWORD}@db:5432/m?ssl=1", f"postgres://app:{REDACTED}@db:5432/m?ssl=1"),
        (
            f"https://b.s3.example.org/m.tgz?X-Amz-Signature={'0a' * 32}&p=1",
            f"https://b.s3.example.org/m.tgz?X-Amz-Signature={REDACTED}&p=1",
        ),
        (f"--model a/b --api-key {PASSWORD} --port 80", f"--model a/b --api-key {REDACTED} --port 80"),
        (f'["--api-key", "{PASSWORD}", "--port"]', f'["--api-key", "{REDACTED}", "--port"]'),
        (f"args:\n- --api-key\n- {PASSWORD}\n- --port", f"args:\n- --api-key\n- {REDACTED}\n- --port"),
        (f'{{"password": "{PASSWORD}", "port": 5}}', f'{{"password": "{REDACTED}", "port": 5}}'),
        (f"Server=db;Password={PASSWORD};Encrypt=1", f"Server=db;Password={REDACTED};Encrypt=1"),
        (f"export API_KEY={PASSWORD} PORT=80", f"export API_KEY={REDACTED} PORT=80"),
        (f"the password is {PASSWORD}7, keep it", f"the password is {REDACTED}, keep it"),
        ("db password: sunshine", "db password: sunshine"),
        ("password: sunshine\nport: 80", f"password: {REDACTED}\nport: 80"),
        (f"curl -u ada:{PASSWORD} https://example.org", f"curl -u ada:{REDACTED} https://example.org"),
        (f"see {TOKEN}.\nNext day", f"see {REDACTED}.\nNext day"),
    ],
)
def test_the_secret_goes_and_the_rest_stays(text: str, rest: str) -> None:
    assert redact_document({"notes": text}).document == {"notes": rest}


def test_a_key_block_goes_as_a_whole() -> None:
    block = "-----BEGIN {0}-----\n{1}\n{1}\n-----END {0}-----".format("RSA PRIVATE KEY", "aB3/" * 16)

    result = redact_document({"notes": f"before\n{block}\nafter"})

    assert result.document == {"notes": f"before\n{REDACTED}\nafter"}


def test_a_token_folded_over_lines_goes_as_a_whole_and_the_lines_around_it_stay() -> None:
    result = redact_document({"notes": f"Use\n{TOKEN[:20]}\n  {TOKEN[20:]}\nfrom now on"})

    assert result.document == {"notes": f"Use\n{REDACTED}\nfrom now on"}


def test_a_key_block_that_was_cut_off_takes_no_other_block_with_it() -> None:
    key = "-----BEGIN {}-----\n{}".format("PRIVATE KEY", "aB3/" * 16)
    rest = "\nand then a certificate:\n-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----"

    result = redact_document({"notes": key + rest})

    assert result.document == {"notes": REDACTED + rest}


def test_a_key_block_that_was_cut_off_goes_as_far_as_it_reads_like_one() -> None:
    block = "-----BEGIN {}-----\n{}".format("PRIVATE KEY", "aB3/" * 16)

    result = redact_document({"notes": f"{block}\nand then it ended"})

    assert result.document == {"notes": f"{REDACTED}\nand then it ended"}


def test_a_value_redacted_in_one_place_is_redacted_in_all() -> None:
    document: Document = {"parameters": {"HF_TOKEN": "own-tok-7431"}, "notes": "it needs own-tok-7431, from Ada"}

    result = redact_document(document)

    assert result.document["notes"] == f"it needs {REDACTED}, from Ada"
    assert result.findings == (Finding("parameters.HF_TOKEN", "name/literal"), Finding("notes", "known-value"))


def test_a_value_known_by_its_place_is_redacted_in_the_fields_before_it_too() -> None:
    document: Document = {"notes": f"it needs {PASSWORD}", "parameters": {"VLLM_ARGS": f"--api-key {PASSWORD}"}}

    result = redact_document(document)

    assert result.document == {"notes": f"it needs {REDACTED}", "parameters": {"VLLM_ARGS": f"--api-key {REDACTED}"}}


def test_a_value_that_no_search_can_tell_from_other_text_is_redacted_in_its_own_place_alone() -> None:
    document: Document = {
        "parameters": {"TRITON_TOKENIZER": "Qwen/Qwen3-4B", "DB_PASSWORD": "postgres"},
        "notes": "Qwen/Qwen3-4B",
    }

    result = redact_document(document)

    assert result.document["notes"] == "Qwen/Qwen3-4B"
    assert result.secrets == set()


def test_an_entry_whose_key_is_a_secret_is_dropped_and_reported_without_it() -> None:
    result = redact_document({"parameters": {TOKEN: "1", "PORT": "80"}})

    assert result.document == {"parameters": {"PORT": "80"}}
    assert result.findings == (Finding("parameters", "format/huggingface-token"),)


def test_the_secrets_are_the_clear_values() -> None:
    document: Document = {
        "parameters": {"HF_TOKEN": "own-tok-7431"},
        "notes": f"see {TOKEN} and https://a:{PASSWORD}@b.example/",
    }

    assert redact_document(document).secrets == {"own-tok-7431", TOKEN, PASSWORD}


def test_a_place_is_named_the_way_people_write_it() -> None:
    document: Document = {"icList": [{"name": "a"}, {"artifactUrl": f"https://{TOKEN}@example.org/"}]}

    assert redact_document(document).findings == (Finding("icList[1].artifactUrl", "format/huggingface-token"),)


def test_whatever_is_no_text_is_left_alone() -> None:
    document: Document = {"schemaVersion": 1, "icConfig": {"gpuCount": 0.5}, "project": {"dirty": True}, "notes": None}

    assert redact_document(document).document == document
