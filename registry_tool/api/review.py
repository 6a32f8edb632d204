"""Checking a registry's files before and after they are committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError
from registry_tool.layout import MARKER, RECORDS
from registry_tool.leaks import find_leaks
from registry_tool.problems import Problem
from registry_tool.settings import Settings, parse_settings
from registry_tool.store.reading import Store
from registry_tool.validate import check_file


@dataclass(frozen=True, slots=True)
class Report:
    """What `validate` found in how many files."""

    checked: int
    problems: Sequence[Problem]


def validate(context: Context, paths: Sequence[Path] = (), *, at: str = "") -> Report:
    """Everything that is wrong with the registry's records: with the files named, folders included, or with all.

    The checked-out files are read, as they are; in a bare repository, those at its tip; with `at`, those at that
    revision or date.
    """
    with Store(context.registry_to_read(), context.environment) as store:
        root = store.repository.root.resolve()
        if at or store.repository.bare:
            if paths:
                raise RegistryError(
                    "only checked-out files can be named", hint="validate all: leave out the paths, or --at"
                )
            revision = store.revision(at)
            return _check(_committed_files(store, f"{revision}:{store.repository.prefix}"), store.settings(revision))
        settings = parse_settings((root / MARKER).read_bytes(), file=MARKER) if (root / MARKER).exists() else Settings()
        wanted = [context.directory / path for path in paths] or [root / RECORDS]
        return _check(_checked_out_files(root, wanted), settings)


def _check(files: Iterator[tuple[str, bytes | None]], settings: Settings) -> Report:
    checked = 0
    problems: list[Problem] = []
    for path, data in files:
        checked += 1
        if data is None:
            message = "is not a regular file; the registry's files cannot be links or anything else"
            problems.append(Problem(rule="layout/not-a-file", message=message, file=path))
        elif path == MARKER:
            problems.extend(find_leaks(data, file=path))
        else:
            problems.extend(check_file(data, path=path, settings=settings))
    return Report(checked, problems)


def _checked_out_files(root: Path, wanted: Sequence[Path]) -> Iterator[tuple[str, bytes | None]]:
    """Path and content of each file, by path; None for the content of what is no regular file."""
    for path in wanted:
        if not path.is_symlink() and not path.exists() and path != root / RECORDS:
            raise RegistryError(f"there is no {path}", hint="name files or folders of the registry")
        # The folder is resolved but not the file itself: a link must show as what it is.
        place = path.parent.resolve() / path.name
        if not place.is_relative_to(root):
            raise RegistryError(f"{path} is not in the registry {root}", hint="name files or folders of the registry")
        for file in _files_below(place):
            is_regular = file.is_file() and not file.is_symlink()
            yield file.relative_to(root).as_posix(), file.read_bytes() if is_regular else None


def _files_below(place: Path) -> Iterator[Path]:
    if place.is_symlink() or not place.is_dir():
        if place.is_symlink() or place.exists():
            yield place
        return
    for inner in sorted(place.iterdir()):
        yield from _files_below(inner)


def _committed_files(store: Store, root: str, folder: str = RECORDS) -> Iterator[tuple[str, bytes | None]]:
    """As `_checked_out_files`; `root` is a revision, a colon, and the registry's folder there."""
    found = store.reader.tree(f"{root}{folder}")
    for name, entry in sorted((found[1] if found else {}).items()):
        path = f"{folder}/{name}"
        if entry.mode == "40000":
            yield from _committed_files(store, root, path)
        else:
            yield path, store.reader.read(entry.oid) if entry.mode in {"100644", "100755"} else None
