"""Where this tool comes from: its git address, and what pip is told to install. Read from its own metadata."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

UNKNOWN = "https://HOST/OWNER/registry-tool"
"""What stands for the address where the tool is not installed, and so has no metadata."""

NO_COMMIT = "0" * 40
"""What stands for the commit of this version where nobody has said which one it is."""


def address() -> str:
    """The address that pip installed this tool from, if that is one of git; else the project's own.

    The project's own is `Source` under `[project.urls]` in pyproject.toml. Whoever keeps a copy changes it there.
    """
    found = _installed()
    if found is None:
        return UNKNOWN
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    if origin.get("vcs_info", {}).get("vcs") == "git":
        return str(origin["url"]).removesuffix(".git")
    labels = dict(line.split(", ", 1) for line in found.metadata.get_all("Project-URL") or ())
    return str(labels.get("Source", UNKNOWN))


def is_known() -> bool:
    """Whether somebody has said where the tool lives."""
    return "/OWNER/" not in address()


def commit() -> str:
    """The commit that pip installed this tool from; empty unless that was from git."""
    found = _installed()
    origin = json.loads(found.read_text("direct_url.json") or "{}") if found else {}
    return str(origin.get("vcs_info", {}).get("commit_id", ""))


def packages_of(extra: str) -> str:
    """What pip installs to complete the tool with an extra, wherever the tool itself came from."""
    found = _installed()
    requirements = found.requires or [] if found else []
    wanted = f"extra == '{extra}'"
    names = [one.split(";")[0].strip() for one in requirements if one.replace('"', "'").endswith(wanted)]
    return " ".join(f"'{name}'" for name in names) or extra


@cache
def _installed() -> Distribution | None:
    from importlib.metadata import PackageNotFoundError, distribution  # 15 ms, for few commands

    try:
        return distribution("registry-tool")
    except PackageNotFoundError:
        return None
