"""Reading items: what is there, all of it, and what other tools may have put into them."""

from __future__ import annotations

from typing import Any

import pytest

from registry_tool.ci.client import Address, Client
from registry_tool.ci.reading import Row, in_batches, read, read_all
from registry_tool.errors import RegistryError


def keys(count: int) -> list[str]:
    return [f"{number:016x}" for number in range(count)]


def fill(client: Client, table: Address, count: int, *, bytes_each: int = 1) -> None:
    for key in keys(count):
        client.put_item(TableName=table.table, Item={"configId": {"S": key}, "text": {"S": "x" * bytes_each}})


def test_items_are_read_by_key_and_those_that_are_not_there_are_left_out(client: Client, table: Address) -> None:
    fill(client, table, 3)

    found = read(client, table.table, ["0000000000000002", "00000000000000ff"])

    assert found == {"0000000000000002": Row(config_id="0000000000000002", owned={})}


def test_all_items_are_read_over_several_pages(client: Client, table: Address) -> None:
    fill(client, table, 4, bytes_each=350_000)

    assert sorted(row.config_id for row in read_all(client, table.table)) == keys(4)


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

    (row,) = read_all(client, table.table, ["stageResults", "labels", "counts", "testStatus"])

    assert (row.test_status, row.last_test_at, row.tested_digest) == ("pass", "2026-03-01T12:00:00Z", "0f")
    assert row.owned == {"schemaVersion": 1, "notes": "ff"}
    assert row.more == {
        "stageResults": [{"ok": True, "seconds": 1.5}, None],
        "labels": ["a", "b"],
        "counts": [9, 10],
        "testStatus": "pass",
    }


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

    found = read(client, "table", keys(30), pause=pauses.append)

    assert (sorted(found), len(pauses)) == (keys(30), 29)


def test_a_table_that_leaves_everything_is_given_up_with_an_error() -> None:
    pauses: list[float] = []
    client: Any = Busy(gives=False)

    with pytest.raises(RegistryError, match="is throttled"):
        read(client, "table", keys(3), pause=pauses.append)
    assert 10 < sum(pauses) < 40
