"""Making a registry in a folder, or joining one that others have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.git.conversion import ATTRIBUTES, with_attributes
from registry_tool.git.merging import install_driver
from registry_tool.git.remote import clone_repository
from registry_tool.git.repository import create_repository, open_repository
from registry_tool.record.layout import MARKER, POLICY, RECORDS
from registry_tool.rules.editors import editor_files
from registry_tool.rules.settings import STARTER, starter_policy, with_id
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer

_MOST_NAMED = 3


def create(root: Path, environment: Mapping[str, str], *, at: datetime, on_wait: Callable[[str], None]) -> bool:
    """Make `root` a registry, in the git repository it lies in or in a new one. False if it is one already."""
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise RegistryError(f"cannot make the folder {root}: {err.strerror}") from err
    if open_repository(root, environment) is None:
        create_repository(root, environment)
    with Store(root, environment) as store:
        if store.is_registry():
            return False
        starters = {MARKER: with_id(STARTER, new_registry_id()).encode(), POLICY: starter_policy(), **editor_files()}
        files = {path: _own(root / path) or text for path, text in starters.items()}
        files[ATTRIBUTES] = with_attributes(_own(root / ATTRIBUTES))
        change = Change(files=files, message="Create the registry\n", at=at)
        with Writer(store) as writer:
            writer.write([change], on_wait=on_wait)
    return True


def merge_as_wholes(root: Path, environment: Mapping[str, str]) -> bool:
    """Have git merge the records of this clone as wholes; False if it does so already, or no registry is there."""
    repository = open_repository(root, environment) if root.is_dir() else None
    return repository is not None and (root / MARKER).is_file() and install_driver(repository, RECORDS)


def describe_surroundings(root: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """What a registry in `root` would mean for what is around it, a line for each; nothing for a folder of its own."""
    if (root / MARKER).is_file():
        return
    if root.is_dir() and (repository := open_repository(root, environment)) and repository.prefix:
        yield f"{root} is inside the git repository {repository.top}: registrations are commits of that repository"
    projects = [folder for folder in (root, *_below(root)) if (folder / "do/config").is_file()]
    if projects:
        names = ", ".join("this folder" if folder == root else folder.name for folder in projects[:_MOST_NAMED])
        more = f" and {len(projects) - _MOST_NAMED} more" if len(projects) > _MOST_NAMED else ""
        yield f"{root} holds projects ({names}{more}): what is run in them uses this registry from now on"


def _below(root: Path) -> list[Path]:
    try:
        return sorted(folder for folder in root.iterdir() if folder.is_dir())
    except OSError:
        return []


def new_registry_id() -> str:
    """An id that no other registry has."""
    return f"r{os.urandom(8).hex()}"


def join(
    url: str, root: Path, environment: Mapping[str, str], *, directory: Path, on_progress: Callable[[str], None]
) -> None:
    """Clone the registry at `url`, a path being one from `directory`, into `root`; refuses a repository without one."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise RegistryError(f"{root} exists and is not empty", hint="name a new folder: registry init PATH --clone URL")
    clone_repository(url, root, environment, directory=directory, on_progress=on_progress)
    with Store(root, environment) as store:
        if not store.is_registry():
            raise RegistryError(
                f"{url} holds no registry: it has no {MARKER}",
                hint=f"make it one: registry init {root}, then git push",
            )


def _own(file: Path) -> bytes:
    """What the user has written there already."""
    return file.read_bytes() if file.is_file() else b""
