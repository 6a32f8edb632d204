"""What dead processes left in a repository: work half done, locks, and temporary files that nobody will finish."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.checkout import is_unfinished
from registry_tool.git.upkeep.indexlock import own_locks
from registry_tool.git.upkeep.lock import abandoned
from registry_tool.git.upkeep.reflock import noted_locks

Kind: TypeAlias = Literal["unfinished", "stale-lock", "orphan-temp"]
Cure: TypeAlias = Literal["finish", "remove", ""]
"""What mends it: finishing the dead writer's work, which the next one does; removing the file; nothing of ours."""

LOCK_SECONDS = 600.0
"""How old the lock of another git is when it counts as stale: it is named, and never removed."""
TEMPORARY_SECONDS = 86_400.0
"""How old a temporary file of git is when nobody is writing it any more."""

_GIT_TEMPORARY = ("objects/??/tmp_obj_*", "objects/pack/tmp_*", "objects/pack/.tmp-*", "objects/info/**/tmp_*")


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something left behind."""

    kind: Kind
    path: Path
    cure: Cure


def find_leftovers(repository: Repository, folder: Path) -> Iterator[Leftover]:
    """What is left behind in the git directory and in the checked-out `folder`; nothing while a writer is at work."""
    lock = paths.writers_lock(repository)
    left = abandoned(lock)
    if left is None:
        return
    own: list[Path] = []
    if left or is_unfinished(repository):
        yield Leftover("unfinished", lock, "finish")
        own = [*own_locks(repository), *(path for path in noted_locks(repository, left) if path.exists())]
        yield from (Leftover("stale-lock", path, "finish") for path in own)
    yield from (Leftover("stale-lock", path, "") for path in _old_locks(repository) if path not in own)
    yield from (Leftover("orphan-temp", path, "remove") for path in _temporary_files(repository, folder))


def untracked_files(repository: Repository, folder: str) -> list[str]:
    """The files below `folder`, relative to the registry's root, that no commit and no index has."""
    if repository.bare:
        return []
    output = repository.git.run("ls-files", "--others", "--full-name", "-z", "--", f":(literal){folder}")
    paths = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return [path.removeprefix(repository.prefix) for path in paths]


def _old_locks(repository: Repository) -> Iterator[Path]:
    names = ("*.lock", "refs/**/*.lock", "reftable/*.lock", "objects/info/**/*.lock")
    folders = {repository.git_dir, repository.common_dir}
    found = {path for folder in folders for name in names for path in folder.glob(name)}
    for path in sorted(found):
        if not paths.is_ours(path) and _age(path) > LOCK_SECONDS:
            yield path


def _temporary_files(repository: Repository, folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob(paths.TEMPORARY)) if not path.is_symlink() and path.is_file())
    copy = paths.index_copy(repository)
    yield from (path for path in (copy, copy.with_name("index.lock")) if path.exists())
    yield from sorted(repository.git_dir.glob("fast_import_crash_*"))
    for name in _GIT_TEMPORARY:
        for path in sorted(repository.common_dir.glob(name)):
            if _age(path) > TEMPORARY_SECONDS:
                yield path


def _age(path: Path) -> float:
    """Seconds since the last change; 0 if it has gone meanwhile, or changes in the future."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
