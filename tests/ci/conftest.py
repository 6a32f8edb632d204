"""The CI table's tests run on both engines, each started once by every worker; every test has a table of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from uuid import uuid4

import pytest

from registry_tool.ci.dynamodb.client import Address, Client, connect
from registry_tool.ci.dynamodb.creation import create
from tests.engines import ENGINES, require, running


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine it is."""
    name: str = request.param
    require(name)
    return name


@pytest.fixture(scope="session")
def engine(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A running engine, as the environment variables that lead to it."""
    with running(engine_name, tmp_path_factory.mktemp(engine_name)) as environment:
        yield environment


@pytest.fixture(scope="session")
def client(engine: Mapping[str, str]) -> Client:
    """A client for the engine, for any table in it."""
    with pytest.MonkeyPatch.context() as patch:
        # The home folder is a test's own; this is made before the first test.
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        return connect(_address("any", engine), engine)


@pytest.fixture
def address(engine: Mapping[str, str]) -> Address:
    """The address of a table that does not exist."""
    return _address(f"table-{uuid4().hex}", engine)


@pytest.fixture
def table(address: Address, client: Client) -> Address:
    """The address of an empty table."""
    create(client, address, {})
    return address


def _address(table: str, engine: Mapping[str, str]) -> Address:
    return Address(table=table, region=engine["AWS_REGION"], endpoint=engine["AWS_ENDPOINT_URL_DYNAMODB"])
