"""`registry table` as its users run it: what it prints, what it refuses, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from registry_tool.ci.dynamodb.client import Address
from tests.programs import TIME_LIMIT, git, run_registry


def test_create_makes_the_table_that_the_registry_names(
    engine: Mapping[str, str], address: Address, tmp_path: Path
) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    settings = tmp_path / "registry" / "registry-data" / "registry.yaml"
    settings.write_text(f"registryFormat: 1\nciTable:\n  name: {address.table}\n  region: us-east-1\n")
    git("commit", "--quiet", "--all", "--message", "Name the table", cwd=tmp_path / "registry")
    run = ["table", "create", "--registry", "registry", "--tag", "team=ml"]

    rehearsal = run_registry(*run, "--dry-run", cwd=tmp_path, env=engine)
    first = run_registry(*run, cwd=tmp_path, env=engine)
    second = run_registry(*run, cwd=tmp_path, env=engine)

    assert [done.returncode for done in (rehearsal, first, second)] == [0, 0, 0]
    assert [done.stdout.splitlines()[0] for done in (rehearsal, first, second)] == [
        f"would create the CI table {address}",
        f"created the CI table {address}",
        f"found the CI table {address}",
    ]
    assert ["  agrees" in done.stdout for done in (rehearsal, first, second)] == [False, False, True]
    assert "  tags                    managedBy=registry-tool, team=ml" in second.stdout


def test_without_a_registry_the_table_is_the_one_that_the_option_or_the_environment_names(tmp_path: Path) -> None:
    by_option = run_registry("table", "template", "--ci-table", "by-option", cwd=tmp_path)
    by_environment = run_registry("table", "template", cwd=tmp_path, env={"CI_TABLE_NAME": "by-environment"})

    assert '      TableName: "by-option"\n' in by_option.stdout
    assert '      TableName: "by-environment"\n' in by_environment.stdout


REGION = {"AWS_REGION": "us-east-1"}


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (
            ["--tag", "team"],
            {},
            ["error: --tag is not KEY=VALUE: 'team'", "hint: for example: --tag team=ml-platform"],
        ),
        (
            ["--ci-table", "a b"],
            {},
            [
                "error: --ci-table is not the name of a DynamoDB table: 'a b'",
                "hint: a name has 3 to 255 letters, digits, '.', '_' and '-'",
            ],
        ),
        (
            [],
            {},
            [
                "error: no AWS region is named for the CI table",
                "hint: set ciTable.region in registry.yaml, or AWS_REGION",
            ],
        ),
        (
            [],
            {**REGION, "AWS_PROFILE": "gone"},
            [
                "error: AWS does not accept who asks for {} in us-east-1: The config profile (gone) could not be found",
                "hint: sign in again, or check the keys or the profile: aws sts get-caller-identity",
            ],
        ),
        (
            [],
            {**REGION, "AWS_EC2_METADATA_DISABLED": "true"},
            [
                "error: AWS does not accept who asks for {} in us-east-1: Unable to locate credentials",
                "hint: sign in again, or check the keys or the profile: aws sts get-caller-identity",
            ],
        ),
        (
            [],
            {**REGION, "AWS_ENDPOINT_URL_DYNAMODB": "localhost"},
            [
                "error: {} in us-east-1 at localhost cannot be used: Invalid endpoint: localhost",
                "hint: check its name, its region and AWS_ENDPOINT_URL_DYNAMODB",
            ],
        ),
    ],
    ids=["tag", "name", "region", "profile", "credentials", "endpoint"],
)
def test_what_cannot_be_meant_or_reached_is_said_in_words(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], says: list[str]
) -> None:
    done = run_registry("table", "create", *arguments, cwd=tmp_path, env=environment)

    assert (done.returncode, done.stdout) == (2 if arguments else 1, "")
    assert done.stderr.splitlines() == [line.format("the CI table mlcc-ci-table") for line in says]


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['botocore'] = None; from registry_tool.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", program, "table", "create"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: the CI table needs botocore, which is not installed\n"
        f"hint: {sys.executable} -m pip install 'botocore>=1.40'\n"
    )


def test_the_template_can_be_of_the_policy_alone_and_trust_the_jobs_of_one_branch(tmp_path: Path) -> None:
    run = ["table", "template", "--policy-only", "--format", "json"]

    github = json.loads(run_registry(*run, "--github", "acme/deployments", cwd=tmp_path).stdout)["Resources"]
    gitlab = json.loads(run_registry(*run, "--gitlab", "a/b/c@prod", cwd=tmp_path).stdout)["Resources"]
    anyone = run_registry(*run, "--github", "acme/*", cwd=tmp_path)

    assert list(github) == ["SyncPolicy", "SyncRole"]
    (policy,) = github["SyncPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert policy["Resource"]["Fn::Sub"].endswith(":table/mlcc-ci-table")
    (trust,) = github["SyncRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:acme/deployments:ref:refs/heads/main",
    }
    (trust,) = gitlab["SyncRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"]["gitlab.com:sub"] == "project_path:a/b/c:ref_type:branch:ref:prod"
    assert (anyone.returncode, anyone.stdout) == (2, "")
