"""Reading history: the trail, what changed between two points of it, and where each field comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.selection import Meant, find_meant, read_document, select
from registry_tool.errors import UsageError
from registry_tool.git.log import LogFilter
from registry_tool.git.revision import find_instant, find_revision
from registry_tool.index.query import NotFoundError, has_labels
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store
from registry_tool.trail.blame import Origin
from registry_tool.trail.blame import blame as blame_record
from registry_tool.trail.changes import RecordChange, compare, read_changes
from registry_tool.trail.history import Entry, read_history, read_live


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """The part of the trail to read: of one record or of all, up to the revision or date `at`.

    `since` and `until` are dates, a day being meant from its start to its end; `author` is a part of a name or address;
    `status` is a registration's. `limit` is a number of entries, 0 for all. With `changes`, entries say which fields
    they changed; with `verify`, what git says of their signatures; with `first_parent`, they are what was live on the
    branch, in which a merge is a step of its own.
    """

    selector: str = ""
    at: str = ""
    since: str = ""
    until: str = ""
    author: str = ""
    status: str = ""
    limit: int = 0
    changes: bool = False
    verify: bool = False
    first_parent: bool = False


def log(context: Context, request: LogRequest) -> Iterator[Entry]:
    """The audit trail, newest first."""
    with context.open_registry() as store:
        repository, revision = store.repository, store.revision(request.at)
        config_id = select(context, store, request.selector, revision) if request.selector else ""
        chosen = LogFilter(
            since=find_instant(repository, request.since, start=True) if request.since else None,
            until=find_instant(repository, request.until, start=False) if request.until else None,
            author=request.author,
            first_parent=request.first_parent,
            by_date=bool(request.limit) and not config_id,
        )
        history = read_history(repository, config_id, revision=revision, chosen=chosen, with_changes=request.changes)
        entries: Iterator[Entry] = (
            entry
            for entry in history
            if not request.status or (entry.kind != "removed" and entry.status == request.status)
        )
        entries = map(Hiding(store).entry, islice(entries, request.limit or None))
        if request.verify:
            from registry_tool.git.signatures import signature_reader

            read = signature_reader(repository)
            entries = (replace(entry, signature=read(entry.revision)) for entry in entries)
        yield from entries


def diff(
    context: Context, what: str, before: str = "", after: str = "", *, labels: Sequence[str] = ()
) -> Iterator[RecordChange]:
    """What differs in the record that `what` means, or since the revision that it names if it means no record."""
    try:
        yield from diff_record(context, what, before, after)
    except NotFoundError as err:
        if not _is_revision(context, what) or after:
            raise
        if before:
            err.hint = f"to compare the whole registry: registry diff {what}..{before}"
            raise
        yield from diff_registry(context, what, "", labels=labels)


def _is_revision(context: Context, what: str) -> bool:
    with context.open_registry() as store:
        try:
            find_revision(store.repository, what)
        except UsageError:
            return False
        return True


def diff_record(context: Context, selector: str, before: str = "", after: str = "") -> Iterator[RecordChange]:
    """What differs in one record between two revisions or dates: one change or none.

    `after` is the tip unless given. Without `before`, what is live is compared with what was live before; a
    registration that was named by its commit, with the version that it found.
    """
    with context.open_registry() as store:
        old, new = store.revision(before), store.revision(after)
        meant = _find_in_either(context, store, selector, old, new)
        config_id = meant.config_id
        last = None
        if not before:
            last = meant.registration or next(read_live(store.repository, config_id, revision=new), None)
        if meant.registration and not before:
            new = meant.registration.revision
        first = store.reader.read(last.before) if last and last.before else None
        change = compare(
            _document(config_id, store.read(config_id, old) if before else first),
            _document(config_id, store.read(config_id, new)),
        )
        yield from (Hiding(store).change(change),) if change else ()


def diff_registry(context: Context, before: str, after: str, *, labels: Sequence[str] = ()) -> Iterator[RecordChange]:
    """What differs in the whole registry between two revisions or dates, the tip where nothing is given.

    With `labels` (NAME or NAME=VALUE), only records that had them before or have them after.
    """
    with context.open_registry() as store:
        old, new = (find_revision(store.repository, when or "HEAD") for when in (before, after))
        changes = read_changes(store.repository, old, new, on_unreadable=lambda what: context.tell(f"warning: {what}"))
        chosen = (
            one for one in changes if any(has_labels(document or {}, labels) for document in (one.before, one.after))
        )
        yield from map(Hiding(store).change, chosen if labels else changes)


def blame(context: Context, selector: str, *, at: str = "") -> list[Origin]:
    """Where each field of a record comes from."""
    with context.open_registry() as store:
        revision = store.revision(at)
        config_id = select(context, store, selector, revision)
        document = read_document(store, config_id, revision)
        return Hiding(store).origins(blame_record(store.repository, config_id, revision=revision), document)


def _find_in_either(context: Context, store: Store, selector: str, old: str, new: str) -> Meant:
    """The record may be newer than one of the revisions."""
    try:
        return find_meant(context, store, selector, new)
    except NotFoundError:
        return find_meant(context, store, selector, old)


def _document(config_id: str, content: bytes | None) -> Document | None:
    return load_record(content, path=record_path(config_id))[0] if content is not None else None
