"""Which version of the generator made the project, as far as PATH tells."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from registry_tool.capture.generator import find_installed_version


def install(folder: Path, manifest: str) -> Path:
    """Install the generator below `folder` as npm does; return the folder for PATH."""
    package = folder / "lib/node_modules/@aws/ml-container-creator"
    (package / "bin").mkdir(parents=True)
    (package / "bin/cli.js").touch(mode=0o755)
    (package / "package.json").write_text(manifest, encoding="utf-8")
    commands = folder / "bin"
    commands.mkdir()
    (commands / "ml-container-creator").symlink_to("../lib/node_modules/@aws/ml-container-creator/bin/cli.js")
    return commands


def manifest(**fields: object) -> str:
    """A package.json of the generator with these fields."""
    return json.dumps({"name": "@aws/ml-container-creator", "version": "1.5.2", **fields})


def test_the_version_is_that_of_the_first_generator_on_path(tmp_path: Path) -> None:
    first = install(tmp_path / "first", manifest(version="1.5.2"))
    second = install(tmp_path / "second", manifest(version="1.6.0"))

    found = find_installed_version({"PATH": os.pathsep.join(["/nowhere", "", str(first), str(second)])})

    assert found is not None
    assert found.value == "1.5.2"


UNTOLD = {
    "empty": "",
    "broken": "{",
    "a list": "[]",
    "a text": '"text"',
    "deeply nested": "[" * 100_000,
    "of another package": manifest(name="another-package"),
    "of no package": manifest(name=None),
    "without a version": manifest(version=None),
    "with a number for a version": manifest(version=152),
    "with an empty version": manifest(version=""),
    "with a version of two lines": manifest(version="1\n2"),
    "larger than any": " " * (1 << 20) + manifest(),
}


@pytest.mark.parametrize("text", UNTOLD.values(), ids=UNTOLD.keys())
def test_a_version_that_cannot_be_told_is_left_out(tmp_path: Path, text: str) -> None:
    commands = install(tmp_path, text)

    found = find_installed_version({"PATH": str(commands)})

    assert found is None


def test_a_generator_further_down_path_is_not_the_one_that_runs(tmp_path: Path) -> None:
    first = install(tmp_path / "first", manifest(version=None))
    second = install(tmp_path / "second", manifest())

    found = find_installed_version({"PATH": f"{first}{os.pathsep}{second}"})

    assert found is None


@pytest.mark.parametrize("environment", [{}, {"PATH": ""}, {"PATH": "/nowhere"}])
def test_without_a_generator_there_is_no_version(environment: dict[str, str]) -> None:
    found = find_installed_version(environment)

    assert found is None
