"""Secrets in a registry's whole history: what every commit wrote, said and was signed with, each object once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.everything import (
    count_commits,
    read_annotations,
    read_everything,
    read_reflogs,
    read_unreachable,
)
from registry_tool.git.log import LoggedCommit, read_commits_of
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.span import is_shallow
from registry_tool.problems import Problem
from registry_tool.record.canonical import parse_canonical
from registry_tool.record.identity import Document
from registry_tool.record.layout import REGISTRY_FOLDER, is_record_path
from registry_tool.record.load import load
from registry_tool.record.yamldoc import MAX_BYTES
from registry_tool.redact import redact_text
from registry_tool.rules.leaks import find_leaks, find_record_leaks
from registry_tool.store.reading import Store

MESSAGE = "(message)"
TAG = "(tag)"
UNREACHABLE = "(unreachable)"
REFLOG = "(reflog)"
"""What a leak's path says where no file is meant."""

# Program text gives such names to anything: outside of the registry's own folder they say nothing.
_BY_NAME = frozenset(f"secret/{kind}" for kind in ("argument", "assignment", "model-parameter", "named-value"))
_PEOPLE = re.compile(rb"^(author|committer) (.*?) ?<([^>\n]*)>", re.MULTILINE)
# So many commits, and so many of their records, are asked of git at once.
_TOGETHER = 200
_MOST_AHEAD = 1000
# Larger files are looked through in pieces that overlap by more than any secret is long.
_PIECE = MAX_BYTES
_OVERLAP = 1 << 16


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in history: the first commit (or the tag) that has it, and where in it. Paths are the repository's."""

    revision: str
    problem: Problem


TAKE_OUT = (
    "take it out of the history: amend or rebase a commit that is not pushed; "
    "rewrite one that is, together, with git filter-repo --replace-text"
)
"""What to do about a secret that was committed, once it is revoked."""


class LeakError(RegistryError):
    """A commit that was about to go on its way has a secret in it."""

    def __init__(self, leaks: Sequence[Leak], about_to: str) -> None:
        """Name the places and rules, never the values."""
        places = "".join(
            f"\n  {leak.revision[:12]} {leak.problem.file}: {leak.problem.path or f'line {leak.problem.line}'}: "
            f"{leak.problem.rule}"
            for leak in leaks
        )
        super().__init__(
            f"a secret was about to be {about_to}:{places}",
            hint=f"revoke it; then {TAKE_OUT}",
        )


@dataclass(slots=True)
class ScanReport:
    """What was looked through so far, and the leaks in it, oldest first.

    A shallow clone does not have the history before the commits that it was cut off at.
    """

    commits: int = 0
    files: int = 0
    tags: int = 0
    unreachable: int = 0
    leaks: tuple[Leak, ...] = ()
    is_shallow: bool = False


def scan_history(
    store: Store, revisions: Sequence[str], *, unreachable: bool = False, on_progress: Callable[[int, int], None]
) -> ScanReport:
    """The secrets in all that `revisions` reach; without any, in all branches, tags, notes and stashes.

    With `unreachable`, also in the objects that no ref reaches, older stashes among them, and in the reflogs.
    `on_progress` is told how many of how many commits have been looked through. Raises `UsageError` for a revision that
    there is not, and `GitError` for an object that is missing: nobody knows what was in it.
    """
    report = ScanReport(is_shallow=is_shallow(store.repository))
    scanner = _Scanner(store, report)
    leaks = [*_scan(store, scanner, revisions, report, on_progress)]
    if unreachable:
        leaks += scanner.unreachable(store.repository)
    report.leaks = tuple(leaks)
    return report


def _scan(
    store: Store,
    scanner: _Scanner,
    revisions: Sequence[str],
    report: ScanReport,
    on_progress: Callable[[int, int], None],
) -> Iterator[Leak]:
    try:
        total = count_commits(store.repository, revisions)
    except GitError as err:
        raise UsageError(str(err), hint="name revisions as for git log: main, v1..v2") from err
    remaining = read_everything(store.repository, revisions)
    while commits := list(islice(remaining, _TOGETHER)):
        scanner.read_ahead(commits)
        for commit in commits:
            yield from scanner.commit(commit)
        report.commits += len(commits)
        on_progress(report.commits, total)
    if not revisions:
        for name, oid, is_tag in read_annotations(store.repository):
            yield from scanner.ref(name, oid, is_tag=is_tag)


def refuse_leaks(store: Store, *wanted: str, about_to: str) -> None:
    """Raise `LeakError` if one of the commits that `wanted` means to `git log` has a secret that came past the gate.

    That is in its message, its author, or what it made of the registry's own files. `about_to` says what was going to
    be done with the commits.
    """
    scanner = _Scanner(store, ScanReport())
    own = f"{store.repository.prefix}{REGISTRY_FOLDER}/"
    leaks = [
        leak
        for commit in read_commits_of(store.repository, *wanted, "--")
        for leak in scanner.commit(
            replace(commit, files=tuple(file for file in commit.files if file.path.startswith(own)))
        )
    ]
    if leaks:
        raise LeakError(leaks, about_to)


class _Scanner:
    """What has been looked at: no blob, path or identity is looked at twice."""

    def __init__(self, store: Store, report: ScanReport) -> None:
        self._reader = store.reader
        self._prefix = store.repository.prefix
        self._allow = store.settings().allow if store.is_registry() else frozenset()
        self._report = report
        self._seen: set[str | bytes] = set()
        self._ahead: dict[str, bytes | None] = {}

    def read_ahead(self, commits: Sequence[LoggedCommit]) -> None:
        """Read what will be asked for of these commits at once, as far as it is small: commits and records."""
        records = (
            file.after
            for commit in commits
            for file in commit.files
            if file.after and file.after not in self._seen and is_record_path(file.path.removeprefix(self._prefix))
        )
        oids = [*(commit.revision for commit in commits), *islice(records, _MOST_AHEAD)]
        self._ahead = dict(zip(oids, self._reader.read_many(oids), strict=True))

    def commit(self, commit: LoggedCommit) -> Iterator[Leak]:
        header, _, message = self._read(commit.revision).partition(b"\n\n")
        # A name and an address, a line each: what is known by the start of a line is found there, too.
        people = {f"({role.decode()})": b"%b\n%b" % (name, email) for role, name, email in _PEOPLE.findall(header)}
        for part, data in (*people.items(), (MESSAGE, message)):
            if part == MESSAGE or self._is_new(data):
                leaks = find_leaks(data, file=part, about=lambda: self._records(commit))
                yield from (Leak(commit.revision, problem) for problem in leaks)
        for file in commit.files:
            if file.after and self._is_new(file.after):
                self._report.files += 1
                yield from (Leak(commit.revision, problem) for problem in self._file(file.after, file.path))
            if self._is_new(file.path):
                yield from (Leak(commit.revision, problem) for problem in _name(file.path))

    def ref(self, name: str, oid: str, *, is_tag: bool) -> Iterator[Leak]:
        yield from (Leak(oid, problem) for problem in _name(name))
        if is_tag:
            self._report.tags += 1
            yield from (Leak(oid, problem) for problem in find_leaks(self._read(oid), file=TAG))

    def unreachable(self, repository: Repository) -> Iterator[Leak]:
        """The leaks in the objects that no ref reaches, and in what the reflogs say."""
        for kind, oid in read_unreachable(repository):
            self._report.unreachable += 1
            data = self._read(oid)
            if kind == "blob":
                found: Iterable[Problem] = (
                    find_record_leaks(data, file=UNREACHABLE, allow=self._allow)
                    if parse_canonical(data)
                    else (one for one in _in_pieces(data, UNREACHABLE) if one.rule not in _BY_NAME)
                )
            elif kind == "tree":
                # A name, then a zero byte and an id; the modes before the names are digits.
                id_bytes = len(oid) // 2
                names = re.findall(rb"\d{5,6} ([^\0]+)\0[\s\S]{%d}" % id_bytes, data)
                found = find_leaks(b"\n".join(names), file=UNREACHABLE)
            else:
                found = find_leaks(data, file=UNREACHABLE)
            yield from (Leak(oid, problem) for problem in found)
        for oid, text in read_reflogs(repository):
            yield from (Leak(oid, problem) for problem in find_leaks(text.encode(errors="replace"), file=REFLOG))

    def _records(self, commit: LoggedCommit) -> Iterator[Document]:
        """The records that a commit is about: those that it wrote, or removed."""
        for file in commit.files:
            if is_record_path(file.path.removeprefix(self._prefix)):
                yield load(self._read(file.after or file.before)).document or {}

    def _is_new(self, key: str | bytes) -> bool:
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _file(self, oid: str, path: str) -> Iterator[Problem]:
        data = self._read(oid)
        if len(data) <= MAX_BYTES and is_record_path(path.removeprefix(self._prefix)):
            yield from find_record_leaks(data, file=path, allow=self._allow)
            return
        is_own = path.startswith(f"{self._prefix}{REGISTRY_FOLDER}/")
        yield from (problem for problem in _in_pieces(data, path) if is_own or problem.rule not in _BY_NAME)

    def _read(self, oid: str) -> bytes:
        data = self._ahead.get(oid) or self._reader.read(oid)
        if data is None:
            raise GitError(
                f"{oid} is missing, so nobody knows what is in it", hint="git fetch --refetch, or scan a whole clone"
            )
        return data


def _in_pieces(data: bytes, path: str) -> Iterator[Problem]:
    for start in range(0, max(len(data) - _OVERLAP, 1), _PIECE):
        line = data.count(b"\n", 0, start)
        for problem in find_leaks(data[start : start + _PIECE + _OVERLAP], file=path):
            yield replace(problem, line=problem.line + line)


def _name(path: str) -> Iterator[Problem]:
    """A secret in the name of a file or a branch; the name is not shown as it is."""
    for problem in find_leaks(path.encode("utf-8", "surrogateescape"), file=""):
        yield replace(problem, file=redact_text(path), line=0, column=0)
