"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

from registry_tool.api.context import Context
from registry_tool.history import Entry, read_history
from registry_tool.index import Index
from registry_tool.query import resolve
from registry_tool.store.reading import Store


def log(context: Context, selector: str = "", *, limit: int = 0) -> Iterator[Entry]:
    """The audit trail of the record that `selector` means, or of the whole registry, newest first."""
    with Store(context.registry_to_read(), context.environment) as store:
        config_id = ""
        if selector:
            with Index(store.repository) as index:
                config_id = resolve(index, selector)
        yield from read_history(store.repository, config_id, limit=limit)
