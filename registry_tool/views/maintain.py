"""How a diagnosis and the work of `maintain` look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.views.forms import counted, versioned_json

if TYPE_CHECKING:
    from registry_tool.api.maintain import Checkup
    from registry_tool.git.maintenance import Maintained
    from registry_tool.store.doctor import Fault


def as_text(diagnosis: Checkup) -> str:
    """A line for each fault, and for each one mended, with a hint below where something is left to do."""
    lines = [f"mended: {_line(fault)}" for fault in diagnosis.mended]
    for fault in diagnosis.faults:
        lines.append(_line(fault))
        if hint := "registry doctor --fix mends it" if fault.mendable else fault.hint:
            lines.append(f"  hint: {one_line(hint)}")
    return "".join(f"{line}\n" for line in lines)


def as_json(diagnosis: Checkup) -> str:
    """One object: the version of the format, the faults that remain, those mended, and the commit that mended."""
    document = {
        "faults": [asdict(fault) for fault in diagnosis.faults],
        "mended": [asdict(fault) for fault in diagnosis.mended],
        "revision": diagnosis.revision,
    }
    return versioned_json(document)


_OFFERED: Mapping[str, str] = {
    "no-registry-id": "registry doctor --fix gives it an id",
    "published-hidden": "registry doctor --fix releases them in the allow list",
}
FORMATS: Mapping[str, Callable[[Checkup], str]] = {"text": as_text, "json": as_json}
"""Each format that a diagnosis can be written in."""


def summary(diagnosis: Checkup) -> str:
    """What was found, in a line."""
    found = counted(len(diagnosis.faults), "fault") if diagnosis.faults else "no faults"
    left = " left" if diagnosis.mended and not diagnosis.faults else ""
    offers = [f"{offer.message}: {offer.hint or _OFFERED[offer.code]}" for offer in diagnosis.offers]
    return "; ".join([f"{found}{left} in {one_line(diagnosis.place)}", *offers])


def maintained(done: Maintained, place: str, *, dry_run: bool) -> str:
    """What `maintain` did or would do in the registry `place`."""
    return "".join(f"{line}\n" for line in (*_maintained(done, dry_run=dry_run), f"  in {one_line(place)}"))


def _maintained(done: Maintained, *, dry_run: bool) -> Iterator[str]:
    verb = "would bring" if dry_run else "brought"
    yield f"{verb} the commit-graph up to date" if done.graph_written else "the commit-graph was up to date"
    what = f"{counted(done.loose, 'loose object')} and {counted(done.packs, 'pack')}"
    yield f"{'would repack' if dry_run else 'repacked'} {what}" if done.repacked else f"{what}: repacking does not pay"


def _line(fault: Fault) -> str:
    return one_line(f"{fault.code}: {fault.place}: {fault.message}")
