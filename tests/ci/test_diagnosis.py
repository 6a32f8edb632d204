"""Why a test failed: what the shipped harness writes, and what the registry knows beside it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

from registry_tool.ci.diagnosis import diagnose
from registry_tool.ci.dynamodb.client import Address, Client
from registry_tool.ci.table import ReadItem
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Json
from registry_tool.record.layout import record_path
from registry_tool.redact import REDACTED
from tests.ci.syncing import apply, document, put, registry_of, set_attributes
from tests.programs import git, run_registry

KEY = str(document(0)["configId"])


def stage(status: str, error: str = "") -> Json:
    return {"status": status, "errorSummary": error, "logPointer": f"group:build/{KEY}/20260301-115959"}


def test_the_stage_that_failed_says_why_though_the_state_machine_wrote_over_the_message() -> None:
    results: Json = {"build": stage("pass"), "teardown": stage("fail", "late"), "deploy_test": stage("fail", "no GPU ")}
    message = "Build completed with status: SUCCEEDED"
    row = ReadItem(KEY, {"testStatus": "fail-deploy_test", "errorMessage": message, "stageResults": results})

    why = diagnose(row, None)

    assert (why.stage, why.error, why.log) == ("deploy_test", "no GPU", f"group:build/{KEY}/20260301-115959")


@pytest.mark.parametrize(
    ("message", "error"), [("no time left", "no time left"), ("Build completed with status: X", "")]
)
def test_without_a_stage_that_failed_the_status_and_the_message_are_all_there_is(message: str, error: str) -> None:
    why = diagnose(ReadItem(KEY, {"testStatus": "fail-build", "errorMessage": message, "stageResults": [1]}), None)

    assert (why.stage, why.error, why.log, why.changes) == ("build", error, "", None)


def test_the_person_on_call_is_told_the_stage_the_error_the_log_and_what_changed(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    root = registry_of(tmp_path / "registry", map(document, range(2)))
    apply(root, engine, table)
    set_attributes(client, table, KEY, testStatus="pass", lastTestTimestamp="2026-03-01T12:20:00Z")
    put(root, [document(0, parameters={"VLLM_DTYPE": "half"}, notes="Second")])
    apply(root, engine, table)
    client.update_item(
        TableName=table.table,
        Key={"configId": {"S": KEY}},
        UpdateExpression="SET testStatus = :s, lastTestTimestamp = :t, stageResults = :r, lastBenchmarkStatus = :b",
        ExpressionAttributeValues={
            ":s": {"S": "fail-build"},
            ":t": {"S": "2999-01-01T00:00:00Z"},
            ":b": {"S": "failed"},
            ":r": {"M": {"build": {"M": {"status": {"S": "fail"}, "errorSummary": {"S": "<no> \x1b space"}}}}},
        },
    )

    def run(*words: str) -> str:
        return run_registry(*words, "--registry", str(root), "--ci-table", table.table, cwd=root, env=engine).stdout

    shown = json.loads(run("show", KEY, "--ci", "--format", "json"))
    (failure,) = json.loads(run("ci", "report", "--failures", "--format", "json"))["failures"]
    text = run("ci", "report", "--failures")
    suites = ET.fromstring(run("ci", "report", "--format", "junit"))  # noqa: S314  we wrote it

    assert shown["failedStage"] == "build"
    assert shown["changedSinceLastPass"] == "parameters.VLLM_DTYPE - -> half (passed 2026-03-01T12:20:00Z)"
    assert (failure["stage"], failure["errorSummary"], failure["lastBenchmarkStatus"]) == (
        "build",
        "<no> \x1b space",
        "failed",
    )
    assert failure["changedSince"] == [{"path": "parameters.VLLM_DTYPE", "before": None, "after": "half"}]
    assert f"\n{KEY} project-0 fail-build\n  stage          build\n" in text
    assert "changed since  parameters.VLLM_DTYPE - -> half" in text
    assert [(one.get("tests"), one.get("failures"), one.get("skipped")) for one in suites] == [("2", "1", "1")]
    assert [one.get("message") for one in suites.iter("failure")] == ["<no> \\x1b space"]


def test_a_secret_that_a_harness_printed_or_somebody_committed_is_not_shown(
    engine: Mapping[str, str], client: Client, table: Address, tmp_path: Path
) -> None:
    token, password = "hf_" + "aBc" * 12, "kq7Xw29mLp"
    root = registry_of(tmp_path / "registry", [document(0)])
    apply(root, engine, table)
    set_attributes(client, table, KEY, testStatus="pass", lastTestTimestamp="2026-03-01T12:20:00Z")
    by_hand = document(0, icEnvironment={"DB_PASSWORD": password, "VLLM_DTYPE": "half"})
    (root / record_path(KEY)).write_bytes(to_yaml(by_hand))
    git("commit", "--quiet", "--all", "--message", "by hand", cwd=root)
    apply(root, engine, table)
    set_attributes(
        client,
        table,
        KEY,
        testStatus="fail-build",
        lastTestTimestamp="2999-01-01T00:00:00Z",
        errorMessage=f"cannot pull with {token}: 401",
    )

    words = ("--registry", str(root), "--ci-table", table.table)
    shown = run_registry("show", KEY, "--ci", "--format", "json", *words, cwd=root, env=engine).stdout
    reports = [
        run_registry("ci", "report", "--failures", *options, *words, cwd=root, env=engine).stdout
        for options in ((), ("--format", "json"), ("--format", "junit"))
    ]

    assert json.loads(shown)["errorSummary"] == f"cannot pull with {REDACTED}: 401"
    assert json.loads(shown)["changedSinceLastPass"].startswith(
        f"icEnvVars.DB_PASSWORD - -> {REDACTED}; icEnvVars.VLLM_DTYPE - -> half"
    )
    assert [f"cannot pull with {REDACTED}: 401" in one for one in reports] == [True, True, True]
    assert not any(secret in text for secret in (token, password) for text in (shown, *reports))
