"""The face for Python: an open registry as an object, and results that cannot change.

It is a thin layer over `api`, for people and notebooks: `import registry_tool` shows these names. Nothing in it prints,
changes the environment or the working directory, or takes a signal. What the command line says on standard error goes
to the logger `registry_tool`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias, TypedDict, Unpack, cast

from registry_tool.api.context import Context
from registry_tool.api.validate import ValidationReport
from registry_tool.errors import RegistryError, UsageError
from registry_tool.face.results import Hit, Listing, Record, RecordChange, Registered, Summary, wrong_name
from registry_tool.index.query import FILTERS, LABEL, AmbiguousError, NotFoundError
from registry_tool.problems import Problem
from registry_tool.record.diff import FieldChange, diff
from registry_tool.record.identity import Status
from registry_tool.redact.finding import Finding
from registry_tool.review import Review
from registry_tool.trail.history import Entry

if TYPE_CHECKING:
    from registry_tool.index.query import Query
    from registry_tool.index.query import Summary as Row

__all__ = [
    "AmbiguousError",
    "Entry",
    "FieldChange",
    "Filters",
    "Finding",
    "Hit",
    "Listing",
    "NotFoundError",
    "Problem",
    "Record",
    "RecordChange",
    "Registered",
    "Registry",
    "RegistryError",
    "Review",
    "Summary",
    "UsageError",
    "ValidationReport",
]

Values: TypeAlias = str | Sequence[str]


class Filters(TypedDict, total=False):
    """What chooses records, as the options of `registry list` do: one value, or several: any of them may match.

    A `label` is `NAME=VALUE`, or `NAME` for any value.
    """

    project: Values
    deployment_config: Values
    architecture: Values
    backend: Values
    model: Values
    instance_type: Values
    region: Values
    target: Values
    status: Values
    label: Values


@dataclass(frozen=True, slots=True)
class Registry:
    """An open registry: `open`, `clone` or `init` makes one. Paths are those from the directory at that time."""

    root: Path
    _context: Context = field(repr=False, compare=False)

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Open the registry in the folder `path`; without it, the one that the command line would use here.

        `environment` is the process's own unless given. It and the working directory count as they are now.
        """
        if path is not None and "://" in str(path):
            raise UsageError(f"{path} is not a folder", hint=f"clone it: Registry.clone({str(path)!r}, FOLDER)")
        context = _context(path, environment, clock)
        with context.open_registry() as store:
            root = store.repository.root
        return cls(root, replace(context, registry=root))

    @classmethod
    def clone(
        cls,
        url: str,
        path: Path | str,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Clone the registry at `url` into the new folder `path`, and open it."""
        from registry_tool.api.setup import init

        context = _context(None, environment, clock)
        init(context, Path(path), clone=url)
        return cls.open(path, environment=environment, clock=clock)

    @classmethod
    def init(
        cls,
        path: Path | str,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Make the folder `path` a registry unless it is one, and open it."""
        from registry_tool.api.setup import init

        context = _context(None, environment, clock)
        init(context, Path(path))
        return cls.open(path, environment=environment, clock=clock)

    def register(  # noqa: PLR0913  the options of the command, each by its name
        self,
        project: Path | str,
        *,
        notes: str = "",
        status: Status = "success",
        labels: Mapping[str, str] | None = None,
        branch: str = "",
        push: bool = False,
        dry_run: bool = False,
    ) -> Registered:
        """Capture the deployment of the project in a folder, and commit it as a record.

        `labels` are set by name, and an empty text takes one away; the record keeps its others.
        """
        from registry_tool.api.register import RegisterRequest, register

        request = RegisterRequest(
            project_dir=self._context.directory / project,
            notes=notes,
            status=status,
            labels=labels or {},
            branch=branch,
            push=push,
            dry_run=dry_run,
        )
        done = register(self._context, request)
        document = done.accepted.record.document
        return Registered(
            kind="updated" if done.previous else "registered",
            config_id=done.accepted.record.config_id,
            revision=next(iter(done.written.revisions), ""),
            path=done.path,
            record=Record(document),
            changes=diff(done.previous, document) if done.previous else (),
            redacted=done.accepted.findings,
            warnings=done.warnings,
            error=done.shared.error if done.shared else None,
        )

    def list(
        self,
        *,
        sort: str = "registered:desc",
        limit: int = 0,
        at: str = "",
        removed: bool = False,
        **filters: Unpack[Filters],
    ) -> Listing:
        """The records that the filters choose, at the revision or date `at`, else now; or those that were `removed`."""
        query = _query(filters, order=sort, limit=limit)
        if removed:
            from registry_tool.api.remove import list_removed as list_records
        else:
            from registry_tool.api.read import list_records
        found = list_records(self._context, query, at=at)
        return Listing(tuple(map(_summary, found.summaries)), tuple(file.path for file in found.unreadable))

    def show(self, selector: str, *, at: str = "") -> Record:
        """The one record that `selector` means: a configId, the start of one, or a project's name."""
        from registry_tool.api.read import show

        return Record(show(self._context, selector, at=at))

    def log(  # noqa: PLR0913  the options of the command, each by its name
        self,
        selector: str = "",
        *,
        at: str = "",
        since: str = "",
        until: str = "",
        author: str = "",
        status: str = "",
        limit: int = 0,
        changes: bool = False,
    ) -> tuple[Entry, ...]:
        """The trail of one record or of all, newest first; with `changes`, entries say which fields they changed."""
        from registry_tool.api import trail as api

        request = api.LogRequest(
            selector=selector,
            at=at,
            since=since,
            until=until,
            author=author,
            status=status,
            limit=limit,
            changes=changes,
        )
        return tuple(api.log(self._context, request))

    def diff(self, what: str, before: str = "", after: str = "") -> tuple[RecordChange, ...]:
        """What differs in the record `what` between two revisions or dates, or in all of them: `diff("A..B")`.

        Of a record without `before`, its last change.
        """
        from registry_tool.api import trail as api

        first, dots, last = what.partition("..")
        found = api.diff_registry(self._context, first, last) if dots else api.diff(self._context, what, before, after)
        return tuple(
            RecordChange(
                kind=change.kind,
                config_id=change.config_id,
                before=Record(change.before) if change.before is not None else None,
                after=Record(change.after) if change.after is not None else None,
                fields=change.fields,
            )
            for change in found
        )

    def search(self, *words: str, limit: int = 0, at: str = "", **filters: Unpack[Filters]) -> tuple[Hit, ...]:
        """The records in which each of `words` occurs in some field, the best match first."""
        from registry_tool.api.search import search

        found = search(self._context, words, _query(filters, limit=limit), at=at)
        return tuple(Hit(_summary(one.summary), one.match.path, one.match.excerpt) for one in found)

    def validate(
        self, *paths: Path | str, at: str = "", changed: str = "", staged: bool = False, all_history: bool = False
    ) -> ValidationReport:
        """Everything that is wrong with files, else with all of them; or with what a range of commits `changed`."""
        from registry_tool.api.validate import ValidateRequest, validate

        request = ValidateRequest(
            paths=tuple(map(Path, paths)), at=at, changed=changed, staged=staged, all_history=all_history
        )
        report = validate(self._context, request)
        return replace(report, problems=tuple(report.problems))

    def review(self, span: str, *, accept_new_rules: bool = False) -> Review:
        """What the range `BASE..HEAD` brings, as a pull request of HEAD into BASE does.

        With `accept_new_rules`, a record that only its own change of the rules allows does not make the review fail.
        """
        from registry_tool.api.review import review

        return review(self._context, span, accept_new_rules=accept_new_rules).review


def _context(
    path: Path | str | None, environment: Mapping[str, str] | None, clock: Callable[[], datetime] | None
) -> Context:
    return Context(
        environment=dict(os.environ if environment is None else environment),
        directory=Path.cwd(),
        registry=None if path is None else Path(path),
        clock=clock or (lambda: datetime.now().astimezone()),
        tell=_log,
    )


def _log(line: str) -> None:
    import logging

    logging.getLogger("registry_tool").info("%s", line)


def _query(filters: Filters, *, order: str = "registered:desc", limit: int) -> Query:
    from registry_tool.index.query import Query

    wanted: dict[str, Sequence[str]] = {}
    names = {name.replace("-", "_"): name for name in (*FILTERS, LABEL)}
    for name, values in cast("Mapping[str, Values]", filters).items():
        if name not in names:
            raise wrong_name(f"there is no filter {name!r}", name, tuple(names), "the filters are")
        wanted[names[name]] = [values] if isinstance(values, str) else list(values)
    return Query(filters=wanted, order=order, limit=limit)


def _summary(row: Row) -> Summary:
    return Summary(row.values())
