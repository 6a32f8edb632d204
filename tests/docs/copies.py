"""The examples of this repository as a reader of the documentation finds them, in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def copy_examples(folder: Path) -> None:
    """Copy `examples` into `folder`. No project has `do/register` yet: readers put it there with `registry install`."""
    shutil.copytree(REPOSITORY / "examples", folder / "examples")
    for script in (folder / "examples").glob("*/do/register"):
        script.unlink()
