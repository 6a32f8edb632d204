"""Which record a command's words mean at a revision, and what it holds there; removed records included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.errors import RegistryError
from registry_tool.index import Index
from registry_tool.index.query import AmbiguousError, NotFoundError, is_id_prefix, resolve
from registry_tool.record.identity import Document
from registry_tool.record.layout import is_config_id, record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.api.context import Context
    from registry_tool.trail.history import Entry


def select(context: Context, store: Store, selector: str, revision: str) -> str:
    """The configId that `selector` means at `revision`, else that of a record removed before, or not readable there.

    A record that is there answers to its configId, a unique prefix of it, or its project's name; any other only to the
    first two.
    """
    if is_config_id(selector) and store.read(selector, revision) is not None:
        return selector  # no index is needed to find it
    with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
        try:
            return resolve(index, selector)
        except NotFoundError:
            removal = find_removal(store, selector, revision)
            if removal is None:
                raise
            return removal.config_id


def find_removal(store: Store, selector: str, revision: str) -> Entry | None:
    """The last removal of the one record, gone at `revision`, whose configId is or starts with `selector`."""
    if not is_id_prefix(selector):
        return None
    from registry_tool.trail.history import read_removals  # a record that is there is found without

    exactly = selector if is_config_id(selector) else ""
    removals = read_removals(store.repository, exactly, revision=revision)
    found = [removal for removal in removals if removal.config_id.startswith(selector)]
    if len(found) > 1:
        candidates = "".join(f"\n  {removal.config_id}  {removal.project_name}" for removal in found)
        raise AmbiguousError(
            f"{selector!r} can mean {len(found)} removed records:{candidates}", hint="give more digits of the configId"
        )
    return found[0] if found else None


def read_document(store: Store, config_id: str, revision: str) -> Document:
    """The record as it was at `revision`; an error that says what to do if it was removed or cannot be read."""
    path = record_path(config_id)
    content = store.read(config_id, revision)
    if content is None:
        from registry_tool.trail.history import read_removals

        removal = next(read_removals(store.repository, config_id, revision=revision))
        raise NotFoundError(
            f"{config_id} was removed on {removal.at[:10]}",
            hint=f"see it as it was: --at {removal.revision[:12]}^; bring it back: registry restore {config_id}",
        )
    document, reason = load_record(content, path=path)
    if document is None:
        raise RegistryError(f"{path} cannot be read: {reason}", hint=f"see what is wrong: registry validate {path}")
    return document
