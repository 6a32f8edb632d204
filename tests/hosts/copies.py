"""A copy of this repository as others fetch it, with what is in the working tree."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

from tests.programs import git

ROOT = Path(__file__).parents[2]

OFFLINE = {
    # pip builds with what is here and asks nobody; what the tool depends on is found beside it.
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYTHONPATH": sysconfig.get_path("purelib"),
}
"""Variables with which pip installs this repository without a network."""


def copy_repository(folder: Path) -> str:
    """Copy the working tree into a new repository; the id of its commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if name.startswith(("registry_tool/", "schemas/", "requirements/")) or "/" not in name:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, target)
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git(*identity, "commit", "--quiet", "-m", "As it is", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder)
