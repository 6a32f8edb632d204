"""Reading a registry: lists and single records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_tool.api.context import Context
from registry_tool.index import Index, Unreadable
from registry_tool.index.query import Query, Summary, explain_nothing, find
from registry_tool.record.identity import Document


@dataclass(frozen=True, slots=True)
class Listing:
    """Summaries that a query asked for, and the files that could not be read as records."""

    summaries: Sequence[Summary]
    unreadable: Sequence[Unreadable]


def list_records(context: Context, query: Query, *, at: str = "") -> Listing:
    """The summaries of the records that `query` asks for, at the revision or date `at`, else at the tip."""
    with (
        context.open_registry() as store,
        Index(store.repository, store.reader, store.revision(at), on_progress=context.progress) as index,
    ):
        found = find(index, query)
        if not found:
            for line in explain_nothing(index, query):
                context.tell(line)
        return Listing(found, index.unreadable())


def show(context: Context, selector: str, *, at: str = "") -> Document:
    """The one record that `selector` means: a configId, a unique prefix of one, a project's name, or a commit's id.

    A record that was removed is shown as it was last, and `context` is told of it.
    """
    from registry_tool.api.hiding import Hiding  # a list does without
    from registry_tool.api.selection import find_meant, read_document

    with context.open_registry() as store:
        meant = find_meant(context, store, selector, store.revision(at))
        document = Hiding(store).document(read_document(store, meant.config_id, meant.revision))
    if removal := meant.removal:
        gone = "removed" if not removal.after else "left out by a merge after it was registered"
        context.tell(
            f"note: {meant.config_id} was {gone} on {removal.at[:10]} in {removal.revision[:12]}; this is how it was "
            f"last; bring it back: registry restore {meant.config_id}"
        )
    return document
