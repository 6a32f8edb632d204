"""What an item says of a record, held against items that another tool wrote for real projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.ci.dynamodb.wire import from_wire, to_wire
from registry_tool.ci.item import (
    FOLLOWED,
    NEVER,
    ItemOrigin,
    WantedItem,
    config_of,
    making,
    owned,
    signature,
    wanted,
)
from registry_tool.ci.table import Attribute
from registry_tool.record.identity import Document, Json
from registry_tool.record.image import image_version
from registry_tool.record.tested import find_excess, seen_by_ci
from registry_tool.record.tested import tested_digest as digest_of
from tests.ci.memory import written
from tests.record.strategies import VALID_FILES, read_document

COMMIT = "0f" * 20
NOW = "2026-03-01T12:00:00Z"

ORIGIN = ItemOrigin(COMMIT)


def made(item: WantedItem, origin: ItemOrigin = ORIGIN, at: str = NOW) -> dict[str, Attribute]:
    """A new item, made at a time."""
    return {name: value for name, value in written(making(item, origin), at).items() if isinstance(value, str | int)}


# A record with three inference components and two adapters, and the item that the generator's tool wrote for it.
SEVERAL: Document = {
    "schemaVersion": 1,
    "configId": "9e74d9a478e434a2",
    "projectName": "several",
    "deploymentConfig": "transformers-vllm",
    "architecture": "transformers",
    "backend": "vllm",
    "modelName": "Qwen/Qwen3-4B",
    "instanceType": "ml.g5.xlarge",
    "awsRegion": "us-east-1",
    "deploymentTarget": "realtime-inference",
    "buildTarget": "codebuild",
    "buildStrategy": "codebuild-submit",
    "baseImage": "vllm/vllm-openai:v0.25.1",
    "endpointConfig": {"initialInstanceCount": 1, "dataCapturePercent": 0, "variantName": "AllTraffic"},
    "icConfig": {"gpuCount": 1, "copyCount": 1, "modelWeight": 1},
    "icList": [
        {"name": "default", "image": "several-latest", "gpuCount": 1, "copyCount": 1},
        {"name": "a-small", "image": "several-small", "gpuCount": 1, "copyCount": 3},
        {
            "name": "french",
            "isAdapter": True,
            "baseIcName": "default",
            "artifactUrl": "s3://bucket/french/",
            "gpuCount": 0,
            "copyCount": 1,
        },
    ],
    "parameters": {"HF_MODEL_ID": "Qwen/Qwen3-4B"},
    "icEnvironment": {"LOG_LEVEL": "debug"},
    "status": "partial",
    "notes": "First",
    "generatorVersion": "1.5.2",
    "registeredAt": "2026-03-01T11:00:00Z",
    "project": {"commit": COMMIT},
}
WRITTEN_BY_THE_GENERATOR = {
    "configId": {"S": "9e74d9a478e434a2"},
    "schemaVersion": {"N": "1"},
    "configJson": {
        "S": '{"projectName":"several","deploymentConfig":"transformers-vllm","architecture":"transformers",'
        '"backend":"vllm","modelName":"Qwen/Qwen3-4B","instanceType":"ml.g5.xlarge","awsRegion":"us-east-1",'
        '"deploymentTarget":"realtime-inference","buildTarget":"codebuild","baseImage":"vllm/vllm-openai:v0.25.1",'
        '"buildStrategy":"codebuild-submit","endpointConfig":{"initialInstanceCount":1,"dataCapturePercent":0,'
        '"variantName":"AllTraffic"},"icConfig":{"gpuCount":1,"copyCount":1,"modelWeight":1},"icList":[{"name":"a-small",'
        '"image":"several-small","gpuCount":1,"copyCount":3},{"name":"french","isAdapter":true,"baseIcName":"default",'
        '"artifactUrl":"s3://bucket/french/","gpuCount":0,"copyCount":1}],"parameters":{"HF_MODEL_ID":"Qwen/Qwen3-4B"}}'
    },
    "testStatus": {"S": "untested"},
    "lastTestTimestamp": {"S": "1970-01-01T00:00:00Z"},
    "deploymentConfig": {"S": "transformers-vllm"},
    "baseImage": {"S": "vllm/vllm-openai:v0.25.1"},
    "baseImageVersion": {"S": "v0.25.1"},
    "buildStrategy": {"S": "codebuild-submit"},
    "projectName": {"S": "several"},
    "createdAt": {"S": NOW},
}


def test_a_new_item_has_every_attribute_of_the_generator_s_with_the_same_meaning() -> None:
    ours: dict[str, Any] = to_wire(made(wanted(SEVERAL)))

    theirs = dict(WRITTEN_BY_THE_GENERATOR)
    ours_config, theirs_config = (json.loads(item.pop("configJson")["S"]) for item in (ours, theirs))
    assert ours_config == {**theirs_config, "icEnvVars": {"LOG_LEVEL": "debug"}}
    assert {name: ours[name] for name in theirs} == theirs


def test_a_new_item_also_says_what_the_old_tool_left_out() -> None:
    ours = made(wanted(SEVERAL))

    assert {name: value for name, value in ours.items() if name not in WRITTEN_BY_THE_GENERATOR} == {
        "status": "partial",
        "notes": "First",
        "registeredAt": "2026-03-01T11:00:00Z",
        "contentDigest": digest_of(SEVERAL),
        "managedBy": "registry-tool",
        "sourceCommit": COMMIT,
        "registryDigest": ours["registryDigest"],
        "contentAt": NOW,
    }
    assert ours["lastTestTimestamp"] == NEVER


def test_ci_sees_the_first_component_by_name_and_all_adapters_and_the_record_keeps_all() -> None:
    entries: Any = seen_by_ci(SEVERAL)["icList"]
    kept: Any = SEVERAL["icList"]

    assert ([entry["name"] for entry in entries], len(kept)) == (["a-small", "french"], 3)


def test_a_record_without_notes_has_an_item_without_notes() -> None:
    assert "notes" not in wanted({**SEVERAL, "notes": ""}).attributes


@pytest.mark.parametrize("file", VALID_FILES, ids=lambda file: file.stem)
def test_every_valid_record_has_an_item_that_reads_back_as_it_was_written(file: Path) -> None:
    item = made(wanted(read_document(file)))

    assert from_wire(to_wire(item)) == item
    assert json.loads(str(item["configJson"]))["baseImage"] == item["baseImage"]


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("vllm/vllm-openai:v0.25.1", "v0.25.1"),
        ("nvcr.io/nvidia/tritonserver:24.08-py3", "24.08-py3"),
        ("localhost:5000/vllm", ""),
        ("localhost:5000/vllm:1@sha256:0f", "1"),
        ("vllm@sha256:0f", ""),
        ("vllm", ""),
        ("", ""),
    ],
)
def test_the_version_of_an_image_is_its_tag(image: str, version: str) -> None:
    assert image_version(image) == version


@given(st.sampled_from(sorted(FOLLOWED)), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_signature_tells_a_change_of_any_attribute(name: str, value: str) -> None:
    written = owned(wanted(SEVERAL), ORIGIN)

    changed = {**written, name: value}

    assert signature(written) == written["registryDigest"]
    assert (signature(changed) == written["registryDigest"]) == (changed == written)


@pytest.mark.parametrize("text", ["", "null", "[]", '{"icConfig": {"gpuCount": , }}', "[" * 100_000, None, 1])
def test_what_is_no_configuration_is_none(text: Json) -> None:
    assert config_of(text) is None


def test_a_record_that_an_item_has_no_room_for_is_told_with_its_largest_field_in_bytes() -> None:
    large: Document = {**SEVERAL, "parameters": {"A": "\u6a21" * 120_000, "B": "x" * 40_000}}

    assert find_excess(SEVERAL) is None
    assert find_excess(large) == (400_753, ("parameters", "A"), 360_007)
