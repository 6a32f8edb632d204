"""Creating the CI table, and the template that describes the same one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_tool.ci.dynamodb.client import Address, Client, connect
from registry_tool.ci.dynamodb.creation import INDEX, CreatedTable, PartState, TablePart, create, definition
from registry_tool.ci.dynamodb.template import template
from registry_tool.errors import RegistryError
from registry_tool.views.table import as_text, template_json, template_yaml
from tests.engines import require, running

TEAM = {"team": "ml"}


def test_a_new_table_is_the_one_that_the_template_describes(client: Client, address: Address, engine_name: str) -> None:
    described_so: Any = template(address.table, TEAM)
    properties = described_so["Resources"]["CiTable"]["Properties"]

    create(client, address, TEAM)

    backups = properties.pop("PointInTimeRecoverySpecification")
    assert described(client, address) == properties
    assert backups == {"PointInTimeRecoveryEnabled": True}
    assert engine_name == "dynalite" or point_in_time_recovery(client, address) == "ENABLED"


def test_creating_again_changes_nothing_and_says_what_agrees(
    client: Client, address: Address, engine_name: str
) -> None:
    first = create(client, address, TEAM)
    before = described(client, address)

    second = create(client, address, TEAM)

    assert (first.created, second.created) == (True, False)
    unknown = {"point-in-time recovery": PartState.UNKNOWN} if engine_name == "dynalite" else {}
    assert states(first) == dict.fromkeys(states(first), PartState.MADE) | unknown
    assert states(second) == dict.fromkeys(states(first), PartState.AGREES) | unknown
    assert described(client, address) == before


def test_a_rehearsal_creates_nothing(client: Client, address: Address) -> None:
    rehearsed = create(client, address, TEAM, dry_run=True)

    assert (rehearsed.created, rehearsed.rehearsal) == (True, True)
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        client.describe_table(TableName=address.table)


def test_an_existing_table_gets_the_tags_and_backups_that_it_lacks(
    client: Client, address: Address, engine_name: str
) -> None:
    client.create_table(**definition(address.table, {"owner": "us"}))

    rehearsed = create(client, address, TEAM, dry_run=True)
    untouched = tags(client, address)
    done = create(client, address, TEAM)

    assert untouched == {"managedBy": "registry-tool", "owner": "us"} or engine_name == "dynalite"
    assert tags(client, address) == untouched | {"managedBy": "registry-tool", **TEAM}
    assert states(rehearsed) == states(done)
    assert states(done)["tags"] == PartState.MADE
    assert states(done)["point-in-time recovery"] == (
        PartState.UNKNOWN if engine_name == "dynalite" else PartState.MADE
    )


def test_a_table_with_provisioned_billing_is_used_and_its_billing_left(client: Client, address: Address) -> None:
    capacity = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    wanted = definition(address.table, {})
    wanted["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = capacity
    client.create_table(**wanted | {"BillingMode": "PROVISIONED", "ProvisionedThroughput": capacity})

    assert states(create(client, address, {}))["billing"] == PartState.DIFFERS


def test_a_table_with_another_key_is_refused(client: Client, address: Address) -> None:
    wanted = definition(address.table, {})
    wanted["KeySchema"].append({"AttributeName": "testStatus", "KeyType": "RANGE"})
    client.create_table(**wanted)

    with pytest.raises(RegistryError) as refused:
        create(client, address, {})

    assert str(refused.value) == (
        f"the table {address} has another key: configId (HASH, S), testStatus (RANGE, S), not configId (HASH, S)"
    )
    assert refused.value.hint == "a table keeps its key for life: name another table, --ci-table NAME"


def test_a_table_without_the_index_is_refused(client: Client, address: Address) -> None:
    wanted = definition(address.table, {})
    del wanted["GlobalSecondaryIndexes"]
    client.create_table(**wanted | {"AttributeDefinitions": wanted["AttributeDefinitions"][:1]})

    with pytest.raises(RegistryError, match=f"has no index {INDEX}"):
        create(client, address, {})


def test_a_table_whose_index_has_another_key_is_refused(client: Client, address: Address) -> None:
    wanted = definition(address.table, {})
    del wanted["GlobalSecondaryIndexes"][0]["KeySchema"][1]
    client.create_table(**wanted | {"AttributeDefinitions": wanted["AttributeDefinitions"][:2]})

    with pytest.raises(RegistryError, match=rf"has an index {INDEX} by testStatus \(HASH, S\)$"):
        create(client, address, {})


def test_a_table_that_is_not_ready_is_waited_for_within_bounds(tmp_path: Path) -> None:
    require("dynalite")
    with running("dynalite", tmp_path, creation_ms=1_000) as engine:
        address = Address(table="slow", region="us-east-1", endpoint=engine["AWS_ENDPOINT_URL_DYNAMODB"])
        client = connect(address, engine)

        with pytest.raises(RegistryError) as impatient:
            create(client, address, {}, patience=0)
        create(client, address, {})
        status = client.describe_table(TableName="slow")["Table"]["TableStatus"]

    assert (str(impatient.value), impatient.value.hint) == (
        f"the CI table {address} is still not ready",
        "run it again: it goes on where it was",
    )
    assert status == "ACTIVE"


def test_the_template_is_the_same_in_yaml_and_in_json() -> None:
    described = template("ci-table", {"owner": "a: #b", "yes": "no"})

    assert yaml.safe_load(template_yaml(described)) == described
    assert json.loads(template_json(described)) == described


def test_the_outcome_is_shown_part_by_part() -> None:
    address = Address(table="ci-table", region="us-east-1")
    parts = (
        TablePart("key", "configId (HASH, S)", PartState.AGREES),
        TablePart("billing", "on demand", PartState.DIFFERS),
        TablePart("point-in-time recovery", "on", PartState.UNKNOWN),
        TablePart("tags", "team=\x1b[31m", PartState.MADE),
    )

    assert as_text(CreatedTable(address, parts, created=False, rehearsal=False)) == (
        "found the CI table ci-table in us-east-1\n"
        "  key                     configId (HASH, S)  agrees\n"
        "  billing                 on demand           differs, and was left as it is\n"
        "  point-in-time recovery  on                  not known: this endpoint does not offer it\n"
        "  tags                    team=\\x1b[31m       made\n"
    )
    assert as_text(CreatedTable(address, parts[-1:], created=True, rehearsal=True)) == (
        "would create the CI table ci-table in us-east-1\n  tags  team=\\x1b[31m  to be made\n"
    )


def states(outcome: CreatedTable) -> dict[str, PartState]:
    return {part.name: part.state for part in outcome.parts}


def described(client: Client, address: Address) -> dict[str, Any]:
    """The table as it is, in the words in which it is created."""
    table = client.describe_table(TableName=address.table)["Table"]
    (index,) = table["GlobalSecondaryIndexes"]
    return {
        "TableName": table["TableName"],
        "AttributeDefinitions": sorted(
            table["AttributeDefinitions"],
            key=lambda attribute: ["configId", "testStatus", "lastTestTimestamp"].index(attribute["AttributeName"]),
        ),
        "KeySchema": table["KeySchema"],
        "GlobalSecondaryIndexes": [{name: index[name] for name in ("IndexName", "KeySchema", "Projection")}],
        "BillingMode": table["BillingModeSummary"]["BillingMode"],
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags(client, address).items())],
    }


def tags(client: Client, address: Address) -> dict[str, str]:
    arn = client.describe_table(TableName=address.table)["Table"]["TableArn"]
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_of_resource(ResourceArn=arn)["Tags"]}


def point_in_time_recovery(client: Client, address: Address) -> str:
    backups = client.describe_continuous_backups(TableName=address.table)["ContinuousBackupsDescription"]
    return str(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])
