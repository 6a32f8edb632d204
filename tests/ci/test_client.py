"""Which table is meant, and what every failure of it is called."""

from __future__ import annotations

import pytest

from registry_tool.ci.client import Address, Client, address, explain
from registry_tool.errors import RegistryError, UsageError
from registry_tool.settings import Settings


def test_the_option_wins_over_the_environment_and_that_over_the_settings() -> None:
    settings = Settings(ci_table="from-settings")
    environment = {"CI_TABLE_NAME": "from-environment"}

    assert address("from-option", environment, settings).table == "from-option"
    assert address("", environment, settings).table == "from-environment"
    assert address("", {}, settings).table == "from-settings"
    assert address("", {}, Settings()).table == "mlcc-ci-table"


def test_a_name_that_is_none_is_refused_with_where_it_came_from() -> None:
    with pytest.raises(UsageError, match="CI_TABLE_NAME is not the name of a DynamoDB table: 'a b'"):
        address("", {"CI_TABLE_NAME": "a b"}, Settings())
    with pytest.raises(UsageError, match="--ci-table is not the name"):
        address("x", {}, Settings())


def test_the_region_is_the_registry_s_else_the_environment_s() -> None:
    environment = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}

    assert address("", environment, Settings(ci_region="eu-north-1")).region == "eu-north-1"
    assert address("", environment, Settings()).region == "eu-west-1"
    assert address("", {"AWS_DEFAULT_REGION": "eu-west-2"}, Settings()).region == "eu-west-2"


def test_an_address_is_shown_without_the_endpoint_s_password() -> None:
    shown = str(Address(table="ci-table", region="us-east-1", endpoint="http://user:secret@localhost:8000"))

    assert shown == "ci-table in us-east-1 at http://localhost:8000"


def test_without_a_table_the_error_says_how_to_create_it(client: Client, address: Address) -> None:
    said = words(client, address)

    assert str(said) == f"there is no CI table {address}"
    assert said.hint.startswith(f"create it: registry table create --ci-table {address.table};")


def words(client: Client, address: Address) -> RegistryError:
    """What the failure of a call is called."""
    with pytest.raises(Exception, match=r".") as caught:
        client.describe_table(TableName=address.table)
    return explain(caught.value, address)
