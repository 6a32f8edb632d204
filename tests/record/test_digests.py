"""The digests of what has been recorded never move: a digest that moves retests the whole fleet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_tool.record.identity import Document, content_digest
from tests.record.strategies import VALID_FILES, read_document

GOLDEN = json.loads(Path(__file__).with_name("digests.json").read_text(encoding="utf-8"))
"""By the names of valid files of version 1: their digests as they were before there was a version 2."""


@pytest.mark.parametrize("name", GOLDEN)
def test_the_digest_of_a_record_of_version_1_does_not_move(name: str) -> None:
    (file,) = [file for file in VALID_FILES if file.stem == name]

    assert content_digest(read_document(file)) == GOLDEN[name]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_version_of_the_schema_and_what_is_not_deployed_do_not_count(name: str) -> None:
    (file,) = [file for file in VALID_FILES if file.stem == name]
    document = read_document(file)
    newer: Document = {
        **document,
        "schemaVersion": 2,
        "labels": {"owner": "ml-search"},
        "live": {"endpointName": "a-endpoint-1795649010"},
        "notes": "other",
    }

    assert content_digest(newer) == GOLDEN[name]
