"""The harness that the generator ships, against our items: its scanner, its config loader and its update commands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.record.identity import Json
from tests.ci.syncing import apply, document, items, put, registry_of, set_attributes
from tests.programs import TIME_LIMIT, run_registry

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "tests/live/generator/node_modules/@aws/ml-container-creator"
AWS_CLI = ROOT / "build" / "awscli" / "bin"
KEY = str(document(0)["configId"])


@pytest.fixture(autouse=True)
def shipped() -> None:
    """Skip the test if the generator or the AWS CLI is not installed; where CI is set, fail it."""
    needed = (GENERATOR / "package.json", AWS_CLI / "aws", ROOT / "tests/ci/node_modules/esbuild")
    if missing := [str(one.relative_to(ROOT)) for one in needed if not one.exists()]:
        reason = f"{missing[0]} is not installed: make engines"
        (pytest.fail if "CI" in os.environ else pytest.skip)(reason)


def node(what: str, *words: str, engine: Mapping[str, str], table: Address, home: Path) -> Any:  # noqa: ANN401  JSON
    done = subprocess.run(
        ["node", ROOT / "tests/ci/shipped.mjs", GENERATOR, what, *words],
        env={"PATH": os.environ["PATH"], "HOME": str(home), **engine, "CI_TABLE_NAME": table.table},
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_scanner_finds_every_item_that_is_in_sync_and_untested_and_none_that_is_suspended(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(
        tmp_path / "registry", [document(number, buildStrategy="docker-in-docker") for number in range(4)]
    )
    # As the generator's `do/register --benchmark-status` makes an item.
    set_attributes(client, table, KEY, lastBenchmarkStatus="completed")
    apply(root, engine, table)
    set_attributes(client, table, str(document(1)["configId"]), testStatus="suspended")
    set_attributes(client, table, str(document(2)["configId"]), testStatus="fail-deploy_test")

    found = {one["configId"]: one for one in node("scan", engine=engine, table=table, home=tmp_path)}

    assert set(found) == {KEY, str(document(3)["configId"])}
    assert found[KEY]["buildStrategy"] == "docker-in-docker"
    assert found[KEY]["configJson"] == items(client, table)[KEY]["configJson"]


def test_the_config_loader_reproduces_the_deployment_with_its_environment(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    environment: Json = {"LOG_LEVEL": "debug", "VLLM_MAX_MODEL_LEN": "4096"}
    root = registry_of(
        tmp_path / "registry", [document(0, icEnvironment=environment, icConfig={"gpuCount": 2, "copyCount": 1})]
    )
    apply(root, engine, table)
    text = str(items(client, table)[KEY]["configJson"])

    loaded = node("load", text, engine=engine, table=table, home=tmp_path)

    assert loaded["icEnvVars"] == environment
    assert (loaded["icGpuCount"], loaded["modelName"], loaded["deploymentConfig"]) == (
        2,
        "example/model-0",
        "transformers-vllm",
    )


def test_a_late_result_of_its_update_commands_is_seen_to_be_outdated_and_the_next_one_is_believed(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", [document(0)])

    def run(*words: str) -> str:
        done = run_registry(*words, "--registry", str(root), "--ci-table", table.table, cwd=root, env=engine)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("sync", "apply")
    put(root, [document(0, baseImage="x:1")])
    run("sync", "apply")

    update(engine, table, tmp_path, began_ago=842)
    (late,) = json.loads(run("ci", "report", "--format", "json"))["records"]
    run("sync", "apply")
    untested = items(client, table)[KEY]
    set_attributes(client, table, KEY, contentAt="2026-01-01T00:00:00Z", createdAt="2025-01-01T00:00:00Z")
    update(engine, table, tmp_path, began_ago=842, failed="deploy_test")
    (fresh,) = json.loads(run("ci", "report", "--format", "json", "--failures"))["failures"]

    assert (late["testStatus"], late["state"], late["flags"]) == ("pass", "untested", ["outdated"])
    assert (untested["testStatus"], untested["errorMessage"]) == ("untested", "")
    assert (fresh["testStatus"], fresh["stage"], fresh["errorSummary"]) == (
        "fail-deploy_test",
        "deploy_test",
        'no "GPU" left',
    )


def command(line: Any) -> str:  # noqa: ANN401  what YAML made of it
    """A line of the buildspec; one with a colon in it is a mapping to YAML, and a command to CodeBuild."""
    return line if isinstance(line, str) else "".join(f"{name}: {value}" for name, value in line.items())


def update(engine: Mapping[str, str], table: Address, home: Path, *, began_ago: int, failed: str = "") -> None:
    """Run the commands of the build's Update stage, after a build that began so many seconds ago."""
    phases = yaml.safe_load((GENERATOR / "infra/ci-harness/buildspec.yml").read_text())["phases"]
    install = [line for line in map(command, phases["install"]["commands"]) if not line.startswith("npm ")]
    finish = [*map(command, phases["post_build"]["commands"])]
    start = next(number for number, line in enumerate(finish) if "Stage: Update" in line)
    situation = [f"BUILD_START_TIME=$(($(date +%s) - {began_ago}))"]
    if failed:
        situation += [
            f"FIRST_FAILURE={failed}",
            f"{failed.upper()}_STATUS=fail",
            f"{failed.upper()}_ERROR_SUMMARY='no \"GPU\" left'",
        ]
    done = subprocess.run(
        ["bash", "-c", "\n".join([*install, *situation, *finish[start:], 'test "$UPDATE_STATUS" = pass'])],
        env={
            "PATH": f"{AWS_CLI}:{os.environ['PATH']}",
            "HOME": str(home),
            **engine,
            "CI_TABLE_NAME": table.table,
            "CI_LOG_GROUP": "group",
            "CONFIG_ID": KEY,
        },
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
