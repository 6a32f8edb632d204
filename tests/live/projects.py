"""Projects of the real generator, and its own scripts, run with the real AWS CLI against a cloud of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "generator"
REPOSITORY = Path(__file__).parents[2]
TIME_LIMIT = 300
"""Seconds. A deployment runs the AWS CLI a dozen times."""

_ROLE = "arn:aws:iam::123456789012:role/sagemaker"
# What an interactive do/deploy asks for, by target. The endpoint's name is replaced at once.
_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "realtime-inference": {"ENDPOINT_NAME": "asked-for"},
    "async-inference": {
        "ASYNC_S3_OUTPUT_PATH": "s3://bucket/out",
        "ASYNC_SNS_SUCCESS_TOPIC": "arn:aws:sns:us-east-1:123456789012:done",
        "ASYNC_SNS_ERROR_TOPIC": "arn:aws:sns:us-east-1:123456789012:failed",
    },
    "hyperpod-eks": {"HP_CLUSTER_NAME": "hp1"},
    "batch-transform": {
        "BATCH_INPUT_PATH": "s3://bucket/in",
        "BATCH_OUTPUT_PATH": "s3://bucket/out",
        "BATCH_INSTANCE_COUNT": "1",
        "BATCH_SPLIT_TYPE": "Line",
        "BATCH_STRATEGY": "MultiRecord",
    },
}


def require() -> None:
    """Skip the test if the generator or the AWS CLI is not installed; where CI is set, fail it."""
    installed = (HERE / "node_modules" / ".installed").exists() and (REPOSITORY / "build/awscli/.installed").exists()
    if not installed or not shutil.which("node"):
        (pytest.fail if "CI" in os.environ else pytest.skip)("the generator or the AWS CLI is missing: make engines")


class Project:
    """A generated project; its scripts see the cloud that `environment` leads to."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *, target: str, options: tuple[str, ...]) -> None:
        """Generate it."""
        self.folder = folder
        path = os.pathsep.join([str(HERE / "bin"), os.environ["PATH"]])
        self._environment = {**os.environ, **environment, "PATH": path, "AWS_PAGER": ""}
        generator = HERE / "node_modules/@aws/ml-container-creator/bin/cli.js"
        self._run(
            *("node", str(generator), "--skip-prompts", "--force", "--project-name", folder.name),
            *("--project-dir", str(folder), "--deployment-config", "transformers-vllm"),
            *("--model-name", "Qwen/Qwen3-4B", "--instance-type", "ml.g5.xlarge", *options),
            cwd=folder.parent,
        )
        self.set(DEPLOYMENT_TARGET=target, INSTANCE_TYPE="ml.g5.xlarge", ROLE_ARN=_ROLE)
        self.set(ECR_REPOSITORY_NAME="ml-container-creator", **_ANSWERS[target])

    def set(self, **variables: str) -> None:
        """Set variables at the end of do/config, as a user does."""
        with (self.folder / "do/config").open("a", encoding="utf-8") as config:
            config.writelines(f'export {name}="{value}"\n' for name, value in variables.items())

    def do(self, script: str, *words: str) -> str:
        """Run one of the project's scripts; the test fails unless it succeeds. What it printed."""
        return self._run(f"./do/{script}", *words, cwd=self.folder)

    def _run(self, *words: str, cwd: Path) -> str:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
            timeout=TIME_LIMIT,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
        return done.stdout
