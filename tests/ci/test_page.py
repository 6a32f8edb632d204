"""What docs/guides/ci-table.md promises to those who write a harness holds on both engines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from registry_tool.ci.dynamodb.client import Address, Client, failure
from registry_tool.ci.dynamodb.creation import INDEX
from registry_tool.ci.item import OWNED, wanted
from registry_tool.ci.plan import compare
from registry_tool.ci.report import Flag
from registry_tool.ci.table import ReadItem, TableFailure
from registry_tool.record.identity import Document, Json
from tests.ci.test_item import NOW, ORIGIN, SEVERAL, made

PAGE = (Path(__file__).parents[2] / "docs/guides/ci-table.md").read_text(encoding="utf-8")


def replaced(number: int, **fields: Json) -> Json:
    """The entries of the record's icList, one of them with other fields."""
    entries: Any = SEVERAL["icList"]
    return [{**entry, **fields} if place == number else entry for place, entry in enumerate(entries)]


ITEM = {"configId": {"S": "ec3f1a0072d1b3d4"}, "testStatus": {"S": "running"}, "contentDigest": {"S": "new"}}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_the_page_names_the_owner_of_every_attribute_that_the_registry_writes() -> None:
    owners = {
        name: owner
        for names, _, owner, _ in rows("The item, attribute by attribute")
        for name in re.findall(r"`(\w+)`", names)
    }

    assert [name for name in OWNED if owners.get(name) != "registry"] == []


def test_the_page_describes_every_flag() -> None:
    assert [cells[0] for cells in rows("What a report says")] == [f"`{flag}`" for flag in Flag]


def test_the_page_names_the_index() -> None:
    assert f"`{INDEX}`" in PAGE


def edited(**fields: Json) -> Document:
    return {**SEVERAL, **fields}


CHANGES: dict[str, Document] = {
    "notes, status, `--project`": edited(notes="Second", status="failed", project={"branch": "main"}),
    "labels": edited(labels={"team": "a"}, schemaVersion=2),
    "the image, also a digest added to the same tag": edited(baseImage="vllm/vllm-openai:v0.25.1@sha256:0f"),
    "a parameter": edited(parameters={"HF_MODEL_ID": "Qwen/Qwen3-4B", "VLLM_DTYPE": "half"}),
    "a deploy-time variable (`icEnvironment`)": edited(icEnvironment={"LOG_LEVEL": "info"}),
    "the build strategy": edited(buildStrategy="docker-in-docker"),
    "the project's name": edited(projectName="renamed"),
    "the first inference component by name": edited(icList=replaced(1, gpuCount=8)),
    "another inference component": edited(icList=replaced(0, gpuCount=8)),
    "an adapter's weights": edited(icList=replaced(2, artifactUrl="s3://bucket/other/")),
}


def test_the_page_says_of_each_change_whether_it_is_tested_again() -> None:
    before, item = wanted(SEVERAL), made(wanted(SEVERAL))
    row = ReadItem("9e74d9a478e434a2", {**item, "testStatus": "pass", "lastTestTimestamp": NOW})
    expected = []
    for title, document in CHANGES.items():
        after = wanted(document)
        change = compare(after, row, ORIGIN)
        is_same = after.attributes["configJson"] == before.attributes["configJson"]
        expected.append([title, "same" if is_same else "changed", "yes" if change and change.retest else "no"])

    assert rows("What is tested again") == expected


def sample(table: Address, digest: str) -> dict[str, Any]:
    """The page's update for an item that was taken with `digest`."""
    (block,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    request: dict[str, Any] = json.loads(block)
    request["ExpressionAttributeValues"][":tested"] = {"S": digest}
    return request | {"TableName": table.table}


def test_the_sample_writes_a_result_of_what_is_registered(client: Client, table: Address) -> None:
    client.put_item(TableName=table.table, Item=ITEM)

    client.update_item(**sample(table, "new"))

    (item,) = client.scan(TableName=table.table)["Items"]
    assert (item["testStatus"], item["testedDigest"], item["lastTestDuration"]) == (
        {"S": "pass"},
        {"S": "new"},
        {"N": "842"},
    )


@pytest.mark.parametrize(("digest", "status"), [("old", "running"), ("new", "untested")])
def test_the_sample_drops_a_result_that_is_no_longer_asked_for(
    client: Client, table: Address, digest: str, status: str
) -> None:
    item = ITEM | {"testStatus": {"S": status}}
    client.put_item(TableName=table.table, Item=item)

    with pytest.raises(Exception, match=r".") as refused:
        client.update_item(**sample(table, digest))

    assert failure(refused.value) is TableFailure.CONDITION
    assert client.scan(TableName=table.table)["Items"] == [item]
