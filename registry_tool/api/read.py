"""Reading a registry: lists and single records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_tool.api.context import Context
from registry_tool.index import Index, Unreadable
from registry_tool.index.query import Query, Summary, find
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
        return Listing(find(index, query), index.unreadable())


def show(context: Context, selector: str, *, at: str = "") -> Document:
    """The one record that `selector` means: a configId, a unique prefix of one, or a project's name."""
    from registry_tool.api.selection import read_document, select  # a list does without

    with context.open_registry() as store:
        revision = store.revision(at)
        return read_document(store, select(context, store, selector, revision), revision)
