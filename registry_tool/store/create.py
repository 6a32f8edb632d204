"""Making a registry in a folder, or joining one that others have."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shlex import quote

from registry_tool.errors import RegistryError
from registry_tool.git.conversion import ATTRIBUTES, with_attributes
from registry_tool.git.flushing import flush
from registry_tool.git.merging import install_driver
from registry_tool.git.remote import clone_repository
from registry_tool.git.repository import Repository, create_repository, open_repository
from registry_tool.record.layout import MARKER, POLICY, README, RECORDS
from registry_tool.rules.editors import editor_files
from registry_tool.rules.settings import STARTER, starter_policy, with_id
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer

_MOST_NAMED = 3


def create(
    root: Path, environment: Mapping[str, str], *, at: datetime, on_wait: Callable[[str], None], here: bool = False
) -> bool:
    """Make `root` a registry in a git repository of its own; False if it is a registry already.

    With `here`, it is one in the repository that `root` lies in.
    """
    with _undoing(root) as made:
        folder = next((folder for folder in (*reversed(root.parents), root) if not folder.exists()), None)
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise RegistryError(f"cannot make the folder {root}: {err.strerror}") from err
        made.extend([folder] if folder else [])
        around = open_repository(root, environment)
        if around is None or (around.prefix and not here and not (root / MARKER).is_file()):
            if around:
                _refuse_tracked(around)
            made.extend([] if os.path.lexists(root / ".git") else [root / ".git"])
            create_repository(root, environment)
        with Store(root, environment) as store:
            if store.is_registry():
                return False
            _commit_starters(store, at=at, on_wait=on_wait)
            # Git flushes little of a new repository.
            flush([*(one.parent for one in made), root, *(root / ".git").rglob("*")])
    return True


@contextmanager
def _undoing(root: Path) -> Iterator[list[Path]]:
    """Take away what was made in vain: the folders in the list, unless there is any object in `root` by then."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        if not any(file.is_file() for file in (root / ".git/objects").rglob("*")):
            for folder in made:
                shutil.rmtree(folder, ignore_errors=True)
        raise


def _commit_starters(store: Store, *, at: datetime, on_wait: Callable[[str], None]) -> None:
    root = store.repository.root
    starters = {MARKER: with_id(STARTER, new_registry_id()).encode(), POLICY: starter_policy(), **editor_files()}
    files = {path: _own(root / path) or text for path, text in starters.items()}
    files[ATTRIBUTES] = with_attributes(_own(root / ATTRIBUTES))
    if not _has_readme(store):
        files[README] = (Path(__file__).parent / "starter.readme.md").read_bytes()
    with Writer(store) as writer:
        writer.write([Change(files=files, message="Create the registry\n", at=at)], on_wait=on_wait)


def merge_as_wholes(root: Path, environment: Mapping[str, str]) -> bool:
    """Have git merge the records of this clone as wholes; False if it does so already, or no registry is there."""
    repository = open_repository(root, environment) if root.is_dir() else None
    return repository is not None and (root / MARKER).is_file() and install_driver(repository, RECORDS)


def describe_surroundings(root: Path, environment: Mapping[str, str], *, here: bool = False) -> Iterator[str]:
    """What a registry in `root` would mean for what is around it, a line for each; nothing for a folder of its own."""
    if (root / MARKER).is_file():
        return
    around = open_repository(_nearest_folder(root), environment)
    if around and (around.prefix or not root.is_dir()):
        inside = f"{root} is inside the git repository {around.top}"
        if here:
            yield f"{inside}: registrations are commits of that repository"
        else:
            yield f"{inside}: it becomes a repository of its own; --here commits to that one instead"
    projects = [folder for folder in (root, *_below(root)) if (folder / "do/config").is_file()]
    if projects:
        names = ", ".join("this folder" if folder == root else folder.name for folder in projects[:_MOST_NAMED])
        more = f" and {len(projects) - _MOST_NAMED} more" if len(projects) > _MOST_NAMED else ""
        yield f"{root} holds projects ({names}{more}): what is run in them uses this registry from now on"


def _nearest_folder(root: Path) -> Path:
    return next(folder for folder in (root, *root.parents) if folder.is_dir())


def _refuse_tracked(around: Repository) -> None:
    """A repository inside another hides the files of its folder that the other one tracks."""
    if around.git.run("ls-files", "-z", "--", "."):
        raise RegistryError(
            f"{around.root} has files of the git repository {around.top}, so it cannot be a repository of its own",
            hint=f"commit to that repository: registry init --here {quote(str(around.root))}; or name another folder",
        )


def _has_readme(store: Store) -> bool:
    """Whether the folder has a README, on disk or in the last commit."""
    repository = store.repository
    found = store.reader.tree(f"HEAD:{repository.prefix}")
    on_disk = [] if repository.bare else [file.name for file in repository.root.iterdir()]
    return any(name.lower().startswith("readme") for name in (*(found[1] if found else ()), *on_disk))


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
) -> bool:
    """Clone the registry at `url`, a path being one from `directory`, into `root`; False if that is a clone of it.

    Refuses a repository without a registry.
    """
    if _is_clone(root, environment, url, directory):
        return False
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise RegistryError(f"{root} exists and is not empty", hint="name a new folder: registry init PATH --clone URL")
    path = quote(str(root))
    clone_repository(url, root, environment, directory=directory, on_progress=on_progress)
    with Store(root, environment) as store:
        if not store.is_registry():
            raise RegistryError(
                f"{url} holds no registry: it has no {MARKER}",
                hint=f"make it one: registry init {path}, then: registry push --registry {path}",
            )
    return True


def _is_clone(root: Path, environment: Mapping[str, str], url: str, directory: Path) -> bool:
    repository = open_repository(root, environment) if (root / MARKER).is_file() else None
    if repository is None or repository.prefix:
        return False
    _, output, _ = repository.git.attempt("config", "--get", "remote.origin.url")
    known = output.decode("utf-8", "surrogateescape").removesuffix("\n")
    return known in {url, str(directory / url), str((directory / url).resolve())}


def _own(file: Path) -> bytes:
    """What the user has written there already."""
    return file.read_bytes() if file.is_file() else b""
