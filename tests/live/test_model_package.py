"""`do/register --model-package`: registered here first, then a model package by the generator's own script."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.live.projects import HERE, Project, require
from tests.programs import TIME_LIMIT, git, run_registry

# Notes each call, and answers as if all were well.
STUB = """\
#!/usr/bin/env bash
echo "$*" >> "$AWS_CALLS"
echo '{}'
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the real generator, with our do/register in the place of its own."""
    require()
    place = tmp_path_factory.mktemp("generated")
    folder = Project(place / "chat", {}, target="realtime-inference", options=()).folder
    run_registry("install", str(folder), cwd=place)
    return folder


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """A registry, and a PATH with the generator's command and with a stand-in for the AWS CLI."""
    run_registry("init", "registry", cwd=tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    generator = HERE / "node_modules/@aws/ml-container-creator/bin/cli.js"
    for name, text in {"aws": STUB, "ml-container-creator": f'#!/bin/sh\nexec node "{generator}" "$@"\n'}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    return {"PATH": path, "REGISTRY_PATH": str(tmp_path / "registry"), "AWS_CALLS": str(tmp_path / "calls")}


def register(project: Path, surroundings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / "do/register", *words],
        cwd=project,
        env={**os.environ, **surroundings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )


def subjects(surroundings: Mapping[str, str]) -> list[str]:
    return git("log", "--format=%s", cwd=Path(surroundings["REGISTRY_PATH"])).splitlines()


def test_it_is_registered_here_and_then_made_a_model_package(
    project: Path, surroundings: dict[str, str], home: Path
) -> None:
    done = register(project, surroundings, "--model-package", "--notes", "Both", "--base-only", "--exclude", "french")

    said = done.stdout
    assert (done.returncode, subjects(surroundings)) == (0, ["Both", "Create the registry"]), said + done.stderr
    assert said.index("registered ") < said.index("Registering to SageMaker Model Package Group")
    assert "--base-only: skipping adapter registration" in said
    written = json.loads((home / ".ml-container-creator/registry.json").read_text())
    assert "Both" in json.dumps(written)


def test_a_registry_can_want_it_always(project: Path, surroundings: dict[str, str]) -> None:
    root = Path(surroundings["REGISTRY_PATH"])
    with (root / "registry-data/registry.yaml").open("a") as settings:
        settings.write("modelPackage: true\n")
    git("commit", "--quiet", "--all", "--message", "Want model packages", cwd=root)

    rehearsed = register(project, surroundings, "--dry-run")
    without = register(project, surroundings, "--no-model-package")
    done = register(project, surroundings, "--json")

    assert "note: do/register.generator would make a model package\n" in rehearsed.stderr
    assert (without.returncode, "Model Package" in without.stdout + without.stderr) == (0, False)
    assert (done.returncode, json.loads(done.stdout)["projectName"]) == (0, "chat")
    assert "Registering to SageMaker Model Package Group" in done.stderr


def test_what_the_script_fails_at_is_reported_and_the_registration_stays(
    project: Path, surroundings: dict[str, str]
) -> None:
    (Path(surroundings["PATH"].split(os.pathsep)[0]) / "ml-container-creator").write_text("#!/bin/sh\nexit 7\n")

    done = register(project, surroundings, "--model-package", "--notes", "Stays")

    assert (done.returncode, subjects(surroundings)[0]) == (1, "Stays")
    assert done.stderr.endswith(
        "error: do/register.generator ended with 7, as it says above: it may have made no model package\n"
        "hint: when that is mended: bash do/register.generator\n"
    )


@pytest.mark.parametrize("words", [["--base-only"], ["--notes", "x", "--with-endpoint"], ["--exclude=french"]])
def test_an_option_of_the_script_alone_is_the_scripts(
    project: Path, surroundings: dict[str, str], words: list[str]
) -> None:
    done = register(project, surroundings, *words)

    assert "No such option" not in done.stderr
    assert subjects(surroundings) == ["Create the registry"]


def test_without_the_script_nothing_is_registered(tmp_path: Path, surroundings: dict[str, str], project: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-R", str(project), str(copy)], check=True)
    (copy / "do/register.generator").unlink()

    done = register(copy, surroundings, "--model-package")
    alone = register(copy, surroundings, "--base-only")

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            f"error: there is no do/register.generator in {copy}, so nobody makes a model package\n"
            "hint: generate the project anew with ml-container-creator 1.6.0 or newer, then: registry install DIR\n"
        ),
    )
    assert (alone.returncode, alone.stderr) == (
        2,
        "error: '--base-only' belongs to the generator's own do/register, which this project does not have\n",
    )
    assert subjects(surroundings) == ["Create the registry"]
