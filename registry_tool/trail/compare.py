"""Records side by side: a line for each field, a column for each record, and which value is the odd one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.fields import FIELDS, names
from registry_tool.record.identity import Document

# Who they are is said by their headings.
_NOT_COMPARED = frozenset(names("format", "key"))
_PLACES = {field.name: place for place, field in enumerate(FIELDS)}
_NEVER_THE_SAME = "registeredAt"
_FEWEST_FOR_AN_ODD_ONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A record, as it is now or as it was `at` a revision or date; `label` says what sets it apart."""

    config_id: str
    label: str
    at: str
    document: Document


@dataclass(frozen=True, slots=True)
class Line:
    """A field and its value in each column, None where a record does not have it.

    `odd` is the place of the only column that is not like all the others, if there are others enough to say so.
    """

    path: str
    values: tuple[Scalar, ...]
    odd: int | None

    @property
    def is_same(self) -> bool:
        """Whether all columns agree."""
        return len(set(map(_key, self.values))) <= 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Records side by side."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def differing(self) -> Comparison:
        """The same without the lines in which all columns agree, and without when each was registered."""
        kept = (line for line in self.lines if not line.is_same and line.path != _NEVER_THE_SAME)
        return Comparison(self.columns, tuple(kept))


def compare(columns: Sequence[Column]) -> Comparison:
    """The fields of all these records, in a record's own order."""
    leaves = [
        dict(flatten({name: value for name, value in column.document.items() if name not in _NOT_COMPARED}))
        for column in columns
    ]
    paths = sorted(dict.fromkeys(path for fields in leaves for path in fields), key=_place)
    rows = ((path, tuple(fields.get(path) for fields in leaves)) for path in paths)
    return Comparison(tuple(columns), tuple(Line(path, values, _odd(values)) for path, values in rows))


def _place(path: str) -> int:
    top = path.partition(".")[0].partition("[")[0]
    return _PLACES.get(top, len(_PLACES))


def _odd(values: Iterable[Scalar]) -> int | None:
    keys = [_key(value) for value in values]
    counts = Counter(keys)
    if len(keys) < _FEWEST_FOR_AN_ODD_ONE or len(counts) != 2 or 1 not in counts.values():  # noqa: PLR2004  one and the others
        return None
    return keys.index(min(counts, key=counts.__getitem__))


def _key(value: Scalar) -> tuple[bool, Scalar]:
    """What tells values apart: to Python, true is 1."""
    return isinstance(value, bool), value
