"""A stand-in for a CI harness: it shows what one has to do with the CI table, and tests nothing.

    python harness.py TABLE              tests all that is untested: each passes
    python harness.py TABLE ID=VERDICT   one of them gets another verdict, such as fail-build
    python harness.py TABLE --take       only takes what is untested, and prints ID and DIGEST of each
    python harness.py TABLE --finish ID DIGEST VERDICT    writes the result of one that was taken

Where AWS is comes from the usual variables. This is written for reading; a real harness has more to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from botocore.session import Session

INDEX = "testStatus-lastTestTimestamp-index"


class Work(NamedTuple):
    """An item to test, and the digest of the content that is tested."""

    config_id: str
    digest: str


def main(table: str, *words: str) -> None:
    """Do what the words say."""
    client = Session().create_client("dynamodb")
    if words[:1] == ("--finish",):
        _, config_id, digest, verdict = words
        say(Work(config_id, digest), verdict, is_written=finish(client, table, Work(config_id, digest), verdict))
        return
    verdicts = dict(word.split("=") for word in words if "=" in word)
    for work in list(untested(client, table)):
        if not take(client, table, work):
            continue
        if "--take" in words:
            print(work.config_id, work.digest)
        else:
            verdict = verdicts.get(work.config_id, "pass")
            say(work, verdict, is_written=finish(client, table, work, verdict))


def untested(client: Any, table: str) -> Iterator[Work]:
    """What is to be tested, the longest untested first."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=INDEX,
        KeyConditionExpression="testStatus = :untested",
        ExpressionAttributeValues={":untested": {"S": "untested"}},
    )
    for item in (item for page in pages for item in page["Items"]):
        yield Work(item["configId"]["S"], item["contentDigest"]["S"])


def take(client: Any, table: str, work: Work) -> bool:
    """Mark an item as running, unless another has, or its content is another by now; whether that was done."""
    values = {"testStatus": {"S": "running"}, "testStartedAt": {"S": now()}}
    return update(client, table, work, values, only_if="untested")


def finish(client: Any, table: str, work: Work, verdict: str) -> bool:
    """Write a result, unless the registry has asked for another test meanwhile; whether it was written."""
    values = {
        "testStatus": {"S": verdict},
        "lastTestTimestamp": {"S": now()},
        "lastTestDuration": {"N": "842"},
        "testedDigest": {"S": work.digest},
    }
    return update(client, table, work, values, only_if="running")


def update(client: Any, table: str, work: Work, values: dict[str, Any], *, only_if: str) -> bool:
    """Set attributes if `contentDigest` still is what is tested, and `testStatus` as it should be; whether they are."""
    try:
        client.update_item(
            TableName=table,
            Key={"configId": {"S": work.config_id}},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
            ConditionExpression="contentDigest = :content AND testStatus = :before",
            ExpressionAttributeValues={
                ":content": {"S": work.digest},
                ":before": {"S": only_if},
                **{f":{name}": value for name, value in values.items()},
            },
        )
    except ClientError as err:
        if err.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def say(work: Work, verdict: str, *, is_written: bool) -> None:
    """Print how a test went, and whether anyone still asks for it."""
    print(f"{work.config_id} {verdict}" + ("" if is_written else ": dropped, it is to be tested again"))


def now() -> str:
    """The time as items have it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    main(*sys.argv[1:])
