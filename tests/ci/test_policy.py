"""The policy of the template allows what a sync job calls, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry_tool.ci.dynamodb.client import Address
from registry_tool.ci.dynamodb.template import template
from tests.ci.proxy import standing_before
from tests.programs import run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_policy_allows_exactly_the_calls_that_are_made(
    engine: Mapping[str, str], table: Address, tmp_path: Path
) -> None:
    described: Any = template(table.table, {})
    (statement,) = described["Resources"]["SyncPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    shutil.copytree(EXAMPLES / "example-http-flask", tmp_path / "example-http-flask")
    run_registry("init", "registry", cwd=tmp_path)

    with standing_before(engine) as (proxy, way):
        environment = {**way, "CI_TABLE_NAME": table.table, "REGISTRY_PATH": str(tmp_path / "registry")}
        codes = [
            run_registry(*words.split(), cwd=tmp_path, env=environment).returncode
            for words in (
                "register --project-dir example-http-flask --ci",
                "register --project-dir example-http-flask --notes again",
                "sync apply",
                "remove example-http-flask",
                "sync apply --prune",
                "list --ci",
                "ci report",
            )
        ]

    assert codes == [0] * len(codes)
    assert statement["Action"] == sorted(f"dynamodb:{call}" for call in proxy.calls)
