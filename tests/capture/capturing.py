"""A capture in one step: begun, and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from registry_tool.capture import Capture, Draft


def capture(
    project_dir: Path, *, environment: Mapping[str, str], engine_prefixes: Mapping[str, tuple[str, ...]] | None = None
) -> Draft:
    """What the project in `project_dir` says, read as its own scripts would, run from `environment`."""
    with Capture(project_dir, environment) as running:
        return running.draft(engine_prefixes or {})
