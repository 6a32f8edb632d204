"""Records that two sides of a merge registered: both sides by field, and taking one of them as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError
from registry_tool.git.merging import read_conflicts, settle
from registry_tool.index.query import AmbiguousError, NotFoundError
from registry_tool.record.diff import FieldChange, diff
from registry_tool.record.identity import Document
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path, record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store
from registry_tool.trail.mixes import find_mixes_in_progress

Choice: TypeAlias = Literal["ours", "theirs", "newest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A record with two sides; a side that removed it has no content. `taken` is the side that was taken, if one was.

    `ours` is what the branch had that is merged into (of a rebase, the branch that is rebased onto).
    """

    config_id: str
    ours: bytes | None
    theirs: bytes | None
    taken: Literal["ours", "theirs", ""] = ""

    @property
    def differences(self) -> tuple[FieldChange, ...]:
        """The fields in which the sides differ: before is ours, after is theirs."""
        return diff(_document(self.ours, self.config_id), _document(self.theirs, self.config_id))


def resolve(context: Context, selector: str = "", choice: Choice | None = None) -> list[Conflict]:
    """The records in conflict, or the one whose configId starts with `selector`; with a `choice`, each is settled.

    What is settled is checked out and staged, and the user commits it.
    """
    with context.open_registry() as store:
        if store.repository.bare:
            raise RegistryError("a bare repository has no merge in progress", hint="resolve it in a clone")
        found = [one for one in _find(store) if one.config_id.startswith(selector)]
        if not found:
            which = f"no record in conflict answers to {selector!r}" if selector else "no record is in conflict"
            raise NotFoundError(which, hint="see: git status")
        if selector and len(found) > 1:
            ids = "".join(f"\n  {one.config_id}" for one in found)
            raise AmbiguousError(
                f"{selector!r} can mean {len(found)} records in conflict:{ids}", hint="give more digits"
            )
        return [_settle(store, one, choice) for one in found] if choice else found


def merge_driver(base: Path, ours: Path, theirs: Path) -> bool:
    """What git asks of a merge driver: leave the merged record in `ours`; False if it is in conflict.

    A record is taken as a whole. If both sides changed it and not in the same way, ours stays and a person chooses.
    """
    before, mine, other = (file.read_bytes() for file in (base, ours, theirs))
    if other in {mine, before}:
        return True
    if mine == before:
        ours.write_bytes(other)
        return True
    return False


def _find(store: Store) -> Iterator[Conflict]:
    """What git's index has in conflict, then what was mixed and staged."""
    conflicts = read_conflicts(store.repository, RECORDS)
    for path, stages in conflicts.items():
        if is_record_path(path):
            sides = [store.reader.read(oid) if oid else None for oid in (stages.ours, stages.theirs)]
            yield Conflict(config_id=config_id_of(path), ours=sides[0], theirs=sides[1])
    for mix in find_mixes_in_progress(store.repository):
        if record_path(mix.config_id) not in conflicts:
            ours, theirs = (store.read(mix.config_id, side) for side in mix.sides[:2])
            yield Conflict(config_id=mix.config_id, ours=ours, theirs=theirs)


def _settle(store: Store, conflict: Conflict, choice: Choice) -> Conflict:
    side = _newest(conflict) if choice == "newest" else choice
    settle(store.repository, record_path(conflict.config_id), getattr(conflict, side))
    return Conflict(config_id=conflict.config_id, ours=conflict.ours, theirs=conflict.theirs, taken=side)


def _newest(conflict: Conflict) -> Literal["ours", "theirs"]:
    if conflict.ours is None or conflict.theirs is None:
        gone = "ours" if conflict.ours is None else "theirs"
        raise RegistryError(
            f"{conflict.config_id} was removed by {gone}, so neither side is the newest registration",
            hint=f"choose: registry resolve {conflict.config_id} --ours or --theirs",
        )
    times = [
        str(_document(side, conflict.config_id).get("registeredAt", "")) for side in (conflict.ours, conflict.theirs)
    ]
    if times[0] == times[1]:
        raise RegistryError(
            f"both sides of {conflict.config_id} were registered at {times[0] or 'an unknown time'}",
            hint=f"choose: registry resolve {conflict.config_id} --ours or --theirs",
        )
    return "ours" if times[0] > times[1] else "theirs"


def _document(content: bytes | None, config_id: str) -> Document:
    """The record of a side; empty if it was removed or cannot be read."""
    return load_record(content, path=record_path(config_id))[0] or {} if content else {}
