"""Bringing records that were edited by hand into canonical form."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.files import move_in, prepared
from registry_tool.git.upkeep.paths import unplaced
from registry_tool.git.upkeep.permissions import make_private
from registry_tool.git.worktree import Worktree
from registry_tool.problems import Problem
from registry_tool.record.canonical import split_modeline, to_yaml
from registry_tool.record.fields import SCHEMA_VERSION
from registry_tool.record.identity import Document
from registry_tool.record.layout import RECORDS
from registry_tool.record.load import load
from registry_tool.rules.checks import find_checked_out, read_rules
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_document, check_file
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer

_FORM = "record/canonical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """What was found of how many records in the registry `place`.

    That is those that were rewritten (or would be), by path, and why others were not.
    """

    place: str
    looked_at: int
    rewritten: tuple[str, ...]
    problems: tuple[Problem, ...]


def fmt(context: Context, paths: Sequence[Path] = (), *, check: bool = False) -> Formatted:
    """Rewrite the checked-out records at `paths`, folders included, or all of them; with `check`, only say which.

    A file is rewritten only if that changes nothing but its form: what is wrong with it otherwise is for a person.
    """
    with context.open_registry() as store:
        if store.repository.bare:
            raise UsageError("a bare repository has no checked-out files to rewrite", hint="do it in a clone")
        worktree = store.worktree()
        root = worktree.root
        rules = read_rules(worktree.read)
        wanted = [context.directory / path for path in paths] or [root / RECORDS]
        looked_at, rewritten, problems = 0, [], list(rules.problems)
        there = find_checked_out(root, wanted) if paths or (root / RECORDS).exists() else ()
        for path, data in worktree.read_many([path for path in dict.fromkeys(there) if path.startswith(f"{RECORDS}/")]):
            if data is None:
                continue
            looked_at += 1
            if found := check_file(data, path=path, settings=rules.settings):
                canonical = canonical_form(data, path=path, settings=rules.settings)
                if canonical is None:
                    problems += (problem for problem in found if problem.rule != _FORM)
                    continue
                if not check:
                    _replace(store.repository, worktree, path, data, canonical)
                rewritten.append(path)
    return Formatted(place=context.place(), looked_at=looked_at, rewritten=tuple(rewritten), problems=tuple(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did in the registry `place`, or would do if `revision` is empty.

    That is the records, by path, and why others were not upgraded.
    """

    place: str
    revision: str
    upgraded: tuple[str, ...]
    problems: tuple[Problem, ...]


def upgrade(context: Context, *, dry_run: bool = False) -> Upgraded:
    """Write all records of older versions of the schema in the newest one, in one commit.

    That changes neither what they say nor the digest of what they deploy. Records that the newest version does not
    allow stay as they are.
    """
    files: dict[str, bytes | None] = {}
    decided_on: dict[str, bytes | None] = {}
    problems: list[Problem] = []
    with context.open_registry() as store, Writer(store) as writer:
        for path, data in _committed(store):
            document = load(data).document
            if document is None or document.get("schemaVersion") == SCHEMA_VERSION:
                continue
            newer: Document = {**document, "schemaVersion": SCHEMA_VERSION}
            if found := check_document(newer, settings=Settings()):
                problems += (replace(problem, file=path) for problem in found)
                continue
            files[path], decided_on[path] = to_yaml(newer), data
        if not files or dry_run:
            return Upgraded(place=context.place(), revision="", upgraded=tuple(files), problems=tuple(problems))
        message = f"Upgrade {len(files)} records to version {SCHEMA_VERSION} of the schema\n"
        change = Change(files=files, message=message, at=context.clock(), decided_on=decided_on)
        written = writer.write([change], on_wait=context.tell)
    return Upgraded(
        place=context.place(), revision=written.revisions[0], upgraded=tuple(files), problems=tuple(problems)
    )


def _committed(store: Store) -> Iterator[tuple[str, bytes]]:
    """The records at the tip, with their paths in the registry."""
    found = store.reader.tree(f"HEAD:{store.repository.prefix}{RECORDS}")
    for shard, folder in sorted(found[1].items()) if found else ():
        inside = store.reader.tree(folder.oid)
        names = {name: entry.oid for name, entry in sorted(inside[1].items())} if inside else {}
        contents = store.reader.read_many(names.values())
        yield from ((f"{RECORDS}/{shard}/{name}", data or b"") for name, data in zip(names, contents, strict=True))


def canonical_form(data: bytes, *, path: str, settings: Settings) -> bytes | None:
    """`data` in canonical form; None if that is not a valid record at `path`."""
    document = load(data).document
    if document is None or check_document(document, settings=settings):
        return None
    canonical = split_modeline(data)[0] + to_yaml(document)
    return None if check_file(canonical, path=path, settings=settings) else canonical


def _replace(repository: Repository, worktree: Worktree, path: str, before: bytes, after: bytes) -> None:
    """Put the new content in the old one's place, unless somebody else wrote the file meanwhile."""
    file, out = repository.root / path, unplaced(repository)
    try:
        make_private(repository)
        with prepared(out, after, executable=bool(file.stat().st_mode & stat.S_IXUSR)):
            if worktree.read(path) != before:
                raise RegistryError(f"{file} was changed by another program at the same time", hint="run it again")
            move_in(out, repository.top, repository.prefix + path)
    except OSError as err:
        raise RegistryError(f"cannot write {file}: {err.strerror}", hint="check the disk and its permissions") from err
