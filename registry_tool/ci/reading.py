"""Reading the CI table: a hundred items at a time by their keys, or all of them; always the latest state."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from registry_tool.ci.client import Client
from registry_tool.ci.item import KEY, OWNED, STATUS, TESTED_AT, TESTED_DIGEST, from_wire
from registry_tool.errors import RegistryError
from registry_tool.record.identity import Json

MOST_KEYS = 100
"""How many items one call reads."""

_READ = (KEY, *OWNED, STATUS, TESTED_AT, TESTED_DIGEST)
_PAUSES = 0.05, 5.0
# So often in a row may DynamoDB leave all that was asked for to the next call.
_PATIENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item as it was read.

    `owned` are the registry's attributes (`item.OWNED`) that are there, `more` the others that were asked for. A text
    that the item does not have is empty.
    """

    config_id: str
    owned: Mapping[str, Json]
    test_status: str = ""
    last_test_at: str = ""
    tested_digest: str = ""
    more: Mapping[str, Json] = field(default_factory=dict)

    @property
    def content_digest(self) -> str:
        """What is to be tested, if the registry has written the item."""
        return _text(self.owned.get("contentDigest"))

    @property
    def is_stale(self) -> bool:
        """Whether its test result is one of another configuration: the harness said what it tested, and it differs."""
        return self.tested_digest not in {"", self.content_digest}


def read(
    client: Client, table: str, ids: Sequence[str], *, pause: Callable[[float], object] = time.sleep
) -> dict[str, Row]:
    """The items among `MOST_KEYS` or fewer, by configId; those that are not there are left out."""
    rows: dict[str, Row] = {}
    asked: Mapping[str, Any] = {
        table: {"Keys": [{KEY: {"S": one}} for one in ids], "ConsistentRead": True, **_projection(_READ)}
    }
    tries = 0
    while asked and ids:
        answer = client.batch_get_item(RequestItems=asked)
        found = answer["Responses"].get(table, [])
        rows.update((row.config_id, row) for row in (_row(item, ()) for item in found))
        asked = answer.get("UnprocessedKeys", {})
        tries = 0 if found else tries + 1
        if asked and tries > _PATIENCE:
            raise RegistryError(
                f"the CI table {table} is throttled, and still was after {_PATIENCE} tries", hint="run it again later"
            )
        if asked:
            pause(random.uniform(0.5, 1) * min(_PAUSES[0] * 2**tries, _PAUSES[1]))  # noqa: S311  only a wait
    return rows


def read_all(client: Client, table: str, more: Sequence[str] = ()) -> Iterator[Row]:
    """All items, a page at a time; with the attributes `more` beside those that a row always has."""
    start: dict[str, Any] = {}
    while True:
        answer = client.scan(TableName=table, ConsistentRead=True, **_projection([*_READ, *more]), **start)
        for item in answer["Items"]:
            yield _row(item, more)
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def in_batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Keys as `read` takes them."""
    remaining = iter(ids)
    while batch := list(islice(remaining, MOST_KEYS)):
        yield batch


def _projection(names: Sequence[str]) -> dict[str, Any]:
    """Under other names, because some are words of DynamoDB's own."""
    places = {f"#{number}": name for number, name in enumerate(dict.fromkeys(names))}
    return {"ProjectionExpression": ",".join(places), "ExpressionAttributeNames": places}


def _row(item: Mapping[str, Mapping[str, Any]], more: Sequence[str]) -> Row:
    attributes = from_wire(item)
    return Row(
        config_id=_text(attributes[KEY]),
        owned={name: attributes[name] for name in OWNED if name in attributes},
        test_status=_text(attributes.get(STATUS)),
        last_test_at=_text(attributes.get(TESTED_AT)),
        tested_digest=_text(attributes.get(TESTED_DIGEST)),
        more={name: attributes[name] for name in more if name in attributes},
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
