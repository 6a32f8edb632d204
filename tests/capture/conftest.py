"""A project to capture: complete, small, and to be bent by the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

MakeProject: TypeAlias = Callable[..., Path]

_VARIABLES = {
    "PROJECT_NAME": "demo",
    "DEPLOYMENT_CONFIG": "transformers-vllm",
    "MODEL_NAME": "Qwen/Qwen3-4B",
    "AWS_REGION": "us-east-1",
    "DEPLOYMENT_TARGET": "realtime-inference",
    "INSTANCE_TYPE": "ml.g5.xlarge",
}


@pytest.fixture
def environment() -> dict[str, str]:
    """The caller's environment: as good as empty."""
    return {"PATH": os.environ["PATH"]}


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Write a project: its usual variables, changed by keyword (None: not set), `more` lines, and other `files`."""

    def make(more: str = "", files: Mapping[str, str] | None = None, **changed: str | None) -> Path:
        variables = {**_VARIABLES, **changed}
        lines = [f"export {name}='{value}'" for name, value in variables.items() if value is not None]
        config = "\n".join([*lines, more, ""])
        folder = tmp_path / "project"
        for name, text in {"do/config": config, **(files or {})}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    return make
