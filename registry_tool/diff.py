"""What differs between two versions of a record, by field rather than by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry_tool.problems import field_path
from registry_tool.record import Json

Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that was added (`before` is None), removed (`after` is None) or changed."""

    path: str
    before: Scalar
    after: Scalar


def diff(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[FieldChange, ...]:
    """The fields in which two documents differ, in the order of `after`, those only in `before` last."""
    old, new = dict(flatten(before)), dict(flatten(after))
    changed = [FieldChange(path, old.get(path), value) for path, value in new.items() if old.get(path) != value]
    gone = [FieldChange(path, value, None) for path, value in old.items() if path not in new]
    return (*changed, *gone)


def flatten(document: Mapping[str, Json], *, by_name: bool = True) -> Iterator[tuple[str, Scalar]]:
    """Each leaf of a document and its path; entries of a list go by their name, or by their place in it.

    >>> list(flatten({"icList": [{"name": "default", "gpuCount": 1}]}))
    [('icList.default.gpuCount', 1)]
    >>> list(flatten({"icList": [{"name": "default", "gpuCount": 1}]}, by_name=False))
    [('icList[0].name', 'default'), ('icList[0].gpuCount', 1)]
    """
    yield from _leaves((), document, by_name)


def _leaves(
    path: tuple[str | int, ...],
    value: Json | Mapping[str, Json],
    by_name: bool,  # noqa: FBT001  handed down as it is
) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves((*path, name), inner, by_name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            if by_name and isinstance(inner, dict) and isinstance(inner.get("name"), str):
                rest = {name: field for name, field in inner.items() if name != "name"}
                yield from _leaves((*path, str(inner["name"])), rest, by_name)
            else:
                yield from _leaves((*path, place), inner, by_name)
    else:
        yield field_path(path), value
