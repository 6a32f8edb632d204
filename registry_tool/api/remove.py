"""Taking records out of the registry, with commits like any other; and which ones were taken out or replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry_tool.api.context import Context
from registry_tool.api.read import Listing
from registry_tool.api.selection import read_document, select
from registry_tool.errors import UsageError
from registry_tool.index import Index
from registry_tool.index.query import NotFoundError, Query, explain_nothing, find
from registry_tool.index.rows import IndexedFile
from registry_tool.record.identity import Record
from registry_tool.record.layout import record_path
from registry_tool.redact import secret_values
from registry_tool.store.gate import Change
from registry_tool.store.messages import commit_message
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer, Written
from registry_tool.trail.history import read_removals
from registry_tool.trail.replaced import read_replaced


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that is to be removed, its path, and what is there now."""

    record: Record
    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Removed:
    """The records that were removed, or would be if `written` has no revision, in the registry `place`."""

    records: Sequence[Record]
    written: Written
    place: str


def find_candidates(context: Context, selector: str, filters: Mapping[str, Sequence[str]]) -> list[Candidate]:
    """The one record that `selector` means, or all that the filters choose; `RegistryError` if there is none."""
    if bool(selector) == bool(filters):
        raise UsageError(
            "records to remove are either named or chosen by filters",
            hint="name one: registry remove ID; or: registry remove --project NAME --dry-run",
        )
    with context.open_registry() as store:
        if selector:
            return [_candidate(store, select(context, store, selector, "HEAD"))]
        with Index(store.repository, store.reader, on_progress=context.progress) as index:
            query = Query(filters=filters, order="project", fields=("configId",))
            found = find(index, query)
            hint = "; ".join(explain_nothing(index, query)) if not found else ""
        if not found:
            raise NotFoundError("no record matches these filters", hint=hint or "see: registry list")
        return [_candidate(store, summary["configId"]) for summary in found]


def remove(context: Context, candidates: Sequence[Candidate], *, notes: str = "", dry_run: bool = False) -> Removed:
    """Remove records, each with a commit of its own: all, or none if one of them changed meanwhile."""
    with context.open_registry() as store:
        secrets = secret_values(context.environment, allow=store.settings().allow)
        changes = [
            Change(
                files={one.path: None},
                message=commit_message("Remove", one.record, notes),
                at=context.clock(),
                decided_on={one.path: one.content},
                secrets=secrets,
            )
            for one in candidates
        ]
        with Writer(store) as writer:
            written = writer.rehearse(changes) if dry_run else writer.write(changes, on_wait=context.tell)
    return Removed([one.record for one in candidates], written, context.place())


def list_removed(context: Context, query: Query, *, at: str = "") -> Listing:
    """The removed records that `query` asks for, as they were last.

    Their summaries also say `removedAt`, `removedBy`, `removedIn` (the commit) and `removalNotes`.
    """
    with context.open_registry() as store:
        removals = {one.config_id: one for one in read_removals(store.repository, revision=store.revision(at))}
        files = [IndexedFile(record_path(key), key[:2], one.before) for key, one in removals.items()]
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


def _candidate(store: Store, config_id: str) -> Candidate:
    document = read_document(store, config_id, "HEAD")
    return Candidate(Record(document), record_path(config_id), store.read(config_id) or b"")
