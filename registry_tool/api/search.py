"""Searching the text of all records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.index import Index
from registry_tool.index.query import Query, Summary, explain_nothing
from registry_tool.index.query import search as find_hits
from registry_tool.index.texts import TextMatch, find_match
from registry_tool.record.load import load


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A record in which the words occur, and the field that matches best."""

    summary: Summary
    match: TextMatch


def search(context: Context, words: Sequence[str], query: Query, *, at: str = "") -> list[SearchResult]:
    """The records in which every one of `words` occurs in some field, the best match first."""
    with context.open_registry() as store:
        with Index(store.repository, store.reader, store.revision(at), on_progress=context.progress) as index:
            hits = find_hits(index, words, query)
            for line in explain_nothing(index, query) if not hits else ():
                context.tell(line)
        hiding = Hiding(store)
        contents = store.reader.read_many(hit.blob for hit in hits)
        return [
            SearchResult(hit.summary, find_match(hiding.document(load(content or b"").document or {}), words))
            for hit, content in zip(hits, contents, strict=True)
        ]
