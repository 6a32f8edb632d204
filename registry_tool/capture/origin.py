"""Where a project's own sources come from (`register --project`): facts about its git repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from registry_tool.git.repository import open_repository
from registry_tool.record.identity import Json

# Everything between the scheme and the host: user name, password, token.
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")


def describe_origin(project_dir: Path, environment: Mapping[str, str]) -> dict[str, Json]:
    """The record's `project` field: remote without credentials, commit, branch, dirty flag, path inside the repository.

    Empty if the project is in no git repository; what is not known is left out.
    """
    repository = open_repository(project_dir, environment)
    if repository is None or repository.bare:
        return {}
    git = repository.git
    status, remote, _ = git.attempt("config", "--get", "remote.origin.url")
    head = repository.head()
    changes = git.run("status", "--porcelain", "-z", "--", ".")
    facts: dict[str, Json] = {
        "remote": _CREDENTIALS.sub("", remote.decode("utf-8", "replace").strip()) if status == 0 else "",
        "commit": head.tip,
        "branch": head.branch.removeprefix("refs/heads/"),
        "dirty": bool(changes),
        "path": repository.prefix.rstrip("/"),
    }
    return {name: fact for name, fact in facts.items() if fact != ""}
