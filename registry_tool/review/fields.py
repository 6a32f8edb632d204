"""What the changes of a record's fields mean: an image's upgrade, a parameter that is new, an adapter that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from registry_tool.record.diff import FieldChange, Scalar, diff, flatten
from registry_tool.record.fields import names
from registry_tool.record.identity import Document, Json, text_of
from registry_tool.record.image import direction
from registry_tool.review.elsewhere import IDENTITY

Group: TypeAlias = Literal["parameter", "component", "adapter"]

_IMAGE_PART = re.compile(r"(?P<image>baseImage|icList.+\.image)(?:\.(?P<part>name|tag|digest))?")
_DERIVED = frozenset(names("format", "key", "derived"))
_OF_EVERY_REGISTRATION = "registeredAt"
_LIVE = "live."


@dataclass(frozen=True, slots=True)
class Noted:
    """A change of a field, and what it means where that is known, such as `upgrade`; else empty."""

    change: FieldChange
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter, an inference component or an adapter in which something changed."""

    group: Group
    name: str
    change: Literal["added", "removed", "changed"]


def note_changes(before: Document, after: Document) -> tuple[Noted, ...]:
    """The fields in which two documents differ, first those of which the meaning is known.

    When it was registered is not among them, unless nothing else differs. The names in the cloud, which every
    deployment makes anew, are one change.
    """
    changes = _with_live_as_one(change for change in diff(before, after) if change.path not in _DERIVED)
    telling = [change for change in changes if change.path != _OF_EVERY_REGISTRATION] or changes
    images = [match for match in map(_image, telling) if match]
    renamed = {match["image"] for match in images if match["part"] in {None, "name"}}
    tagged = {match["image"] for match in images if match["part"] == "tag"}
    noted = [Noted(change, _meaning(change, renamed, tagged)) for change in telling]
    return tuple(sorted(noted, key=lambda one: not one.meaning))


def note_all(document: Document) -> tuple[Noted, ...]:
    """The fields of a new record, less those that say which one it is."""
    told = {*IDENTITY, *_DERIVED, _OF_EVERY_REGISTRATION}
    rest = {name: value for name, value in document.items() if name not in told}
    return tuple(map(Noted, _with_live_as_one(FieldChange(path, None, value) for path, value in flatten(rest))))


def find_parts(before: Document, after: Document) -> Iterator[Part]:
    """The parameters, components and adapters in which two documents differ, by name."""
    old, new = dict(_named(before)), dict(_named(after))
    for key, value in new.items():
        if key not in old:
            yield Part(*key, "added")
        elif old[key] != value:
            yield Part(*key, "changed")
    for key in old:
        if key not in new:
            yield Part(*key, "removed")


def _with_live_as_one(changes: Iterable[FieldChange]) -> list[FieldChange]:
    """The changes, those below `live` as one in the place of the first: its value, and how many more there are."""
    every = list(changes)
    live = [change for change in every if change.path.startswith(_LIVE)]
    if not live:
        return every
    one = FieldChange("live", _counted([change.before for change in live]), _counted([change.after for change in live]))
    at = every.index(live[0])
    return [*every[:at], one, *(change for change in every[at:] if change not in live)]


def _counted(values: list[Scalar]) -> Scalar:
    there = [value for value in values if value is not None]
    if not there:
        return None
    more = f" and {len(there) - 1} more" if len(there) > 1 else ""
    return f"{text_of(there[0])}{more}"


def _meaning(change: FieldChange, renamed: set[str], tagged: set[str]) -> str:
    """`renamed` and `tagged` are the images of which the name changed, or the tag."""
    match = _image(change)
    if not match:
        return ""
    if match["image"] in renamed:
        return "another image" if match["part"] != "tag" and change.before and change.after else ""
    if match["part"] == "tag":
        if change.before is None or change.after is None:
            return "tag removed" if change.after is None else "tag added"
        return direction(str(change.before), str(change.after)) or "another tag"
    if change.before is None or change.after is None:
        return "no longer pinned" if change.after is None else "pinned by digest"
    return "" if match["image"] in tagged else "another image under the same tag"


def _image(change: FieldChange) -> re.Match[str] | None:
    return _IMAGE_PART.fullmatch(change.path)


def _named(document: Mapping[str, Json]) -> Iterator[tuple[tuple[Group, str], Json]]:
    entries, parameters = document.get("icList"), document.get("parameters")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield ("adapter" if entry.get("isAdapter") is True else "component", text_of(entry.get("name"))), entry
    for name, value in parameters.items() if isinstance(parameters, dict) else ():
        yield ("parameter", name), value
