"""The CI table in DynamoDB: a hundred items at a time by their keys, or all of them, and one conditional write."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from registry_tool.aws import is_botocores
from registry_tool.ci.dynamodb.client import Address, Client, connect, explain, failure
from registry_tool.ci.dynamodb.wire import from_wire, to_wire
from registry_tool.ci.table import KEY, Attribute, ReadItem, TableFailure, Write
from registry_tool.errors import RegistryError

_STATUS = "testStatus"
_PAUSES = 0.05, 5.0
# So often in a row may DynamoDB leave all that was asked for to the next call.
_PATIENCE = 10


class DynamoTable:
    """The CI table at an address."""

    def __init__(
        self,
        client: Client,
        address: Address,
        *,
        clock: Callable[[], datetime],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Call nobody yet. `clock` is asked at each write: a large sync writes for minutes."""
        self._client, self.address, self._clock, self._pause = client, address, clock, pause

    def __str__(self) -> str:
        """As people read it."""
        return str(self.address)

    def read(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, ReadItem]:
        """The attributes `names` of the items among `MOST_KEYS` or fewer; always the latest state."""
        rows: dict[str, ReadItem] = {}
        table = self.address.table
        asked: Mapping[str, Any] = {
            table: {"Keys": [{KEY: {"S": one}} for one in ids], "ConsistentRead": True, **_projection(names)}
        }
        tries = 0
        while asked and ids:
            answer = self._client.batch_get_item(RequestItems=asked)
            found = answer["Responses"].get(table, [])
            rows.update((row.config_id, row) for row in map(_row, found))
            asked = answer.get("UnprocessedKeys", {})
            tries = 0 if found else tries + 1
            if asked and tries > _PATIENCE:
                raise RegistryError(
                    f"the CI table {self} is throttled, and still was after {_PATIENCE} tries",
                    hint="run it again later",
                )
            if asked:
                self._pause(random.uniform(0.5, 1) * min(_PAUSES[0] * 2**tries, _PAUSES[1]))  # noqa: S311  only a wait
        return rows

    def read_all(self, names: Sequence[str]) -> Iterator[ReadItem]:
        """All items, a page at a time."""
        start: dict[str, Any] = {}
        while True:
            answer = self._client.scan(TableName=self.address.table, ConsistentRead=True, **_projection(names), **start)
            yield from map(_row, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def write(self, write: Write) -> str:
        """Carry out a write; the `testStatus` that it took the place of, if it did."""
        table = self.address.table
        stamps = write.stamped(self._clock())
        if write.makes:
            item = to_wire({**write.sets, **write.defaults, **stamps})
            self._client.put_item(TableName=table, Item=item, ConditionExpression=f"attribute_not_exists({KEY})")
            return ""
        request: dict[str, Any] = {"TableName": table, "Key": {KEY: {"S": write.key}}}
        if write.deletes:
            old = self._client.delete_item(**request, **_condition(write), ReturnValues="ALL_OLD")
        else:
            returned = "UPDATED_OLD" if _STATUS in write.sets else "NONE"
            old = self._client.update_item(**request, **_update(write, stamps), ReturnValues=returned)
        attributes: Mapping[str, Mapping[str, str]] = old.get("Attributes", {})
        return attributes.get(_STATUS, {}).get("S", "")

    def failure(self, error: Exception) -> TableFailure:
        """What sort of failure `error` is."""
        return failure(error)

    def explain(self, error: Exception) -> RegistryError:
        """What `error` means and what to do about it."""
        if isinstance(error, RegistryError):
            return error
        if not is_botocores(error):
            raise error
        return explain(error, self.address)


def open_table(address: Address, environment: Mapping[str, str], clock: Callable[[], datetime]) -> DynamoTable:
    """The table at an address, with a client of its own."""
    return DynamoTable(connect(address, environment), address, clock=clock)


def _projection(names: Sequence[str]) -> dict[str, Any]:
    """Under other names, because some are words of DynamoDB's own."""
    places = {f"#{number}": name for number, name in enumerate(dict.fromkeys((KEY, *names)))}
    return {"ProjectionExpression": ",".join(places), "ExpressionAttributeNames": places}


def _row(item: Mapping[str, Mapping[str, Any]]) -> ReadItem:
    attributes = from_wire(item)
    return ReadItem(str(attributes.pop(KEY)), attributes)


def _update(write: Write, stamps: Mapping[str, Attribute]) -> dict[str, Any]:
    """An update and its condition, in the words of UpdateItem."""
    condition = _condition(write)
    sets, defaults = {**write.sets, **stamps}, write.defaults
    update = "SET " + ",".join(
        [
            *(f"#{name}=:{name}" for name in sets),
            *(f"#{name}=if_not_exists(#{name},:{name})" for name in defaults),
        ]
    )
    if write.removes:
        update += " REMOVE " + ",".join(f"#{name}" for name in write.removes)
    names = {f"#{name}": name for name in (*sets, *defaults, *write.removes)}
    values = {f":{name}": value for name, value in to_wire({**sets, **defaults}).items()}
    return {
        "UpdateExpression": update,
        "ConditionExpression": condition["ConditionExpression"],
        "ExpressionAttributeNames": {**condition.get("ExpressionAttributeNames", {}), **names},
        "ExpressionAttributeValues": {**condition.get("ExpressionAttributeValues", {}), **values},
    }


def _condition(write: Write) -> dict[str, Any]:
    """That the item still is what the write was decided on."""
    # An update would make an item that is gone, and without what an item is made with.
    holds, names, values = [f"attribute_exists({KEY})"], {}, {}
    for name, was in write.expects.items():
        names[f"#{name}"] = name
        if isinstance(was, str):
            holds.append(f"#{name}=:was_{name}")
            values[f":was_{name}"] = {"S": was}
        else:
            holds.append(f"attribute_not_exists(#{name})" if was is None else f"attribute_exists(#{name})")
    condition: dict[str, Any] = {"ConditionExpression": " AND ".join(holds)}
    if names:
        condition["ExpressionAttributeNames"] = names
    if values:
        condition["ExpressionAttributeValues"] = values
    return condition
