"""The second engine: moto's server, which we did not write. It has endpoints, models and jobs, and no components."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from registry_tool.live import client as live_client
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from tests.engines import running
from tests.live.cloud import Cloud
from tests.live.fleet import deploy, document
from tests.programs import run_here
from tests.trail.registries import commit, new_registry

_MEMBERS = {
    "CreateModel": "create_model",
    "CreateEndpointConfig": "create_endpoint_config",
    "CreateEndpoint": "create_endpoint",
    "CreateTransformJob": "create_transform_job",
}


class Moto(Cloud):
    """The calls of a deployment, carried to moto."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401  botocore's
        """Carry them through this client."""
        super().__init__()
        self._client = client

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry one call; what moto answers."""
        found: dict[str, Any] = getattr(self._client, _MEMBERS[operation])(**request)
        return found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A running server, as the environment variables that lead to it."""
    with running("moto", tmp_path) as environment:
        url = environment["AWS_ENDPOINT_URL_DYNAMODB"]
        yield {**environment, "AWS_ENDPOINT_URL_SAGEMAKER": url, "AWS_ENDPOINT_URL_STS": url}


def fleet(engine: Mapping[str, str]) -> list[Document]:
    """What moto can run: an asynchronous endpoint, a batch transform, a marketplace endpoint. It knows older types."""
    client = botocore.session.Session().create_client(
        "sagemaker",
        region_name="us-east-1",
        endpoint_url=engine["AWS_ENDPOINT_URL_SAGEMAKER"],
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  moto takes any
    )
    common: dict[str, Any] = {"instanceType": "ml.g4dn.xlarge"}
    records = (
        document(1, projectName="later", deploymentTarget="async-inference", **common),
        document(2, projectName="nightly", deploymentTarget="batch-transform", **common),
    )
    return [deploy(Moto(client), one) for one in records]


def test_what_it_runs_is_as_registered(
    engine: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_client, "ATTEMPTS", 1)  # it answers a list of components with a failure of the server
    root = new_registry(tmp_path / "registry")
    commit(root, {record_path(str(one["configId"])): to_yaml(one) for one in fleet(engine)})

    words = ("live", "status", "--registry", str(root), "--rate", "0", "--no-orphans", "--format", "json")
    code, said = run_here(*words, cwd=root, env=engine)

    records = json.loads(said[: said.rindex("}") + 1])["records"]
    assert {one["projectName"]: one["match"] for one in records} == {"later": "as-registered", "nightly": "finished"}
    assert "the inference components of account 123456789012, us-east-1 were not all read" in said
    assert code == 0
