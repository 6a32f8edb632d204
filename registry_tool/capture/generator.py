"""Which version of the generator made the project, told without running it: `npm` alone would take 300 ms."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.capture.draft import Source
from registry_tool.capture.scope import FoundValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope

_COMMAND = "ml-container-creator"
_LARGEST = 1 << 20
_LONGEST = 100

VERSION_FILE = ".mlcc-version"
"""The file, in the project's folder, in which the generator's `regenerate` writes its version."""


def find_version(project: Project, shared: Scope) -> FoundValue | None:
    """The version that made the project; None if nothing tells, never an error.

    The project's own word counts first (.mlcc-version, GENERATOR_VERSION), then the generator that is installed.
    """
    if version := _text_of(project.folder / VERSION_FILE):
        return FoundValue(version, Source("file", VERSION_FILE, detail="the file's text"))
    if shared.is_set_by_project("GENERATOR_VERSION") and (found := shared.text("GENERATOR_VERSION")):
        return found
    return find_installed_version(shared.environment)


def find_installed_version(environment: Mapping[str, str]) -> FoundValue | None:
    """The version in the package.json above the command that PATH finds; None if there is none, never an error."""
    for folder in environment.get("PATH", "").split(os.pathsep):
        command = Path(folder, _COMMAND)
        if folder and os.path.isfile(command) and os.access(command, os.X_OK):  # noqa: PTH113  no error where PATH is forbidden
            for parent in Path(os.path.realpath(command)).parents:
                if version := _version(parent / "package.json"):
                    return FoundValue(version, Source("derived", detail=f"{_COMMAND} on PATH"))
            break
    return None


def _text_of(file: Path) -> str:
    try:
        if not file.is_file() or file.stat().st_size > _LONGEST:
            return ""
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
    return text if text.isprintable() else ""


def _version(manifest: Path) -> str:
    try:
        if not manifest.is_file() or manifest.stat().st_size > _LARGEST:
            return ""
        package = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(package, dict) or not str(package.get("name")).endswith(_COMMAND):
        return ""
    version = package.get("version")
    return version if isinstance(version, str) and version.isprintable() else ""
