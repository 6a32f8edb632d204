"""What the tests of a sync share: registries of many records, items as they are, and a harness that tests them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from registry_tool.api import sync
from registry_tool.api.context import Context
from registry_tool.api.sync import Synced, SyncWish
from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.dynamodb.wire import from_wire
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import REALTIME, Document, Json, config_id
from registry_tool.record.layout import record_path
from tests.trail.registries import NOON, commit, new_registry

EXAMPLES = Path(__file__).parents[2] / "examples"


def _load_harness() -> Any:  # noqa: ANN401  a module of the examples, which are not typed
    spec = importlib.util.spec_from_file_location("harness", EXAMPLES / "ci-harness" / "harness.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = module
    spec.loader.exec_module(module)
    return module


harness = _load_harness()
"""The stand-in for a harness that the examples have: it does what docs/guides/ci-table.md says."""


def document(number: int, **fields: Json) -> Document:
    """A valid record; no two numbers share a configId."""
    model = f"example/model-{number}"
    key = config_id(
        deployment_config="transformers-vllm",
        model_name=model,
        instance_type="ml.g5.xlarge",
        aws_region="us-east-1",
        deployment_target=REALTIME,
        ic_count=1,
        adapter_count=0,
    )
    return {
        "schemaVersion": 1,
        "configId": key,
        "projectName": f"project-{number}",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": model,
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": REALTIME,
        "buildStrategy": "codebuild-submit",
        "baseImage": "vllm/vllm-openai:v0.8.5",
        "icList": [{"name": "default", "image": "image", "gpuCount": 1, "copyCount": 1}],
        "status": "success",
        "notes": f"Number {number}",
        "registeredAt": "2026-03-01T12:00:00Z",
        **fields,
    }


def put(root: Path, documents: Iterable[Document]) -> str:
    """Commit records; the new commit's id."""
    return commit(root, {record_path(str(one["configId"])): to_yaml(one) for one in documents})


def registry_of(folder: Path, documents: Iterable[Document]) -> Path:
    """A new registry of these records."""
    root = new_registry(folder)
    put(root, documents)
    return root


def context(root: Path, environment: Mapping[str, str], at: datetime = NOON) -> Context:
    """A context in which a sync of the registry reaches an engine."""
    return Context(environment=environment, directory=root, registry=root, clock=lambda: at, tell=pytest.fail)


def apply(root: Path, environment: Mapping[str, str], table: Address, **wish: Any) -> Synced:  # noqa: ANN401  of Wish
    """Sync; the test fails if that does."""
    done = sync.apply(context(root, environment), SyncWish(table=table.table, **wish), on_done=lambda *_: None)
    if done.error:
        raise done.error
    return done


def kinds(synced: Synced) -> dict[str, int]:
    """How many changes there are of each kind."""
    changes = synced.survey.changes
    return {str(kind): sum(one.kind == kind for one in changes) for kind in dict.fromkeys(one.kind for one in changes)}


def items(client: Client, table: Address) -> dict[str, dict[str, Json]]:
    """All items as plain data, by configId."""
    found: dict[str, dict[str, Json]] = {}
    start: dict[str, Any] = {}
    while True:
        page = client.scan(TableName=table.table, ConsistentRead=True, **start)
        found |= {str(item["configId"]["S"]): from_wire(item) for item in page["Items"]}
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def set_attributes(client: Client, table: Address, key: str, **attributes: str) -> None:
    """Change an item as anyone may who has the right to."""
    client.update_item(
        TableName=table.table,
        Key={"configId": {"S": key}},
        UpdateExpression="SET " + ",".join(f"#{name}=:{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in attributes.items()},
    )
