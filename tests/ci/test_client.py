"""Which table is meant, and what every failure of it is called."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, PartialCredentialsError, ReadTimeoutError

from registry_tool.ci.dynamodb.client import Address, Client, address, connect, explain, explained, failure
from registry_tool.ci.table import TableFailure
from registry_tool.errors import RegistryError, UsageError
from registry_tool.rules.settings import Settings

CI_TABLE = Address(table="ci-table", region="us-east-1")


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
    with pytest.raises(RegistryError) as missing, explained(address):
        client.describe_table(TableName=address.table)

    assert str(missing.value) == f"there is no CI table {address}"
    assert missing.value.hint == (
        f"create it: registry table create --ci-table {address.table}, or name its region: AWS_REGION or ciTable.region"
    )


def test_every_call_is_tried_ten_times_in_standard_mode(client: Client) -> None:
    retries = client.meta.config.retries  # type: ignore[attr-defined]

    assert (retries["mode"], retries["total_max_attempts"]) == ("standard", 10)


def test_keys_come_from_the_environment_that_is_passed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the process")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the process")
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}

    client: Any = connect(CI_TABLE, keys)

    found = client._request_signer._credentials  # noqa: SLF001  botocore tells nobody else
    assert (found.access_key, found.secret_key, found.token) == ("key", "secret", "token")


def answer(code: str, message: str = "", *, status: int = 400) -> ClientError:
    """The exception that an answer of DynamoDB becomes."""
    said: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, "UpdateItem")


@pytest.mark.parametrize(
    ("error", "found", "says"),
    [
        (
            answer("AccessDeniedException", "User: arn:aws:iam::1:user/ci is not authorized"),
            TableFailure.DENIED,
            "AWS does not allow this on {}: AccessDeniedException, User: arn:aws:iam::1:user/ci is not authorized",
        ),
        (
            answer("ThrottlingException", "too fast"),
            TableFailure.THROTTLED,
            "{} is throttled, and still was after 10 tries: ThrottlingException, too fast",
        ),
        (
            answer("ExpiredTokenException", "it is expired"),
            TableFailure.CREDENTIALS,
            "AWS does not accept who asks for {}: ExpiredTokenException, it is expired",
        ),
        (
            answer("ConditionalCheckFailedException"),
            TableFailure.CONDITION,
            "an item of {} was changed by someone else meanwhile",
        ),
        (answer("InternalServerError", status=500), TableFailure.LOST, "{} did not answer: InternalServerError"),
        (answer("ValidationException", "no"), TableFailure.OTHER, "{} cannot be used: ValidationException, no"),
        (
            ReadTimeoutError(endpoint_url="http://user:secret@localhost:1"),
            TableFailure.LOST,
            '{} did not answer: Read timeout on endpoint URL: "http://localhost:1"',
        ),
        (
            EndpointConnectionError(endpoint_url="http://localhost:1"),
            TableFailure.UNREACHABLE,
            '{} cannot be reached: Could not connect to the endpoint URL: "http://localhost:1"',
        ),
        (
            PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            TableFailure.CREDENTIALS,
            "AWS does not accept who asks for {}: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        ),
    ],
)
def test_each_failure_has_its_words_and_a_hint(error: Exception, found: TableFailure, says: str) -> None:
    explanation = explain(error, CI_TABLE)

    assert (failure(error), bool(explanation.hint)) == (found, True)
    assert str(explanation) == says.format("the CI table ci-table in us-east-1")


def test_what_did_not_come_from_botocore_is_not_explained_away() -> None:
    with pytest.raises(KeyError), explained(CI_TABLE):
        raise KeyError


def test_an_engine_survives_a_client_that_is_killed_in_the_middle_of_a_request(
    engine: Mapping[str, str], client: Client, address: Address
) -> None:
    host, port = engine["AWS_ENDPOINT_URL_DYNAMODB"].removeprefix("http://").split(":")
    for _ in range(5):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
            # Closed with a reset, as the kernel does it for a process that is killed with data unread.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with pytest.raises(RegistryError, match="there is no CI table"), explained(address):
        client.describe_table(TableName=address.table)
