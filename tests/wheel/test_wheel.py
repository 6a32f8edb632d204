"""The wheel that users install works away from the checkout and carries its schemas and data files."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import registry_tool

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("wheel")  # one worker builds it, once


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages with the wheel in it, built as packagers do: checkout, sdist, wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run(ROOT, "hatchling", "build", "-t", "sdist", "-d", str(folder))
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    run(folder / sdist.name.removesuffix(".tar.gz"), "hatchling", "build", "-t", "wheel", "-d", str(folder))
    (wheel,) = folder.glob("*.whl")
    run(folder, "pip", "install", "-qq", "--no-deps", "--no-index", "--target", str(folder / "site"), str(wheel))
    return folder / "site"


def test_the_installed_command_says_its_version(site: Path, tmp_path: Path) -> None:
    output = run(tmp_path, "registry_tool", "--version", site=site)

    assert registry_tool.__version__ in output


def test_the_command_is_installed(site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [site / "bin/registry", "--version"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    assert done.stdout == run(tmp_path, "registry_tool", "--version", site=site)


def test_the_wheel_is_what_runs(site: Path, tmp_path: Path) -> None:
    code = "import registry_tool; print(registry_tool.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    assert done.stdout.strip() == str(site / "registry_tool/__init__.py")


def test_the_wheel_carries_the_schemas_byte_for_byte(site: Path) -> None:
    assert files(site / "registry_tool/_schemas") == files(ROOT / "schemas")


def test_the_wheel_carries_every_file_of_the_package(site: Path) -> None:
    installed = {name for name in files(site / "registry_tool") if not name.startswith("_schemas/")}

    assert installed == set(files(ROOT / "registry_tool"))


def run(folder: Path, module: str, *arguments: str, site: Path | None = None) -> str:
    """What `python -m MODULE ARGUMENTS` prints in `folder`, finding packages in `site` first."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=os.environ | ({"PYTHONPATH": str(site)} if site else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    """The content of each file below `folder`, by its path in it; compiled files left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
