"""Bringing a record back to what it was: after a removal, at an earlier revision, or before its last step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.api.context import Context
from registry_tool.api.selection import find_past, select
from registry_tool.errors import RegistryError
from registry_tool.index.query import NotFoundError
from registry_tool.record.diff import diff
from registry_tool.record.identity import Document, Record
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.redact import secret_values
from registry_tool.store.gate import Change
from registry_tool.store.messages import commit_message
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer, Written
from registry_tool.trail.history import read_live
from registry_tool.transfer.generator import Replay, replay

if TYPE_CHECKING:
    from registry_tool.record.diff import FieldChange


@dataclass(frozen=True, slots=True)
class Restored:
    """A record that was brought back, or would be if `written` has no revision, in the registry `place`.

    It is what it was in the commit `source`; `is_gone` says that it was not there then, so it was removed. `changes`
    are the fields that differ from before, but for the time. `written` is None if it is like that already. `command`
    makes the project again.
    """

    record: Record
    source: str
    written: Written | None
    place: str
    changes: tuple[FieldChange, ...] = ()
    is_gone: bool = False
    command: Replay | None = None


def restore(context: Context, selector: str, *, at: str = "", notes: str = "", dry_run: bool = False) -> Restored:
    """Bring a record back to what it was at the revision or date `at`; a removed one, without, to what it was last.

    Without `at`, `selector` is the configId of a removed record, the start of it or its project. The id of a commit, as
    `registry log` prints it, brings back the version that this commit registered.
    """
    with context.open_registry() as store:
        if at:
            revision = store.revision(at)
            config_id = _find_id(context, store, selector, revision)
        else:
            meant = find_past(store, selector, "HEAD")
            if meant is None or store.read(meant.config_id) is not None:
                raise NotFoundError(
                    f"no removed record answers to {selector!r}",
                    hint="see: registry list --removed; for one that is there: restore ID --at REVISION, or undo ID",
                )
            revision, config_id = meant.revision, meant.config_id
        content = store.read(config_id, revision)
        if content is None:
            raise NotFoundError(f"{config_id} was not there at {at}", hint=f"see when it was: registry log {config_id}")
        then = _Then(config_id, content, _commit(store, revision))
        return _bring_back(context, store, then, notes=notes, dry_run=dry_run)


def undo(context: Context, selector: str, *, notes: str = "", dry_run: bool = False) -> Restored:
    """Take back the last step of a record: a registration, an update, a removal or a restoration."""
    with context.open_registry() as store:
        config_id = _find_id(context, store, selector, "HEAD")
        step = next(read_live(store.repository, config_id), None)
        if step is None:
            raise NotFoundError(f"{config_id} is not committed yet", hint="see: registry status")
        source = _commit(store, f"{step.revision}^1")
        then = _Then(config_id, store.read(config_id, source), source)
        return _bring_back(context, store, then, notes=notes, dry_run=dry_run)


def _find_id(context: Context, store: Store, selector: str, revision: str) -> str:
    """The configId that `selector` means now; else the one that it meant then."""
    try:
        return select(context, store, selector, "HEAD")
    except NotFoundError:
        return select(context, store, selector, revision)


class _Then(NamedTuple):
    """What a record was in the commit `source`; `content` is None if it was not there."""

    config_id: str
    content: bytes | None
    source: str


def _bring_back(context: Context, store: Store, wanted: _Then, *, notes: str, dry_run: bool) -> Restored:
    """Make a record what it was then, with a commit."""
    config_id, content, source = wanted
    path = record_path(config_id)
    now = store.read(config_id)
    then, current = _document(content, path, source), _document(now, path, "") if now else {}
    record = Record(then or current)
    if content == now:
        return Restored(record, source, None, context.place())
    if content is None:
        message = commit_message("Undo the registration of", record, notes)
    else:
        message = commit_message("Restore", record, notes, with_status=True, source=source)
    change = Change(
        files={path: content},
        message=message,
        at=context.clock(),
        decided_on={path: now},
        secrets=secret_values(context.environment, allow=store.settings().allow),
    )
    with Writer(store) as writer:
        written = writer.rehearse([change]) if dry_run else writer.write([change], on_wait=context.tell)
    return Restored(
        record,
        source,
        written,
        context.place(),
        changes=tuple(one for one in diff(current, then) if one.path != "registeredAt") if current and then else (),
        is_gone=content is None,
        command=replay(then) if then else None,
    )


def _document(content: bytes | None, path: str, source: str) -> Document:
    """The record in `content`, empty for none. What cannot be read is refused if it comes from the commit `source`."""
    if content is None:
        return {}
    document, reason = load_record(content, path=path)
    if document is None and source:
        raise RegistryError(f"{path} could not be read then: {reason}", hint=f"see: git show {source[:12]}:{path}")
    return document or {}


def _commit(store: Store, revision: str) -> str:
    """The whole id of the commit that `revision` names."""
    return (
        store.repository.git.run("rev-parse", "--verify", "--end-of-options", revision + "^{commit}").decode().strip()
    )
