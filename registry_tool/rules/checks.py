"""Checking files of a registry, wherever they are: checked out, in a commit, or in git's index.

All of them go through `check`, so what is right in one place is right in the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.errors import RegistryError
from registry_tool.git.entries import CommittedFile
from registry_tool.git.objects import ObjectReader, blob_id
from registry_tool.git.rawdiff import GONE
from registry_tool.git.worktree import Worktree
from registry_tool.problems import Problem
from registry_tool.record.layout import MARKER, POLICY, RECORDS, REGISTRY_FOLDER
from registry_tool.record.yamldoc import MAX_BYTES
from registry_tool.rules.leaks import find_leaks, hide_leaks
from registry_tool.rules.settings import PolicyError, Settings, SettingsError, in_force, parse_settings
from registry_tool.rules.validate import check_file, check_place

if TYPE_CHECKING:
    from registry_tool.rules.known import KnownGood

MANY = 1_000
"""From this many files on it pays to remember which are good."""
_CHUNK = 200


class CheckedFile(NamedTuple):
    """A file to check: its path in the registry, its blob's id if that is known, and its content.

    Without content, it is not a regular file, or it is `good`: it has been checked before.
    """

    path: str
    oid: str
    content: bytes | None
    good: bool = False
    in_conflict: bool = False


class Rules(NamedTuple):
    """What records are checked against, and what is wrong with that itself.

    Settings or a policy that cannot be used are problems of their own files, and rule nothing.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    texts: tuple[bytes, ...]


def read_rules(read: Callable[[str], bytes | None]) -> Rules:
    """The rules in the files that `read` reads by their paths in the registry."""
    marker, policy = read(MARKER), in_force(read(POLICY) or b"")
    problems: tuple[Problem, ...] = ()
    settings = Settings()
    try:
        if marker is None:
            problems += (Problem(rule="layout/marker", message="is missing: it makes this a registry", file=MARKER),)
        else:
            settings = parse_settings(marker, file=MARKER)
    except SettingsError as err:
        problems += _hide(err.problems, marker or b"", MARKER)
    if policy:
        from registry_tool.rules.policy import parse_policy  # most registries have none

        try:
            parse_policy(policy, file=POLICY)
            settings = settings._replace(policy=policy)
        except PolicyError as err:
            problems += _hide(err.problems, policy, POLICY)
    return Rules(settings, problems, (marker or b"", policy))


def check(
    files: Iterable[CheckedFile], rules: Rules, known: KnownGood | None
) -> Iterator[tuple[str, Sequence[Problem]]]:
    """The path of each file that is checked as a part of the registry, and everything that is wrong with it."""
    settings = rules.settings
    for file in files:
        problems: list[Problem] = []
        if not file.good:
            try:
                problems += _check_one(file, settings)
            except PolicyError as err:
                # It takes too long for a record, so it would for others: once is enough.
                problems += err.problems
                settings, known = settings._replace(policy=b""), None
                problems += _check_one(file, settings)
            if known and not problems:
                known.add(file.path, file.oid)
        yield file.path, problems


def from_git(entries: Iterable[CommittedFile], reader: ObjectReader, known: KnownGood | None) -> Iterator[CheckedFile]:
    """The files that `entries` name, less those that are gone."""
    remaining = iter(entries)
    while chunk := list(islice(remaining, _CHUNK)):
        good = [bool(known and entry.mode.startswith("100") and known.has(entry.path, entry.oid)) for entry in chunk]
        wanted = [
            entry.oid for entry, done in zip(chunk, good, strict=True) if entry.mode.startswith("100") and not done
        ]
        contents = reader.read_many(wanted)
        for entry, done in zip(chunk, good, strict=True):
            if entry.in_conflict:
                yield CheckedFile(entry.path, "", None, in_conflict=True)
            elif done or entry.mode != GONE:
                content = next(contents) if entry.mode.startswith("100") and not done else None
                yield CheckedFile(entry.path, entry.oid, content, done)


def checked_out(
    worktree: Worktree, paths: Sequence[str], object_format: str, known: KnownGood | None
) -> Iterator[CheckedFile]:
    """The checked-out files at `paths`. A file is known by its content, never by its size or time."""
    for path, content in worktree.read_many(paths):
        oid = blob_id(content, object_format) if known and content is not None else ""
        good = bool(known and oid and known.has(path, oid))
        yield CheckedFile(path, oid, None if good else content, good)


def find_checked_out(root: Path, wanted: Sequence[Path]) -> Iterator[str]:
    """The paths in the registry of the files at `wanted`, folders included, each folder's by name; of all if empty."""
    for path in wanted or [root / REGISTRY_FOLDER]:
        if not path.is_symlink() and not path.exists() and wanted:
            raise RegistryError(f"there is no {path}", hint="name files or folders of the registry")
        # The folder is resolved but not the file itself: a link must show as what it is.
        place = path.parent.resolve() / path.name
        if not place.is_relative_to(root):
            raise RegistryError(f"{path} is not in the registry {root}", hint="name files or folders of the registry")
        yield from _files_below(place, "" if place == root else place.relative_to(root).as_posix())


def _hide(problems: tuple[Problem, ...], data: bytes, file: str) -> tuple[Problem, ...]:
    """The problems of a file, which quote nothing of it if it holds a secret."""
    return tuple(hide_leaks(problems, data)) if find_leaks(data, file=file) else problems


def _check_one(file: CheckedFile, settings: Settings) -> Sequence[Problem]:
    if file.in_conflict:
        return [
            Problem(
                rule="layout/conflict",
                message="is in conflict: see both sides with registry resolve, and take one as a whole",
                file=file.path,
            )
        ]
    if file.content is None:
        message = "is not a regular file; the registry's files cannot be links or anything else"
        return [Problem(rule="layout/not-a-file", message=message, file=file.path)]
    if file.path.startswith(f"{REGISTRY_FOLDER}/") and not file.path.startswith(f"{RECORDS}/"):
        return [*check_place(file.path), *_check_size(file), *find_leaks(file.content[:MAX_BYTES], file=file.path)]
    return check_file(file.content, path=file.path, settings=settings)


def _check_size(file: CheckedFile) -> Iterator[Problem]:
    """A secret behind the part that is looked through would not be found."""
    size = len(file.content or b"")
    if size > MAX_BYTES:
        message = f"has {size:,} bytes; a registry's files have at most {MAX_BYTES:,}, and only these are read"
        yield Problem(rule="layout/size", message=message, file=file.path)


def _files_below(place: Path, path: str) -> Iterator[str]:
    """The paths of the files at or below `place`, whose own path is `path`."""
    if place.is_symlink() or not place.is_dir():
        if place.is_symlink() or place.exists():
            yield path
        return
    with os.scandir(place) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        inner = f"{path}/{name}" if path else name
        if is_folder:
            yield from _files_below(place / name, inner)
        else:
            yield inner
