"""Reading items: what is there, all of it, and what other tools may have put into them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.dynamodb.table import DynamoTable
from registry_tool.ci.table import ReadItem, in_batches
from registry_tool.errors import RegistryError

NAMES = ("schemaVersion", "notes", "testStatus")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(client: Client, table: Address, clock: datetime = NOON) -> DynamoTable:
    return DynamoTable(client, table, clock=lambda: clock)


def patient(client: Client, pauses: list[float]) -> DynamoTable:
    return DynamoTable(client, Address(table="table"), clock=lambda: NOON, pause=pauses.append)


def keys(count: int) -> list[str]:
    return [f"{number:016x}" for number in range(count)]


def fill(client: Client, table: Address, count: int, *, bytes_each: int = 1) -> None:
    for key in keys(count):
        client.put_item(TableName=table.table, Item={"configId": {"S": key}, "text": {"S": "x" * bytes_each}})


def test_items_are_read_by_key_and_those_that_are_not_there_are_left_out(client: Client, table: Address) -> None:
    fill(client, table, 3)

    found = at(client, table).read(["0000000000000002", "00000000000000ff"], NAMES)

    assert found == {"0000000000000002": ReadItem("0000000000000002", {})}


def test_all_items_are_read_over_several_pages(client: Client, table: Address) -> None:
    fill(client, table, 4, bytes_each=350_000)

    assert sorted(row.config_id for row in at(client, table).read_all(NAMES)) == keys(4)


def test_a_row_has_what_was_asked_for_whatever_its_type(client: Client, table: Address) -> None:
    item: Any = {
        "configId": {"S": "0000000000000001"},
        "schemaVersion": {"N": "1"},
        "notes": {"B": b"\xff"},
        "testStatus": {"S": "pass"},
        "lastTestTimestamp": {"S": "2026-03-01T12:00:00Z"},
        "testedDigest": {"S": "0f"},
        "stageResults": {"L": [{"M": {"ok": {"BOOL": True}, "seconds": {"N": "1.5"}}}, {"NULL": True}]},
        "labels": {"SS": ["b", "a"]},
        "counts": {"NS": ["10", "9"]},
    }
    client.put_item(TableName=table.table, Item=item)

    (row,) = at(client, table).read_all([*NAMES, "stageResults", "labels", "counts"])

    assert row.attributes == {
        "schemaVersion": 1,
        "notes": "ff",
        "testStatus": "pass",
        "stageResults": [{"ok": True, "seconds": 1.5}, None],
        "labels": ["a", "b"],
        "counts": [9, 10],
    }
    assert (row.text("testStatus"), row.text("schemaVersion"), row.text("nothing")) == ("pass", "", "")


def test_batches_are_of_a_hundred_keys() -> None:
    assert [len(batch) for batch in in_batches(keys(250))] == [100, 100, 50]


class Busy:
    """Answers for a table that leaves keys to the next call: all of them, or all but the first."""

    def __init__(self, *, gives: bool) -> None:
        """Give one item a call, or none at all."""
        self.gives = gives

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: ANN401, N803  botocore's own signature
        """One item or none, and the rest to be asked for again."""
        ((table, asked),) = RequestItems.items()
        first, rest = (asked["Keys"][:1], asked["Keys"][1:]) if self.gives else ([], asked["Keys"])
        return {"Responses": {table: first}, "UnprocessedKeys": {table: {**asked, "Keys": rest}} if rest else {}}


def test_keys_that_were_left_are_asked_for_again_after_a_pause() -> None:
    pauses: list[float] = []
    client: Any = Busy(gives=True)

    found = patient(client, pauses).read(keys(30), NAMES)

    assert (sorted(found), len(pauses)) == (keys(30), 29)


def test_a_table_that_leaves_everything_is_given_up_with_an_error() -> None:
    pauses: list[float] = []
    client: Any = Busy(gives=False)

    with pytest.raises(RegistryError, match="is throttled"):
        patient(client, pauses).read(keys(3), NAMES)
    assert 10 < sum(pauses) < 40
