"""Taking a record out of the registry, and bringing back one that was: both are commits like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from registry_tool.api.context import Context
from registry_tool.api.read import Listing
from registry_tool.api.selection import find_past, read_document, select
from registry_tool.errors import RegistryError
from registry_tool.index import Index
from registry_tool.index.query import NotFoundError, Query, find
from registry_tool.index.rows import File
from registry_tool.record.identity import Record
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.redact import secret_values
from registry_tool.store.gate import Change
from registry_tool.store.messages import commit_message
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer, Written
from registry_tool.trail.history import read_removals
from registry_tool.trail.replaced import read_replaced

Files: TypeAlias = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A record that was removed or restored, or would be if `written` has no revision, in the registry `place`."""

    record: Record
    path: str
    written: Written
    place: str


def remove(context: Context, selector: str, *, notes: str = "", dry_run: bool = False) -> Outcome:
    """Remove the record that `selector` means; its history stays."""
    with context.open_registry() as store:
        config_id = select(context, store, selector, "HEAD")
        path = record_path(config_id)
        before = store.read(config_id)
        record = Record(read_document(store, config_id, "HEAD"))
        change = _change(context, store, {path: None}, {path: before}, commit_message("Remove", record, notes))
        return Outcome(record, path, _write(context, store, change, dry_run=dry_run), context.place())


def restore(context: Context, selector: str, *, notes: str = "", dry_run: bool = False) -> Outcome:
    """Bring back a removed record as it was live last; `selector` is its configId, the start of it or its project.

    The id of a commit, as `registry log` prints it, brings back the version that this commit registered.
    """
    with context.open_registry() as store:
        meant = find_past(store, selector, "HEAD")
        if meant is None or store.read(meant.config_id) is not None:
            raise NotFoundError(f"no removed record answers to {selector!r}", hint="see: registry list --removed")
        path = record_path(meant.config_id)
        content = store.read(meant.config_id, meant.revision) or b""
        document, reason = load_record(content, path=path)
        if document is None:
            raise RegistryError(
                f"{meant.config_id} could not be read when it was removed: {reason}",
                hint=f"see: git show {meant.revision[:12]}",
            )
        record = Record(document)
        message = commit_message("Restore", record, notes, with_status=True)
        change = _change(context, store, {path: content}, {path: None}, message)
        return Outcome(record, path, _write(context, store, change, dry_run=dry_run), context.place())


def list_removed(context: Context, query: Query, *, at: str = "") -> Listing:
    """The removed records that `query` asks for, as they were last.

    Their summaries also say `removedAt`, `removedBy`, `removedIn` (the commit) and `removalNotes`.
    """
    with context.open_registry() as store:
        removals = {one.config_id: one for one in read_removals(store.repository, revision=store.revision(at))}
        files = [File(record_path(key), key[:2], one.before) for key, one in removals.items()]
        with Index.of_files(store.reader, files) as index:
            found = find(index, query)
    summaries = []
    for summary in found:
        removal = removals[summary["configId"]]
        told = {
            "removedAt": removal.at,
            "removedBy": f"{removal.author} <{removal.email}>",
            "removedIn": removal.revision,
            "removalNotes": removal.notes.partition("\n")[0],
        }
        summaries.append(summary.extended(told))
    return Listing(summaries, ())


def list_replaced(context: Context, query: Query, *, at: str = "") -> Listing:
    """The records that `query` asks for and that replaced the record of another project.

    Their summaries also say `replacedProject`, `replacedAt`, `replacedBy`, and `replacedIn`, the commit that did it.
    The other project's last version stands in the commit before.
    """
    with context.open_registry() as store:
        revision = store.revision(at)
        with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
            found = find(index, query)
        replaced = {one.config_id: one for one in read_replaced(store.repository, revision=revision)}
    summaries = []
    for summary in found:
        if one := replaced.get(summary["configId"]):
            told = {
                "replacedProject": one.project_before,
                "replacedAt": one.at,
                "replacedBy": f"{one.author} <{one.email}>",
                "replacedIn": one.revision,
            }
            summaries.append(summary.extended(told))
    return Listing(summaries, ())


def _change(context: Context, store: Store, files: Files, decided_on: Files, message: str) -> Change:
    secrets = secret_values(context.environment, allow=store.settings().allow)
    return Change(files=files, message=message, at=context.clock(), decided_on=decided_on, secrets=secrets)


def _write(context: Context, store: Store, change: Change, *, dry_run: bool) -> Written:
    with Writer(store) as writer:
        return writer.rehearse([change]) if dry_run else writer.write([change], on_wait=context.tell)
