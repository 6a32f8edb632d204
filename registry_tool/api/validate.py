"""Checking a registry's files before and after they are committed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from registry_tool.api.context import Context
from registry_tool.errors import UsageError
from registry_tool.git import entries
from registry_tool.git.entries import CommittedFile
from registry_tool.problems import Problem
from registry_tool.record.fields import SCHEMA_VERSION
from registry_tool.record.layout import MARKER, POLICY, REGISTRY_FOLDER, record_path
from registry_tool.rules.checks import (
    MANY,
    CheckedFile,
    Rules,
    check,
    checked_out,
    find_checked_out,
    from_git,
    read_rules,
)
from registry_tool.rules.schema import schema_file
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.git.span import Span
    from registry_tool.rules.known import KnownGood
    from registry_tool.trail.mixes import Mix


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest:
    """What to check; nothing said means every checked-out file, or of a bare repository every file at its tip.

    `paths` are checked-out files and folders. `at` is a revision or date. `changed` is a range of commits: what changed
    in it, as it is at its end. `staged` means what git's index holds that the tip does not. `all_history` means every
    version of every record that was ever committed.
    """

    paths: Sequence[Path] = ()
    at: str = ""
    changed: str = ""
    staged: bool = False
    all_history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What `validate` found in how many files. `prefix` is where the registry lies in its repository.

    `remark` is what the user should know about what was checked, in a line.
    """

    checked: int
    problems: Sequence[Problem]
    prefix: str = ""
    remark: str = ""


def validate(context: Context, request: ValidateRequest) -> ValidationReport:
    """Everything that is wrong with the files that are meant, and with the rules that they are checked against."""
    _refuse_contradiction(request)
    with context.open_folder() as store:
        if request.all_history:
            report = _check_history(store, request.at)
        elif request.changed:
            from registry_tool.git.span import find_span

            report = check_span(store, find_span(store.repository, request.changed))
        elif request.staged:
            report = _check_staged(store)
        elif request.at or store.repository.bare:
            report = _check_committed(store, store.revision(request.at))
        else:
            report = _check_checked_out(store, [context.directory / path for path in request.paths])
        if not (request.all_history or request.changed or request.at):
            from registry_tool.trail.mixes import find_mixes_in_progress

            report = _with_mixes(report, find_mixes_in_progress(store.repository))
        return replace(report, prefix=store.repository.prefix)


def check_span(store: Store, span: Span) -> ValidationReport:
    """Everything that is wrong with what a pull request brings; with all records if it changes what rules them."""
    found = list(entries.changed(store.repository, span.base, span.head, REGISTRY_FOLDER))
    if ruling := _ruling(entry.path for entry in found):
        report = _check_committed(store, span.head, ruling)
    else:
        report = _check_entries(store, found, committed_rules(store, span.head))
    from registry_tool.trail.mixes import find_merged_mixes

    return _with_mixes(report, find_merged_mixes(store.repository, str(span), span.head))


def committed_rules(store: Store, revision: str) -> Rules:
    """The rules at a revision, those in git's index if it is empty. A link does not count as a file here either."""
    repository = store.repository

    def read(path: str) -> bytes | None:
        found = entries.committed(repository, revision, path) if revision else entries.in_index(repository, path)
        entry = next((one for one in found if one.path == path and one.mode.startswith("100")), None)
        return store.reader.read(entry.oid) if entry else None

    return read_rules(read)


def check_by(store: Store, revision: str, rules: Rules) -> Sequence[Problem]:
    """Everything that is wrong with the files of a commit by `rules`, which need not be its own."""
    found = entries.committed(store.repository, revision, REGISTRY_FOLDER)
    return _check_entries(store, found, rules._replace(problems=())).problems


def _refuse_contradiction(request: ValidateRequest) -> None:
    given = {
        "paths": bool(request.paths),
        "--changed": bool(request.changed),
        "--staged": request.staged,
        "--at or --all-history": bool(request.at) or request.all_history,
    }
    said = [name for name, is_given in given.items() if is_given]
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} cannot be combined", hint="each says which files to check")


def _with_mixes(report: ValidationReport, mixes: Iterable[Mix]) -> ValidationReport:
    """The report with a problem for each record that a merge mixed."""
    problems = [
        Problem(
            rule="merge/mix",
            message=f"mixes two registrations: neither {' nor '.join(side[:12] for side in mix.sides)} had it so, and "
            f"nobody deployed it. Take one side as a whole: registry resolve {mix.config_id} --newest, or git checkout "
            f"{mix.sides[0][:12]} -- {record_path(mix.config_id)}; or register again",
            file=record_path(mix.config_id),
        )
        for mix in mixes
    ]
    return replace(report, problems=[*report.problems, *problems])


def _check_checked_out(store: Store, wanted: Sequence[Path]) -> ValidationReport:
    repository = store.repository
    if repository.bare:
        raise UsageError("only checked-out files can be named", hint="leave out the paths, or use --at")
    worktree = store.worktree()
    rules = read_rules(worktree.read)
    paths = list(dict.fromkeys(find_checked_out(worktree.root, wanted)))
    ruling = _ruling(paths) if wanted else ""
    if ruling:
        paths = sorted({*paths, *find_checked_out(worktree.root, [])})
    if ruling or not wanted:
        paths += worktree.kept_out(REGISTRY_FOLDER)
    known = _known(store, rules) if len(paths) > MANY else None
    files = checked_out(worktree, paths, repository.object_format, known)
    return _report(files, rules, known, ruling, whole=not wanted or bool(ruling))


def _check_committed(store: Store, revision: str, ruling: str = "") -> ValidationReport:
    rules = committed_rules(store, revision)
    found = entries.committed(store.repository, revision, REGISTRY_FOLDER)
    return _check_entries(store, found, rules, ruling, whole=True)


def _check_staged(store: Store) -> ValidationReport:
    rules = committed_rules(store, "")
    found = list(entries.staged(store.repository, REGISTRY_FOLDER))
    ruling = _ruling(entry.path for entry in found)
    if ruling:
        found = list(entries.in_index(store.repository, REGISTRY_FOLDER))
    return _check_entries(store, found, rules, ruling)


def _check_entries(
    store: Store, found: Iterable[CommittedFile], rules: Rules, ruling: str = "", *, whole: bool = False
) -> ValidationReport:
    listed = list(found)
    known = _known(store, rules) if len(listed) > MANY else None
    return _report(from_git(listed, store.reader, known), rules, known, ruling, whole=whole)


def _report(
    files: Iterator[CheckedFile], rules: Rules, known: KnownGood | None, ruling: str, *, whole: bool
) -> ValidationReport:
    checked = 0
    problems = list(rules.problems)
    for _, found in check(files, rules, known):
        checked += 1
        problems += found
    if known and whole:  # a part would push out the rest
        known.save()
    remark = f"{ruling} rules all records, so all were checked" if ruling else ""
    return ValidationReport(checked=checked, problems=problems, remark=remark)


def _check_history(store: Store, at: str) -> ValidationReport:
    from registry_tool.git.span import is_shallow
    from registry_tool.rules.validate import check_version
    from registry_tool.trail.history import read_versions

    checked = 0
    problems: list[Problem] = []
    for version in read_versions(store.repository, store.revision(at)):
        checked += 1
        place = f"{version.revision[:12]}:{version.path}"
        problems += (replace(problem, file=place) for problem in check_version(version.content, path=version.path))
    remark = "this clone is shallow: only the history that it has was read" if is_shallow(store.repository) else ""
    return ValidationReport(checked=checked, problems=problems, remark=remark)


def _ruling(paths: Iterable[str]) -> str:
    """The first of `paths` that decides what other records may be."""
    return next((path for path in paths if path in {MARKER, POLICY}), "")


def _known(store: Store, rules: Rules) -> KnownGood | None:
    """What is known under these rules; rules that cannot be used make nothing good."""
    if rules.problems:
        return None
    from registry_tool.rules.known import KnownGood  # the database that few need

    return KnownGood(store.repository, rules.texts)


def schema_text(name: Literal["record", "registry", "policy"]) -> str:
    """The JSON Schema of a record in the version that is written, of registry.yaml, or of a policy."""
    return schema_file(f"record-{SCHEMA_VERSION}" if name == "record" else f"{name}-1").read_text(encoding="utf-8")
