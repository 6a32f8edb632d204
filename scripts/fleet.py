"""A registry of a fleet that never was, to look at and to measure: `python scripts/fleet.py FOLDER [RECORDS]`.

The same numbers give the same commits: about three for each record, of 12 people, over a year.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json, config_id
from registry_tool.record.layout import MARKER, record_path

_END = int(datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp())
_YEAR = 365 * 86_400
_REMOVED_EACH = 29
_ADAPTER_EACH = 7
_PEOPLE = ("Ada Park", "Bo Lindqvist", "Chidi Obi", "Dana Roth", "Eun-ji Han", "Farid Aziz", "Gus Meyer", "Hana Sato")
_TEAMS = ("search", "ads", "support", "fraud", "ranking", "speech", "vision", "assist")
_MODELS = (
    ("transformers-vllm", "Qwen/Qwen3-8B", "vllm/vllm-openai", ("v0.8.5", "v0.9.0", "v0.10.1", "v0.11.0")),
    ("transformers-vllm", "Qwen/Qwen3-32B", "vllm/vllm-openai", ("v0.8.5", "v0.9.0", "v0.10.1", "v0.11.0")),
    ("transformers-vllm", "meta-llama/Llama-3.3-70B-Instruct", "vllm/vllm-openai", ("v0.9.0", "v0.10.1", "v0.11.0")),
    ("transformers-sglang", "Qwen/Qwen3-4B", "lmsysorg/sglang", ("v0.4.6", "v0.4.9", "v0.5.2")),
    ("transformers-sglang", "mistralai/Mistral-Small-3.2", "lmsysorg/sglang", ("v0.4.9", "v0.5.2")),
    ("transformers-lmi", "google/gemma-3-12b-it", "deepjavalibrary/djl-serving", ("0.32.0-lmi", "0.33.0-lmi")),
    ("diffusors-vllm-omni", "black-forest-labs/FLUX.1-dev", "vllm/vllm-omni", ("v0.1.0", "v0.2.0")),
    ("triton-fil", "", "nvcr.io/nvidia/tritonserver", ("24.09-py3", "24.12-py3", "25.03-py3")),
    ("http-fastapi", "", "public.ecr.aws/docker/library/python", ("3.11-slim", "3.12-slim")),
)
_INSTANCES = ("ml.g5.xlarge", "ml.g5.12xlarge", "ml.g6.2xlarge", "ml.g6e.xlarge", "ml.p4d.24xlarge", "ml.p5.48xlarge")
_REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")
_TARGETS = ("realtime-inference",) * 5 + ("async-inference", "batch-transform")
_STATUSES = ("success",) * 9 + ("partial", "failed")


@dataclass(slots=True)
class _Deployment:
    document: Document
    tags: tuple[str, ...]
    image: str
    tag: int
    times: list[int] = field(default_factory=list)


def build(folder: Path, records: int = 400, *, is_checked_out: bool = True) -> None:
    """Make the registry in `folder`, which must not exist."""
    folder.mkdir(parents=True)

    def git(*arguments: str, data: bytes = b"") -> None:
        subprocess.run(["git", *arguments], cwd=folder, input=data, check=True)

    git("init", "-q", "-b", "main")
    git("fast-import", "--quiet", "--done", data=b"".join(_commits(records)) + b"done\n")
    if is_checked_out:
        git("reset", "-q", "--hard")


def _commits(records: int) -> Iterator[bytes]:
    yield _commit(_END - _YEAR - 1, _PEOPLE[0], "Start the registry", {MARKER: b"registryFormat: 1\n"})
    chance = random.Random(2026)  # noqa: S311  the same fleet every time
    deployments = [_deployment(chance, number) for number in range(records)]
    steps = sorted((at, number) for number, one in enumerate(deployments) for at in one.times)
    seen: set[int] = set()
    for at, number in steps:
        one = deployments[number]
        notes = _change(chance, one) if number in seen else f"First deployment of {one.document['projectName']}"
        seen.add(number)
        document = {
            **one.document,
            "notes": notes,
            "registeredAt": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        key = str(document["configId"])
        author = _PEOPLE[(number + at) % len(_PEOPLE)]
        last = at == one.times[-1] and number % _REMOVED_EACH == 0
        message = f"Remove {document['projectName']}" if last else notes
        trailers = f"\n\nConfig-Id: {key}\nStatus: {document['status']}\nRegistry-Format: 1\n"
        yield _commit(at, author, message + trailers, {record_path(key): b"" if last else to_yaml(document)})


def _deployment(chance: random.Random, number: int) -> _Deployment:
    config, model, image, tags = chance.choice(_MODELS)
    team = chance.choice(_TEAMS)
    target = chance.choice(_TARGETS)
    instance, region = chance.choice(_INSTANCES), chance.choice(_REGIONS)
    place = f"{config}:{model or 'none'}:{number}"
    short = (model or config).rpartition("/")[2].lower()
    components = _components(chance, short, number) if target == "realtime-inference" else []
    architecture, _, backend = config.partition("-")
    start = _END - chance.randrange(_YEAR)
    tag = chance.randrange(len(tags))
    document: Document = {
        "schemaVersion": 2,
        "configId": config_id(
            deployment_config=place,
            model_name=model,
            instance_type=instance,
            aws_region=region,
            deployment_target=target,
            ic_count=sum("isAdapter" not in one for one in components),
            adapter_count=sum("isAdapter" in one for one in components),
        ),
        "projectName": f"{team}-{short}-{number}",
        "deploymentConfig": config,
        "architecture": architecture,
        "backend": backend,
        "modelName": model,
        "instanceType": instance,
        "awsRegion": region,
        "deploymentTarget": target,
        "buildStrategy": "codebuild-submit",
        "baseImage": f"{image}:{tags[tag]}",
        "endpointConfig": {"initialInstanceCount": chance.randrange(1, 5)},
        "icList": components,
        "parameters": {"VLLM_MAX_MODEL_LEN": str(chance.choice((4096, 8192, 32768))), "OMP_NUM_THREADS": "1"},
        "status": chance.choice(_STATUSES),
        "labels": _labels(chance, team),
    }
    times = sorted({start, *(start + chance.randrange(_END - start + 1) for _ in range(chance.randrange(1, 4)))})
    return _Deployment(
        {name: value for name, value in document.items() if value not in ("", [])}, tags, image, tag, times
    )


def _components(chance: random.Random, short: str, number: int) -> list[Json]:
    """An inference component, and with every seventh deployment an adapter beside it."""
    image = f"{short}-{number}-latest"
    component: Json = {"name": "default", "image": image, "gpuCount": chance.randrange(1, 9), "copyCount": 1}
    adapter: Json = {"name": "fr", "isAdapter": True, "artifactUrl": "s3://adapters/fr/", "gpuCount": 0, "copyCount": 1}
    return [component, adapter] if number % _ADAPTER_EACH == 0 else [component]


def _labels(chance: random.Random, team: str) -> Json:
    """Where it runs for whom; every fourth deployment names nobody who owns it."""
    environment: dict[str, Json] = {"environment": chance.choice(("production", "production", "staging"))}
    return environment | ({} if chance.random() < 1 / 4 else {"owner": f"{team}-platform"})


def _change(chance: random.Random, one: _Deployment) -> str:
    if one.tag + 1 < len(one.tags) and chance.random() < 0.6:  # noqa: PLR2004  more upgrades than other changes
        one.tag += 1
        one.document["baseImage"] = f"{one.image}:{one.tags[one.tag]}"
        one.document["status"] = chance.choice(_STATUSES)
        return f"Upgrade to {one.tags[one.tag]}"
    length = str(chance.choice((4096, 8192, 16384, 32768)))
    one.document["parameters"] = {"VLLM_MAX_MODEL_LEN": length, "OMP_NUM_THREADS": "1"}
    return f"Serve contexts of {length} tokens"


def _commit(at: int, author: str, message: str, files: dict[str, bytes]) -> bytes:
    text = message.encode()
    who = f"{author} <{author.split(maxsplit=1)[0].lower()}@example.com> {at} +0000".encode()
    head = b"commit refs/heads/main\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (who, who, len(text), text)
    return head + b"".join(
        b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data) if data else b"D %s\n" % path.encode()
        for path, data in files.items()
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
