"""The nearest record that works, what a model lacks, and what nobody has looked after."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry_tool.index.near import POINTS, WantedConfiguration, differences, distance
from registry_tool.index.query import Summary
from registry_tool.index.stale import find_stale
from registry_tool.record.identity import Json
from tests.programs import run_registry
from tests.trail.registries import NOON, minimal, new_registry, put

LLM = {"deploymentConfig": "transformers-vllm", "architecture": "transformers", "backend": "vllm"}
IDS = {name: f"{number}" * 16 for number, name in enumerate(("wanted", "size", "family", "region", "failed", "other"))}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Records of one model on several instances, one that failed, and one of another model and engine."""
    folder = new_registry(tmp_path / "registry")
    common = {**LLM, "modelName": "Qwen/Qwen3-4B", "baseImage": "vllm:v0.8.5"}
    records: dict[str, dict[str, Json]] = {
        "wanted": {"instanceType": "ml.g5.xlarge", "status": "failed", "parameters": {"VLLM_MAX_MODEL_LEN": "4096"}},
        "size": {"instanceType": "ml.g5.2xlarge", "parameters": {"VLLM_MAX_MODEL_LEN": "8192", "VLLM_SEED": "1"}},
        "family": {"instanceType": "ml.g6.xlarge", "parameters": {"VLLM_MAX_MODEL_LEN": "4096"}},
        "region": {"instanceType": "ml.g5.xlarge", "awsRegion": "eu-west-1", "parameters": {"VLLM_MAX_MODEL_LEN": "1"}},
        "failed": {"instanceType": "ml.g5.xlarge", "status": "failed"},
        "other": {
            "modelName": "BAAI/bge-m3",
            "backend": "sglang",
            "deploymentConfig": "transformers-sglang",
            "instanceType": "ml.p5.48xlarge",
            "awsRegion": "us-west-2",
            "baseImage": "sglang:v0.4",
        },
    }
    for name, more in records.items():
        own = {"status": "success", **common, **more, "configId": IDS[name], "projectName": name}
        put(folder, {**minimal(), **own})
    return folder


def near(root: Path, *words: str) -> list[tuple[str, int]]:
    """The projects that are found, and how far each is."""
    done = run_registry("near", *words, "--format", "jsonl", cwd=root)
    assert done.returncode == 0, done.stderr
    return [(one["projectName"], one["points"]) for one in map(json.loads, done.stdout.splitlines())]


def test_the_nearest_that_work_come_first_without_what_failed_and_the_record_itself(root: Path) -> None:
    assert near(root, "wanted") == [("region", 2), ("size", 4), ("family", 4), ("other", 22)]


def test_a_configuration_need_not_be_registered(root: Path) -> None:
    words = ["--model", "qwen3-4b", "--instance-type", "ml.g6.48xlarge", "--region", "us-east-1"]

    assert near(root, *words, "--limit", "3") == [("family", 2), ("size", 4), ("region", 5)]
    assert near(root, "--backend", "sglang") == [("other", 0), ("size", 8), ("family", 8), ("region", 8)]


def test_each_says_what_it_has_otherwise(root: Path) -> None:
    done = run_registry("near", "wanted", "--limit", "2", cwd=root)

    assert done.stdout == (
        "POINTS  CONFIG ID         PROJECT  MODEL          INSTANCE       REGION     DIFFERS IN\n"
        f"2       {IDS['region']}  region   Qwen/Qwen3-4B  ml.g5.xlarge   eu-west-1  "
        "awsRegion eu-west-1, parameters.VLLM_MAX_MODEL_LEN 1\n"
        f"4       {IDS['size']}  size     Qwen/Qwen3-4B  ml.g5.2xlarge  us-east-1  "
        "instanceType ml.g5.2xlarge, parameters.VLLM_MAX_MODEL_LEN 8192, parameters.VLLM_SEED 1\n"
    )


def test_what_other_models_run_on_is_missing(root: Path) -> None:
    of_a_record = run_registry("near", "wanted", "--missing", cwd=root)
    by_name = run_registry("near", "--missing", "--model", "bge", "--json", cwd=root)

    assert of_a_record.stdout == (
        f"ENGINE  FAMILY  REGION     RECORDS  SUCH AS\nsglang  ml.p5   us-west-2  1        {IDS['other']}\n"
    )
    assert [(one["family"], one["region"], one["records"]) for one in json.loads(by_name.stdout)["combinations"]] == [
        ("ml.g5", "eu-west-1", 1),
        ("ml.g5", "us-east-1", 1),
        ("ml.g6", "us-east-1", 1),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            [],
            (
                "error: what to be near to is either a record or a configuration\n"
                "hint: registry near ID; or: registry near --model NAME --instance-type TYPE\n"
            ),
        ),
        (
            ["--missing"],
            "error: --missing is of a model\nhint: name it: --model NAME; or name a record that has one\n",
        ),
        (
            ["--missing", "--region", "us-east-1"],
            "error: --missing is of a model\nhint: name it: --model NAME; or name a record that has one\n",
        ),
    ],
)
def test_what_is_meant_has_to_be_said(root: Path, words: list[str], said: str) -> None:
    done = run_registry("near", *words, cwd=root)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_the_help_says_what_each_field_counts(tmp_path: Path) -> None:
    text = " ".join(run_registry("near", "--help", cwd=tmp_path).stdout.split())

    assert POINTS == {"modelName": 8, "backend": 8, "instanceType": 4, "deploymentTarget": 3, "awsRegion": 1}
    assert (
        "the model or the engine 8, the instance family 4 (another size of it 2), the target 3, the region 1, each "
        "parameter of a record 1 and all of them at most 3."
    ) in text


def test_a_field_that_nobody_asked_for_counts_nothing() -> None:
    summary = Summary(("modelName", "instanceType"), ("Qwen/Qwen3-4B", "ml.p5.48xlarge"))

    found = differences(WantedConfiguration({"modelName": "qwen/qwen3-4b"}), summary)

    assert (found, distance(found)) == ([], 0)


def record(name: str, image: str, *, days: int) -> Summary:
    at = (NOON - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Summary(("configId", "projectName", "registeredAt", "baseImage"), (name, name, at, image))


def test_records_are_stale_by_age_by_their_image_or_by_their_test() -> None:
    records = [
        record("fresh", "vllm:v0.10.0", days=1),
        record("old", "vllm:v0.10.0", days=91),
        record("behind", "vllm:v0.9.0", days=2),
        record("far", "vllm:v0.8.5", days=3),
        record("alone", "acme/vllm:v0.1", days=3),
        record("untested", "", days=4),
    ]

    found = find_stale(records, at=NOON, older_than=timedelta(days=90), tests={"untested": "never tested"})

    assert [(one.summary["configId"], one.days, one.newest, one.newer, one.test) for one in found] == [
        ("old", 91, "", 0, ""),
        ("untested", None, "", 0, "never tested"),
        ("far", None, "v0.10.0", 3, ""),
        ("behind", None, "v0.10.0", 2, ""),
    ]


def test_stale_records_are_listed_with_every_reason(root: Path) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=100)).replace(hour=12, minute=0, second=0, microsecond=0)
    put(root, minimal(configId="a" * 16, projectName="old", baseImage="sglang:v0.3"), at=long_ago)

    done = run_registry("stale", "--project", "old", cwd=root)
    lately = run_registry("stale", "--project", "old", "--older-than", "52w", "--json", cwd=root)

    (line,) = done.stdout.splitlines()[1:]
    assert line.split("  ")[0] == "a" * 16
    assert line.endswith("days; sglang v0.3: 1 record runs newer ones, up to v0.4")
    (one,) = json.loads(lately.stdout)["records"]
    assert (one["daysSinceRegistered"], one["newestVersion"], one["recordsWithNewer"]) == (None, "v0.4", 1)


def test_a_filter_that_matches_nothing_is_explained(root: Path) -> None:
    done = run_registry("stale", "--project", "odl", cwd=root)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no project is called 'odl'\nnothing is stale\n")
