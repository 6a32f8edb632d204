"""When the remote was last heard of: a small file in the git directory, replaced as a whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.permissions import make_folder, write_shared

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """When a branch was last pushed and fetched, as records hold times; empty for never.

    `failed_at` and `error` are of the last attempt, if it failed. `tip` is the remote's branch as it was last seen.
    """

    pushed_at: str = ""
    fetched_at: str = ""
    failed_at: str = ""
    error: str = ""
    tip: str = ""


def read_contact(repository: Repository, upstream: str) -> Contact:
    """What is known of `upstream`; nothing if that was never written down, or not by this version."""
    noted = _read(paths.contact(repository)).get(upstream, {})
    return Contact(**{field.name: noted.get(field.name, "") for field in fields(Contact)})


def write_contact(repository: Repository, upstream: str, contact: Contact) -> None:
    """Write down what is known of `upstream`."""
    file = paths.contact(repository)
    remotes = {**_read(file), upstream: asdict(contact)}
    try:
        make_folder(file.parent, repository.common_dir)
        write_shared(file, json.dumps({"version": _VERSION, "remotes": remotes}, indent=2).encode() + b"\n")
    except OSError as err:
        raise RegistryError(
            f"cannot write {file}: {err.strerror}",
            hint="check the disk and the permissions; what is committed or pushed stays so",
        ) from err


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        noted = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(noted, dict) or noted.get("version") != _VERSION:
        return {}
    remotes: dict[str, dict[str, str]] = noted["remotes"]
    return remotes
