"""Where else the same project or model runs, and in what that differs from a record that changed.

Git searches the files for them: a fresh clone, as CI has, has no index, and making one reads every record.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from heapq import nsmallest
from itertools import groupby

from registry_tool.git.grep import find_lines, literally
from registry_tool.git.span import Span
from registry_tool.record.canonical import to_yaml
from registry_tool.record.diff import Scalar, diff
from registry_tool.record.fields import NOT_DEPLOYED, names
from registry_tool.record.identity import Document
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path, record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store

IDENTITY = names("identity")
"""The fields that say to people which record is meant, and where it runs."""

MOST = 5
"""How many other records one is compared with: those that are closest to it."""

MOST_SUBJECTS = 100
"""How many changed records are compared with others: a reviewer reads no more, and git searches for few words only."""

_NOT_COMPARED = NOT_DEPLOYED.union(names("format", "key", "derived", "identity"))
_KEPT_DOCUMENTS = 1_000


@dataclass(frozen=True, slots=True)
class FieldElsewhere:
    """A field that is not the same here and there; `is_new` if it was the same before the pull request."""

    path: str
    here: Scalar
    there: Scalar
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another record of the same project or model, and in what it differs: in nothing if it runs the same."""

    config_id: str
    identity: Mapping[str, str]
    differences: tuple[FieldElsewhere, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The `others` that a record was compared with, of `of` that there are."""

    others: tuple[Other, ...] = ()
    of: int = 0


def find_elsewhere(
    store: Store,
    span: Span,
    subjects: Mapping[str, Mapping[str, str]],
    changed: frozenset[str],
    *,
    on_read: Callable[[Document], None],
) -> Mapping[str, Elsewhere]:
    """What else runs at the end of the span, for each of `subjects`: configIds and their `IDENTITY`.

    Only the first `MOST_SUBJECTS` are compared. `changed` are the records that the span changes; any other was before
    what it is after. `on_read` is given each record that is read.
    """
    compared = dict(list(subjects.items())[:MOST_SUBJECTS])
    if not compared:
        return {}
    related = _Related(_read_related(store, span.head, compared.values()))
    documents = _Documents(store, span, changed, on_read)
    found = {}
    for key, identity in compared.items():
        others = related.others(key, identity)
        closest = nsmallest(MOST, others, key=partial(_distance, identity))
        found[key] = Elsewhere(
            tuple(
                Other(config_id=other, identity=its, differences=documents.compare(key, other))
                for other, its in closest
            ),
            len(others),
        )
    return found


class _Related:
    """The records of the same projects and models as some others, by both."""

    def __init__(self, identities: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        self._by_project: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
        self._by_model: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
        for config_id, identity in identities:
            self._by_project[identity["projectName"]][config_id] = identity
            self._by_model[identity["modelName"]][config_id] = identity

    def others(self, config_id: str, identity: Mapping[str, str]) -> Sequence[tuple[str, Mapping[str, str]]]:
        """The records of the same project or model, this one left out."""
        same_model = self._by_model[identity["modelName"]] if identity["modelName"] else {}
        found = {**self._by_project[identity["projectName"]], **same_model}
        return [(other, its) for other, its in found.items() if other != config_id]


class _Documents:
    """What records deploy, at both ends of a span."""

    def __init__(self, store: Store, span: Span, changed: frozenset[str], on_read: Callable[[Document], None]) -> None:
        self._store, self._span, self._changed, self._on_read = store, span, changed, on_read
        self._read = lru_cache(_KEPT_DOCUMENTS)(self._read_anew)

    def compare(self, config_id: str, other: str) -> tuple[FieldElsewhere, ...]:
        """In what a record differs from another at the end of the span, what is new first."""
        before = self._read(self._span.base, config_id)
        other_before = self._read(self._span.base if other in self._changed else self._span.head, other)
        known = {change.path for change in diff(other_before, before)} if before and other_before else None
        found = [
            FieldElsewhere(
                change.path, change.after, change.before, is_new=known is not None and change.path not in known
            )
            for change in diff(self._read(self._span.head, other), self._read(self._span.head, config_id))
        ]
        return tuple(sorted(found, key=lambda difference: not difference.is_new))

    def _read_anew(self, revision: str, config_id: str) -> Document:
        """Empty if there is no record, or none that can be read."""
        content = self._store.read(config_id, revision)
        document = load_record(content, path=record_path(config_id))[0] if content is not None else None
        if document is None:
            return {}
        self._on_read(document)
        return {name: value for name, value in document.items() if name not in _NOT_COMPARED}


def _distance(mine: Mapping[str, str], other: tuple[str, Mapping[str, str]]) -> tuple[bool, int, str]:
    """The same deployment target is closest: what a batch job runs says little about an endpoint."""
    config_id, its = other
    return (
        its["deploymentTarget"] != mine["deploymentTarget"],
        sum(its[name] != mine[name] for name in IDENTITY),
        config_id,
    )


def _read_related(
    store: Store, revision: str, identities: Iterable[Mapping[str, str]]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The configId and `IDENTITY` of each record whose project or model is one of those."""
    named = sorted({identity[name] for identity in identities for name in ("projectName", "modelName")} - {""})
    wanted = "|".join(literally(_as_yaml(name)) for name in named if "\n" not in name)
    patterns = (f"^(projectName|modelName): ({wanted})$", f"^({'|'.join(IDENTITY)}): ")
    lines = find_lines(store.repository, revision, RECORDS, patterns)
    for path, group in groupby(lines, key=lambda found: found[0]):
        if is_record_path(path):
            yield config_id_of(path), dict.fromkeys(IDENTITY, "") | dict(_read_line(line) for _, line in group)


def _as_yaml(text: str) -> str:
    """A text as canonical YAML has it behind a field's name."""
    return to_yaml({"projectName": text}).decode().removeprefix("projectName: ").removesuffix("\n")


def _read_line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    if value.startswith('"'):
        try:
            return name, str(json.loads(value))
        except ValueError:
            return name, value
    return name, value
