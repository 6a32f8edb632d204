"""Keeping a registry sound and quick."""

from __future__ import annotations

from dataclasses import dataclass

from registry_tool.api.context import Context
from registry_tool.api.share import status
from registry_tool.git import maintenance
from registry_tool.store.doctor import Fault, examine, mend


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """The faults in the registry `place`, those that were mended, and the commit that mended records, empty for none.

    `offers` are no faults, but what `fix` makes better.
    """

    place: str
    faults: tuple[Fault, ...]
    offers: tuple[Fault, ...] = ()
    mended: tuple[Fault, ...] = ()
    revision: str = ""


def doctor(context: Context, *, fix: bool = False) -> Checkup:
    """What is wrong with the registry; with `fix`, what is safe is mended, and the rest remains."""
    with context.open_registry() as store:
        found = examine(store)
        if not fix or not any(fault.mendable for fault in (*found.faults, *found.offers)):
            return Checkup(place=context.place(), faults=(*found.faults, *_unpushed(context)), offers=found.offers)
        revision = mend(store, found, at=context.clock(), on_wait=context.tell)
    with context.open_registry() as store:
        left = examine(store).faults
    offers = [offer for offer in found.offers if offer.mendable]
    mended = tuple(fault for fault in (*found.faults, *offers) if fault not in left)
    return Checkup(place=context.place(), faults=(*left, *_unpushed(context)), mended=mended, revision=revision)


def maintain(context: Context, *, dry_run: bool = False) -> maintenance.Maintained:
    """Bring the commit-graph up to date, and repack when it pays."""
    with context.open_registry() as store:
        return maintenance.maintain(store.repository, on_wait=context.tell, dry_run=dry_run)


def _unpushed(context: Context) -> tuple[Fault, ...]:
    """The fault that commits are not pushed, if there is a remote to push them to."""
    shared = status(context)
    if not shared.upstream or not shared.unpushed:
        return ()
    number = len(shared.unpushed)
    message = f"{number} commit{'' if number == 1 else 's'} not known to be at {shared.upstream}"
    return (Fault("unpushed", shared.branch, message, "registry push"),)
