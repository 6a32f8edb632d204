"""Which record a command's words mean at a revision, and what it holds there; removed records included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
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

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """The record that a command's words mean, and a revision at which it is as they mean it.

    `removal` is of a record that was removed: the version before is meant. `registration` is the one that was named by
    its commit.
    """

    config_id: str
    revision: str
    removal: Entry | None = None
    registration: Entry | None = None


def select(context: Context, store: Store, selector: str, revision: str) -> str:
    """The configId that `selector` means at `revision`; see `find_meant`."""
    return find_meant(context, store, selector, revision).config_id


def find_meant(context: Context, store: Store, selector: str, revision: str) -> Meant:
    """What `selector` means at `revision`: a record that is there, else one removed before, else a registration.

    A record answers to its configId, a unique start of it, or its project's name; a registration to the id of its
    commit, as `registry log` prints it.
    """
    if is_config_id(selector) and store.read(selector, revision) is not None:
        return Meant(selector, revision)  # no index is needed to find it
    with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
        try:
            return Meant(resolve(index, selector), revision)
        except NotFoundError:
            meant = find_past(store, selector, revision)
            if meant is None:
                raise
            return meant


def find_past(store: Store, selector: str, revision: str) -> Meant | None:
    """The removed record or the registration that `selector` means; None if it means neither."""
    if entry := _find_registration(store, selector):
        return Meant(entry.config_id, entry.revision if entry.after else f"{entry.revision}^1", registration=entry)
    removals = [one for one in _read_removals(store, selector, revision) if _answers(one, selector)]
    if not removals and is_id_prefix(selector):
        from registry_tool.trail.history import read_dropped

        removals = list(read_dropped(store.repository, selector, revision=revision))
    if not removals:
        return None
    removal = _only_one(removals, f"{selector!r} can mean {len(removals)} removed records")
    return Meant(removal.config_id, removal.revision if removal.after else f"{removal.revision}^1", removal=removal)


def read_document(store: Store, config_id: str, revision: str) -> Document:
    """The record as it was at `revision`; an error that says what to do if it was removed or cannot be read."""
    path = record_path(config_id)
    content = store.read(config_id, revision)
    if content is None:
        meant = find_past(store, config_id, revision)
        if meant is None or meant.removal is None:
            raise NotFoundError(f"{config_id} is not in the registry", hint="see: registry list")
        removal = meant.removal
        raise NotFoundError(
            f"{config_id} was removed on {removal.at[:10]}",
            hint=f"see it as it was: --at {removal.revision[:12]}^; bring it back: registry restore {config_id}",
        )
    document, reason = load_record(content, path=path)
    if document is None:
        raise RegistryError(f"{path} cannot be read: {reason}", hint=f"see what is wrong: registry validate {path}")
    return document


def _find_registration(store: Store, selector: str) -> Entry | None:
    """What the commit with the id `selector` did to its one record; None if there is no such commit."""
    if not _COMMIT.fullmatch(selector):
        return None
    from registry_tool.git.log import LogFilter
    from registry_tool.trail.history import read_history

    git = store.repository.git
    status, output, _ = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", selector + "^{commit}")
    if status != 0:
        return None
    commit = output.decode().strip()
    history = read_history(store.repository, revision=commit, chosen=LogFilter(first_parent=True))
    entries = list(takewhile(lambda entry: entry.revision == commit, history))
    return _only_one(entries, f"the commit {selector} changed {len(entries):,} records") if entries else None


def _read_removals(store: Store, selector: str, revision: str) -> Iterator[Entry]:
    from registry_tool.trail.history import read_removals  # a record that is there is found without

    return read_removals(store.repository, selector if is_config_id(selector) else "", revision=revision)


def _answers(removal: Entry, selector: str) -> bool:
    return removal.project_name == selector or (is_id_prefix(selector) and removal.config_id.startswith(selector))


def _only_one(entries: list[Entry], what: str) -> Entry:
    if len(entries) > 1:
        candidates = "".join(f"\n  {entry.config_id}  {entry.project_name}" for entry in entries[:_CANDIDATES])
        raise AmbiguousError(f"{what}:{candidates}", hint="give more digits of the configId")
    return entries[0]
