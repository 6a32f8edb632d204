"""Files as ml-container-creator wrote them: its own `registry log` made the entry that these are built after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from registry_tool.record.identity import Document, Json

QWEN = "ec3f1a0072d1b3d4"
FLASK = "be82fdeac39025da"


def entry(timestamp: str = "2026-03-01T12:00:00.520Z", **parts: object) -> Document:
    """An entry; `parts` replace what its groups say, by the name in the group."""
    made: Document = {
        "timestamp": timestamp,
        "status": str(parts.pop("status", "success")),
        "deployment": {
            "deploymentConfig": "transformers-vllm",
            "architecture": "transformers",
            "backend": "vllm",
            "baseImage": "vllm/vllm-openai:v0.8.5",
            "deploymentTarget": "realtime-inference",
            "buildTarget": "codebuild",
            "icList": [{"name": "default", "image": "qwen-chat-latest", "gpuCount": 1, "copyCount": 1}],
        },
        "model": {"modelName": "Qwen/Qwen3-4B", "modelFormat": None},
        "infrastructure": {"instanceType": "ml.g5.xlarge", "region": "us-east-1", "roleArn": None},
        "configuration": {"parameters": {"HF_MODEL_ID": "Qwen/Qwen3-4B", "VLLM_MAX_MODEL_LEN": "4096"}},
        "outcome": {"notes": None},
        "metadata": {"generatorVersion": "1.5.2", "source": "local", "importedFrom": None},
    }
    for name, value in parts.items():
        group = next(group for group in made.values() if isinstance(group, dict) and name in group)
        group[name] = cast("Json", value)
    made["id"] = hashlib.sha256(f"{timestamp}:{name_of(made)}".encode()).hexdigest()[:8]
    return made


def name_of(made: Document) -> str:
    deployment = made["deployment"]
    assert isinstance(deployment, dict)
    return str(deployment["deploymentConfig"])


def write(file: Path, entries: Sequence[object], form: str = "envelope") -> Path:
    """The file with these entries: `envelope`, `array` (its first form), or `export`."""
    heads: dict[str, dict[str, object]] = {
        "envelope": {"schemaVersion": "2026-03-20"},
        "export": {"version": "1.0", "exportedAt": "2026-04-01T00:00:00.000Z", "exportedBy": "anonymous"},
    }
    whole = list(entries) if form == "array" else {**heads[form], "entries": list(entries)}
    file.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return file
