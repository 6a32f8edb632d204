"""What a look at a running fleet costs: calls, our own time beside botocore's, memory; on a stand-in for AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.timing import cost_of
from bench.workbench import Workbench
from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import record_path
from registry_tool.store.gate import Change
from tests.live.cloud import Cloud, serving
from tests.live.fleet import deploy, document, forget
from tests.trail.registries import NOON

SIZE = 1_000
"""The registry whose fleet is looked at, by its number of records: each an endpoint with one component."""
_OBJECTS = 10_000

# botocore alone: what any reader of the same lists pays.
_BARE = """
import botocore.session
client = botocore.session.Session().create_client("sagemaker", region_name="us-east-1")
for operation in ("list_endpoints", "list_inference_components"):
    for page in client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 100}):
        pass
"""


def live(workbench: Workbench, size: int = SIZE) -> Iterator[str]:
    """Table lines, each with what it took and what it may take."""
    root = _registry(workbench.scratch / "live")
    with serving(Cloud()) as cloud:
        records = [deploy(cloud, document(number)) for number in range(size)]
        _commit(root, {record_path(str(one["configId"])): to_yaml(forget(one)) for one in records})
        environment = {**os.environ, **cloud.environment, "REGISTRY_PATH": str(root)}
        bare = cost_of([sys.executable, "-c", _BARE], environment)
        yield _calls("calls of a quick look", cloud, environment, ["--quick"], most=2 * size // 100)
        quick = cost_of(_look("--quick"), environment)
        yield _row(f"own CPU of a quick look at {size:,} records, s", quick.cpu_seconds - bare.cpu_seconds, 1.0)
        yield _calls("calls of the first full look", cloud, environment, [], most=3 * size + 2 * size // 100)
        yield _calls("calls of a full look at an unchanged fleet", cloud, environment, [], most=2 * size // 100)
        unchanged = cost_of(_look(), environment)
        yield _row("own CPU of a look at an unchanged fleet, s", unchanged.cpu_seconds - bare.cpu_seconds, 1.0)
        for number in range(size, _OBJECTS // 2):
            deploy(cloud, document(number))
        yield _row(
            f"memory of a quick look at {_OBJECTS:,} objects, MB", cost_of(_look("--quick"), environment).megabytes, 150
        )


def _look(*words: str) -> list[str]:
    return ["registry", "live", "status", "--rate", "0", "--no-orphans", *words]


def _calls(what: str, cloud: Cloud, environment: Mapping[str, str], words: Sequence[str], *, most: int) -> str:
    cloud.calls.clear()
    cost_of(_look(*words), environment)
    return _row(what, len(cloud.calls), most)


def _row(what: str, found: float, most: float) -> str:
    text = f"{found:,.0f}" if isinstance(found, int) or most > 1 else f"{found:.2f}"
    return f"| {what} | {text} | <= {most:,g} | {'yes' if found <= most else 'no'} | |"


def _registry(folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["registry", "init", str(folder)], capture_output=True, check=True)
    return folder


def _commit(root: Path, files: Mapping[str, bytes]) -> None:
    from registry_tool.store.reading import Store
    from registry_tool.store.writing import Writer

    with Store(root, dict(os.environ)) as store, Writer(store) as writer:
        writer.write([Change(files=files, message="Deploy\n", at=NOON)], on_wait=print)
