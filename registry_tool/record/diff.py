"""What differs between two versions of a record, by field rather than by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from registry_tool.problems import below
from registry_tool.record.identity import Json

Scalar = None | bool | int | float | str

_IMAGE_FIELD = re.compile(r"baseImage|icList.+\.image")
_NAMED_APART = "adapters"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that was added (`before` is None), removed (`after` is None) or changed."""

    path: str
    before: Scalar
    after: Scalar


def diff(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """The fields in which two documents differ, in the order of `after`, those only in `before` last.

    Of an image, its name, its tag and its digest are fields of their own.
    """
    return diff_leaves(dict(flatten(before)), dict(flatten(after)))


def diff_leaves(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> tuple[FieldChange, ...]:
    """The same of two documents that were flattened before, each with its values by their paths."""
    changed = [FieldChange(path, old.get(path), value) for path, value in new.items() if old.get(path) != value]
    gone = [FieldChange(path, value, None) for path, value in old.items() if path not in new]
    return tuple(part for change in (*changed, *gone) for part in _parts(change))


def flatten(document: Mapping[str, Json], *, by_name: bool = True) -> Iterator[tuple[str, Scalar]]:
    """Each leaf of a document and its path; entries of a list go by their name, or by their place in it.

    An adapter can have the name of an inference component, so adapters have a path of their own.

    >>> list(flatten({"icList": [{"name": "a", "gpuCount": 1}, {"name": "a", "isAdapter": True}]}))
    [('icList.a.gpuCount', 1), ('icList.adapters.a.isAdapter', True)]
    >>> list(flatten({"icList": [{"name": "default", "gpuCount": 1}]}, by_name=False))
    [('icList[0].name', 'default'), ('icList[0].gpuCount', 1)]
    """
    yield from _leaves("", document, by_name)


def _parts(change: FieldChange) -> tuple[FieldChange, ...]:
    """A change of an image by name, tag and digest; any other as it is."""
    before, after = change.before, change.after
    if not (isinstance(before, str) and isinstance(after, str) and _IMAGE_FIELD.fullmatch(change.path)):
        return (change,)
    from registry_tool.record.image import image_parts  # few changes are of an image

    old, new = image_parts(before), image_parts(after)
    parts = [part for part in ("name", "tag", "digest") if old.get(part) != new.get(part)]
    if not old or not new or len(old) == len(new) == 1:
        return (change,)
    return tuple(FieldChange(f"{change.path}.{part}", old.get(part), new.get(part)) for part in parts)


def _leaves(
    path: str,
    value: Json | Mapping[str, Json],
    by_name: bool,  # noqa: FBT001  handed down as it is
) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _leaves(below(path, name), inner, by_name)
            else:
                yield below(path, name), inner
    elif isinstance(value, list):
        named: set[tuple[str, ...]] = set()
        for place, inner in enumerate(value):
            label = _label(inner) if by_name else ()
            if isinstance(inner, dict) and label and label not in named:
                named.add(label)
                rest = {name: field for name, field in inner.items() if name != "name"}
                yield from _leaves(reduce(below, label, path), rest, by_name)
            else:
                yield from _leaves(below(path, place), inner, by_name)
    else:
        yield path, value


def _label(entry: Json) -> tuple[str, ...]:
    """What an entry of a list goes by; empty if it has no name."""
    if not isinstance(entry, dict) or not isinstance(name := entry.get("name"), str):
        return ()
    return (_NAMED_APART, name) if entry.get("isAdapter") is True else (name,)
