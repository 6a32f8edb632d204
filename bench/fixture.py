"""Registries to measure on: any number of records, each a commit of its own, the same bytes on every run."""

from __future__ import annotations

import json
import subprocess
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import REALTIME, Document, config_id
from registry_tool.record.layout import MARKER, record_path

_DEPLOYMENTS = ("transformers-vllm", "transformers-sglang", "transformers-lmi", "diffusors-vllm-omni", "http-flask")
_INSTANCES = ("ml.g5.xlarge", "ml.g5.12xlarge", "ml.g6.2xlarge", "ml.p4d.24xlarge")
_REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
_STATUSES = ("success", "success", "success", "partial", "failed")
_EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z


def build_registry(folder: Path, size: int, environment: Mapping[str, str]) -> None:
    """A packed and checked-out git repository in `folder`: the registry's marker, then `size` commits of one record."""
    folder.mkdir()

    def git(*arguments: str, data: bytes = b"") -> None:
        subprocess.run(["git", *arguments], cwd=folder, env=environment, input=data, check=True)

    git("init", "-q", "-b", "main")
    git("fast-import", "--quiet", "--done", data=commit_stream(size))
    git("reset", "-q", "--hard")
    git("gc", "-q")


def build_pull_request(folder: Path, size: int, environment: Mapping[str, str]) -> None:
    """A branch `change` of a registry: `size` commits, each of which upgrades the image of one record."""
    commits = bytearray(b"reset refs/heads/change\nfrom refs/heads/main^0\n\n")
    for number in range(size):
        document = {**_document(number), "baseImage": "example/serving:v1.0.0", "notes": f"Upgrade {number}"}
        path = record_path(str(document["configId"]))
        commits += _commit(size + number, f"Upgrade {number}\n", path, to_yaml(document), branch="change")
    arguments = ["git", "fast-import", "--quiet", "--done", "--force"]
    subprocess.run(arguments, cwd=folder, env=environment, input=bytes(commits) + b"done\n", check=True)


def commit_stream(size: int) -> bytes:
    """What `git fast-import` makes such a registry of."""
    return b"".join(_commits(size)) + b"done\n"


def old_registry(size: int) -> bytes:
    """The same records as ml-container-creator kept them in its registry.json."""
    from registry_tool.transfer.mlcc import to_entry

    entries = [to_entry(_document(number)) for number in range(size)]
    return json.dumps({"schemaVersion": "2026-03-20", "entries": entries}, indent=2).encode()


def record_file(number: int, *, notes: str = "") -> tuple[str, bytes]:
    """The path and the content of record `number`; no two numbers share a configId."""
    document = _document(number)
    if notes:
        document["notes"] = notes
    return record_path(str(document["configId"])), to_yaml(document)


def _commits(size: int) -> Iterator[bytes]:
    yield _commit(0, "Start the registry\n", MARKER, b"registryFormat: 1\n")
    for number in range(size):
        path, content = record_file(number)
        document = _document(number)
        trailers = f"Config-Id: {document['configId']}\nStatus: {document['status']}\nRegistry-Format: 1\n"
        yield _commit(number, f"{document['notes']}\n\n{trailers}", path, content)


def _commit(number: int, message: str, path: str, content: bytes, *, branch: str = "main") -> bytes:
    text = message.encode()
    return (
        b"commit refs/heads/%s\n"
        b"committer Ada Lovelace <ada@example.org> %d +0000\n"
        b"data %d\n%s"
        b"M 100644 inline %s\n"
        b"data %d\n%s\n"
    ) % (branch.encode(), _EPOCH + number, len(text), text, path.encode(), len(content), content)


def _document(number: int) -> Document:
    deployment = _pick(_DEPLOYMENTS, number)
    architecture, _, backend = deployment.partition("-")
    model, instance, region = f"example/model-{number}", _pick(_INSTANCES, number), _pick(_REGIONS, number)
    project = f"project-{number // 3}"
    key = config_id(
        deployment_config=deployment,
        model_name=model,
        instance_type=instance,
        aws_region=region,
        deployment_target=REALTIME,
        ic_count=1,
        adapter_count=0,
    )
    return {
        "schemaVersion": 1,
        "configId": key,
        "projectName": project,
        "deploymentConfig": deployment,
        "architecture": architecture,
        "backend": backend,
        "modelName": model,
        "instanceType": instance,
        "awsRegion": region,
        "deploymentTarget": REALTIME,
        "buildStrategy": "codebuild-submit",
        "baseImage": f"example/serving:v0.{number % 40}.0",
        "icConfig": {"cpuCount": 2, "memorySize": 4096, "gpuCount": 1, "copyCount": 1},
        "icList": [{"name": "default", "image": f"{project}-latest", "gpuCount": 1, "copyCount": 1}],
        "parameters": {
            "VLLM_MAX_MODEL_LEN": str(1024 << number % 6),
            "VLLM_GPU_MEMORY_UTILIZATION": f"0.{80 + number % 16}",
            "VLLM_DTYPE": "bfloat16",
        },
        "status": _pick(_STATUSES, number),
        "notes": f"Measurement {number} of {project}",
        "registeredAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_EPOCH + number)),
    }


def _pick(choices: Sequence[str], number: int) -> str:
    # A hash, so that the choices do not go round in step with each other.
    return choices[zlib.crc32(f"{choices[0]} {number}".encode()) % len(choices)]
