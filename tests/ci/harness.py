"""A stand-in for the CI harness: it takes what is untested, and writes results the way docs/ci-table.md says.

What makes that safe against a sync at the same moment are the two conditions. An item is taken if it is still untested
and still what was read; a result is written if the item is still running and still what was tested. When the second
fails, the configuration was changed, or asked to be tested again, while the test ran: the result is dropped.
"""

from __future__ import annotations

from typing import Any

from registry_tool.ci.client import Address, Client, Kind, kind
from registry_tool.ci.table import INDEX


def untested(client: Client, table: Address) -> list[dict[str, Any]]:
    """The items that wait for a test; from the table itself, for an index lags behind it."""
    query: Any = client
    page: dict[str, Any] = query.query(
        TableName=table.table,
        IndexName=INDEX,
        KeyConditionExpression="testStatus = :untested",
        ExpressionAttributeValues={":untested": {"S": "untested"}},
    )
    items: list[dict[str, Any]] = page["Items"]
    return items


def take(client: Client, table: Address, item: dict[str, Any]) -> bool:
    """Mark an item as running; False if it is not what was read any more."""
    return _holds(
        client,
        TableName=table.table,
        Key={"configId": item["configId"]},
        UpdateExpression="SET testStatus = :running",
        ConditionExpression="testStatus = :untested AND contentDigest = :digest",
        ExpressionAttributeValues={
            ":running": {"S": "running"},
            ":untested": {"S": "untested"},
            ":digest": item["contentDigest"],
        },
    )


def report(client: Client, table: Address, item: dict[str, Any], result: str, at: str) -> bool:
    """Write the result of a test; False if what was tested is not what the item says any more."""
    return _holds(
        client,
        TableName=table.table,
        Key={"configId": item["configId"]},
        UpdateExpression=(
            "SET testStatus = :result, lastTestTimestamp = :at, testedDigest = :digest, "
            "testCount = if_not_exists(testCount, :none) + :one"
        ),
        ConditionExpression="testStatus = :running AND contentDigest = :digest",
        ExpressionAttributeValues={
            ":result": {"S": result},
            ":running": {"S": "running"},
            ":at": {"S": at},
            ":digest": item["contentDigest"],
            ":none": {"N": "0"},
            ":one": {"N": "1"},
        },
    )


def _holds(client: Client, **update: object) -> bool:
    try:
        client.update_item(**update)
    except Exception as err:
        if kind(err) is Kind.CONDITION:
            return False
        raise
    return True
