"""Reading a registry: lists and single records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError
from registry_tool.index import Index, Unreadable
from registry_tool.layout import record_path
from registry_tool.load import load
from registry_tool.query import Query, Summary, find, resolve
from registry_tool.record import Document
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.history import Entry


@dataclass(frozen=True, slots=True)
class Listing:
    """Summaries that a query asked for, and the files that could not be read as records."""

    summaries: Sequence[Summary]
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A record and the last commit that touched it."""

    document: Document
    path: str
    last: Entry


def list_records(context: Context, query: Query) -> Listing:
    """The summaries of the records that `query` asks for, at the tip of the registry."""
    with Store(context.registry_to_read(), context.environment) as store, Index(store.repository) as index:
        return Listing(find(index, query), index.unreadable())


def show(context: Context, selector: str) -> Shown:
    """The one record that `selector` means: a configId, a unique prefix of one, or a project's name."""
    from registry_tool.history import read_history  # a list does without

    with Store(context.registry_to_read(), context.environment) as store:
        with Index(store.repository) as index:
            config_id = resolve(index, selector)
        path = record_path(config_id)
        document = load(store.read(config_id) or b"", file=path).document
        if document is None:
            raise RegistryError(f"{path} cannot be read", hint=f"see what is wrong: registry validate {path}")
        last = next(read_history(store.repository, config_id, limit=1))
        return Shown(document=document, path=path, last=last)
