"""The results of the Python face: they cannot change, and say so when they are asked for a field that no record has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, cast

from registry_tool.errors import RegistryError, UsageError
from registry_tool.index.rows import SUMMARY
from registry_tool.record.diff import FieldChange
from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import Document, Json
from registry_tool.redact.finding import Finding

Value: TypeAlias = "bool | int | float | str | tuple[Value, ...] | Fields | None"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Fields(Mapping[str, Value]):
    """Fields by name, read only. A list is a tuple, and a group of fields is again `Fields`."""

    _values: Mapping[str, Json]

    def __getitem__(self, name: str) -> Value:
        """The value of a field."""
        return _frozen(self._values[name])

    def __iter__(self) -> Iterator[str]:
        """The names of the fields that have a value, in the order of the file."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many fields have a value."""
        return len(self._values)

    def __repr__(self) -> str:
        """The class and its fields."""
        return f"{type(self).__name__}({dict(self._values)!r})"

    def as_dict(self) -> Document:
        """A copy as plain data, for `json.dumps` and the like: yours to change."""
        return cast("Document", _plain(self))


class _Checked(Fields):
    """Fields whose names are known: a name that is none of them is an error, not a value that is missing."""

    __slots__ = ()
    _names: ClassVar[tuple[str, ...]] = ()
    _kind: ClassVar[str] = ""

    def __getitem__(self, name: str) -> Value:
        """The value of a field; a `KeyError` if this record has none, a `UsageError` if no record has such a field."""
        if name not in self._names:
            raise wrong_name(f"{self._kind} has no field {name!r}", name, self._names, "the fields are")
        return super().__getitem__(name)

    def get(self, name: str, default: Value = None) -> Value:  # type: ignore[override]  # of one type
        """The value of a field, or `default` if this record has none."""
        return self[name] if name in self or name not in self._names else default

    def __contains__(self, name: object) -> bool:
        """Whether this record has a value for a field."""
        return name in self._values


class Record(_Checked):
    """A whole record, by the names that its fields have in YAML and JSON: `record["modelName"]`."""

    __slots__ = ()
    _names = tuple(one.name for one in FIELDS)
    _kind = "a record"


class Summary(_Checked):
    """What a list shows of a record: texts, "" for what it does not have; `notes` is their first line."""

    __slots__ = ()
    _names = (*SUMMARY, "removedAt", "removedBy", "removedIn", "removalNotes")
    _kind = "a summary"


@dataclass(frozen=True, slots=True)
class Listing(Sequence[Summary]):
    """The records that a query chose. `unreadable` are the paths of files that could not be read as records."""

    summaries: tuple[Summary, ...]
    unreadable: tuple[str, ...] = ()

    def __getitem__(self, index: int) -> Summary:  # type: ignore[override]  # no slices: `summaries` has them
        """The summary at a place."""
        return self.summaries[index]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.summaries)


@dataclass(frozen=True, slots=True)
class Hit:
    """A record in which all words were found: the path of the field that matches best, and the text there."""

    summary: Summary
    path: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A record that was added (`before` is None), removed (`after` is None) or changed, with the fields that differ."""

    kind: Literal["added", "changed", "removed"]
    config_id: str
    before: Record | None
    after: Record | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a registration did; in a dry run `revision` is empty, and it is what would be done.

    `redacted` says which fields held a secret. `error` is why it could not be pushed, though it is committed.
    """

    kind: Literal["registered", "updated"]
    config_id: str
    revision: str
    path: str
    record: Record
    changes: tuple[FieldChange, ...]
    redacted: tuple[Finding, ...]
    warnings: tuple[str, ...]
    error: RegistryError | None = None


def wrong_name(message: str, name: str, names: Sequence[str], introduction: str) -> UsageError:
    """An error that names the right names, and the one that was perhaps meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.5)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return UsageError(message, hint=f"{meant}{introduction} {', '.join(names)}")


def _frozen(value: Json) -> Value:
    if isinstance(value, dict):
        return Fields(value)
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _plain(value: Value) -> Json:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value
