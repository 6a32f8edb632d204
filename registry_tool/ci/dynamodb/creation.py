"""What the CI table is: its key, index, billing, backups and tags; and how one is created."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry_tool.aws import code
from registry_tool.ci.dynamodb.client import Address, Client, explained, failure
from registry_tool.ci.table import TableFailure
from registry_tool.errors import RegistryError

INDEX = "testStatus-lastTestTimestamp-index"
"""By which a harness finds what is untested."""
PATIENCE = 180.0
"""For how many seconds a table is waited for; a new one takes about ten."""
TAGS = {"managedBy": "registry-tool"}
"""What every table is tagged with, besides what its user asks for."""

_POLL_SECONDS = 0.5, 5.0
_ON_DEMAND = "PAY_PER_REQUEST"


def definition(table: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """The table in the words that CreateTable and CloudFormation have in common."""
    key, status, tested = "configId", "testStatus", "lastTestTimestamp"
    return {
        "TableName": table,
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in (key, status, tested)],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": INDEX,
                "KeySchema": [
                    {"AttributeName": status, "KeyType": "HASH"},
                    {"AttributeName": tested, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "BillingMode": _ON_DEMAND,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted({**TAGS, **tags}.items())],
    }


class PartState(StrEnum):
    """How a part of the table stands."""

    MADE = "made"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TablePart:
    """A part of the table: what it should be, and how it stands. What differs is left as it is."""

    name: str
    value: str
    state: PartState


@dataclass(frozen=True, slots=True)
class CreatedTable:
    """What was made, or would be in a rehearsal. `created` says that the table was not there before."""

    address: Address
    parts: tuple[TablePart, ...]
    created: bool
    rehearsal: bool


def create(
    client: Client,
    address: Address,
    tags: Mapping[str, str],
    *,
    dry_run: bool = False,
    patience: float = PATIENCE,
) -> CreatedTable:
    """Create the table unless it is there, wait until it can be used, and add what it lacks of backups and tags.

    An existing table is refused if its key or its index is another, for no item could be found in it. It is waited
    for `patience` seconds.
    """
    wanted = definition(address.table, tags)
    with explained(address):
        found = _describe(client, address.table)
        created = found is None
        if created and dry_run:
            return CreatedTable(address, _parts(wanted, backups=PartState.MADE, tags=PartState.MADE), created, dry_run)
        if created:
            _create(client, wanted)
        waiting = _Waiting(address, patience)
        found = _when_in_use(client, address, waiting)
        _refuse_another(found, wanted, address)
        backups = _keep_backups(client, address.table, waiting, dry_run=dry_run)
        tagged = _tag(client, found["TableArn"], wanted["Tags"], dry_run=dry_run)
    if created:
        return CreatedTable(address, _parts(wanted, backups=backups, tags=PartState.MADE), created, dry_run)
    return CreatedTable(address, _parts(wanted, found=found, backups=backups, tags=tagged), created, dry_run)


@dataclass(slots=True)
class _Waiting:
    """For how much longer the table is waited for."""

    address: Address
    patience: float
    pause: float = _POLL_SECONDS[0]

    def wait(self) -> None:
        """Wait a little, or raise: it has been long enough."""
        if self.patience <= 0:
            raise RegistryError(
                f"the CI table {self.address} is still not ready", hint="run it again: it goes on where it was"
            )
        time.sleep(min(self.pause, self.patience))
        self.patience -= self.pause
        self.pause = min(self.pause * 2, _POLL_SECONDS[1])


def _describe(client: Client, table: str) -> dict[str, Any] | None:
    try:
        description: dict[str, Any] = client.describe_table(TableName=table)["Table"]
    except Exception as err:
        if failure(err) is TableFailure.NO_TABLE:
            return None
        raise
    return description


def _create(client: Client, wanted: Mapping[str, Any]) -> None:
    try:
        client.create_table(**wanted)
    except Exception as err:
        if code(err) != "ResourceInUseException":  # another one was quicker: then that table is the one
            raise


def _when_in_use(client: Client, address: Address, waiting: _Waiting) -> dict[str, Any]:
    """The table, once it and its indexes can be used."""
    while True:
        found = _describe(client, address.table)
        if found:  # a table that was created this moment may not be known everywhere
            if found["TableStatus"] == "DELETING":
                raise RegistryError(f"the CI table {address} is being deleted", hint="run it again when it is gone")
            indexes = found.get("GlobalSecondaryIndexes", [])
            if {found["TableStatus"], *(index["IndexStatus"] for index in indexes)} == {"ACTIVE"}:
                return found
        waiting.wait()


def _refuse_another(found: Mapping[str, Any], wanted: Mapping[str, Any], address: Address) -> None:
    """Refuse a table that no item could be found in."""
    if (key := _key(found, found)) != _key(wanted, wanted):
        raise RegistryError(
            f"the table {address} has another key: {key}, not {_key(wanted, wanted)}",
            hint="a table keeps its key for life: name another table, --ci-table NAME",
        )
    index = _index(found)
    if index is None or _key(found, index) != _key(wanted, wanted["GlobalSecondaryIndexes"][0]):
        has = f"an index {INDEX} by {_key(found, index)}" if index else f"no index {INDEX}"
        raise RegistryError(
            f"the table {address} has {has}",
            hint="a harness asks by it: add it as registry table template describes it, or name another table",
        )


def _key(table: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """The key of a table or of an index of it, in words."""
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table["AttributeDefinitions"]}
    ordered = sorted(part["KeySchema"], key=lambda key: str(key["KeyType"]))
    return ", ".join(f"{key['AttributeName']} ({key['KeyType']}, {types[key['AttributeName']]})" for key in ordered)


def _index(table: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((index for index in table.get("GlobalSecondaryIndexes", []) if index["IndexName"] == INDEX), None)


def _keep_backups(client: Client, table: str, waiting: _Waiting, *, dry_run: bool) -> PartState:
    """Switch on point-in-time recovery unless it is on."""
    try:
        known = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        if known.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
            return PartState.AGREES
        while not dry_run:
            try:
                client.update_continuous_backups(
                    TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
                )
                break
            except Exception as err:
                if code(err) != "ContinuousBackupsUnavailableException":  # the table is too new for it
                    raise
            waiting.wait()
    except Exception as err:
        if code(err) == "UnknownOperationException":  # an engine that only stands in for DynamoDB
            return PartState.UNKNOWN
        raise
    return PartState.MADE


def _tag(client: Client, arn: str, wanted: list[dict[str, str]], *, dry_run: bool) -> PartState:
    """Add the tags that are missing or have another value."""
    present: list[dict[str, str]] = []
    more: dict[str, str] = {}
    while True:
        page = client.list_tags_of_resource(ResourceArn=arn, **more)
        present += page.get("Tags", [])
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    missing = [tag for tag in wanted if tag not in present]
    if missing and not dry_run:
        client.tag_resource(ResourceArn=arn, Tags=missing)
    return PartState.MADE if missing else PartState.AGREES


def _parts(
    wanted: Mapping[str, Any], *, found: Mapping[str, Any] | None = None, backups: PartState, tags: PartState
) -> tuple[TablePart, ...]:
    """How the parts stand in the table that was `found`, or in a new one."""
    key = index = billing = PartState.MADE
    if found is not None:
        key = PartState.AGREES
        projection = (_index(found) or {}).get("Projection", {}).get("ProjectionType")
        index = PartState.AGREES if projection == "ALL" else PartState.DIFFERS
        mode = found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        billing = PartState.AGREES if mode == _ON_DEMAND else PartState.DIFFERS
    return (
        TablePart("key", _key(wanted, wanted), key),
        TablePart("index", f"{INDEX}, of all attributes", index),
        TablePart("billing", "on demand", billing),
        TablePart("point-in-time recovery", "on", backups),
        TablePart("tags", ", ".join(f"{tag['Key']}={tag['Value']}" for tag in wanted["Tags"]), tags),
    )
