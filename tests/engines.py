"""The two programs that stand in for DynamoDB: dynalite, which keeps its data on disk, and moto's server.

Each is a process of its own on a free port of the loopback; it is stopped by its pid, and ends by itself when the
process that started it is gone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "ci"
ENGINES = ("dynalite", "moto")
"""Their names."""


def require(name: str) -> None:
    """Skip the test if the engine cannot be started here; where CI is set, fail it."""
    if name == "dynalite" and not (shutil.which("node") and (HERE / "node_modules" / "dynalite").is_dir()):
        reason = "dynalite is not installed: it needs node and npm; then: make engines"
        (pytest.fail if "CI" in os.environ else pytest.skip)(reason)


@contextmanager
def running(name: str, folder: Path, *, creation_ms: int = 0) -> Iterator[Mapping[str, str]]:
    """The engine while it runs, as the environment variables that lead botocore to it. `folder` is for its data.

    dynalite takes `creation_ms` to create a table.
    """
    programs = {
        "dynalite": ["node", str(HERE / "dynalite.js"), str(folder / "dynalite"), str(creation_ms)],
        "moto": [sys.executable, str(HERE / "moto_server.py")],
    }
    with subprocess.Popen(
        programs[name],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout
            endpoint = process.stdout.readline().strip()
            assert endpoint, f"{name} did not start"
            yield {
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",  # no secret: both engines take any
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",  # the one that botocore itself reads
                "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
            }
        finally:
            process.kill()
