"""The examples of this repository as a reader of the documentation finds them, in a folder of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def copy_examples(folder: Path) -> None:
    """Copy `examples` into `folder`."""
    shutil.copytree(REPOSITORY / "examples", folder / "examples")


def copy_clone(folder: Path) -> None:
    """Copy all that git tracks here into `folder`, as a clone has it, with what is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, encoding="utf-8"
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
