"""Where else the same project or model runs, and in what that differs from a record that changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import islice

from registry_tool.git.span import Span
from registry_tool.index import TIP, Index
from registry_tool.index.query import Summary, find_related
from registry_tool.record.diff import Scalar, diff
from registry_tool.record.fields import NOT_DEPLOYED, names
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store

IDENTITY = names("identity")
"""The fields that say to people which record is meant, and where it runs."""

MOST = 5
"""How many other records one is compared with: those that are closest to it."""

# So many of the same project, and of the same model, are looked at to find the closest.
_CANDIDATES = 200
_NOT_COMPARED = NOT_DEPLOYED.union(names("format", "key", "derived", "identity"))
_KEPT_DOCUMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same here and there; `is_new` if it was before the pull request."""

    path: str
    here: Scalar
    there: Scalar
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another record of the same project or model, and in what it differs: in nothing if it runs the same."""

    config_id: str
    identity: Mapping[str, str]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The `others` that a record was compared with, of `of` that there are."""

    others: tuple[Other, ...] = ()
    of: int = 0


def find_elsewhere(  # noqa: PLR0913  what is looked for, and who is told of it
    store: Store,
    span: Span,
    subjects: Mapping[str, Mapping[str, str]],
    changed: frozenset[str],
    *,
    on_read: Callable[[Document], None],
    on_progress: Callable[[int, int], None],
) -> Mapping[str, Elsewhere]:
    """What else runs at the end of the span, for each of `subjects`: configIds and their `IDENTITY`.

    `changed` are the records that the span changes; any other was before what it is after. `on_read` is given each
    record that is read.
    """
    if not subjects:
        return {}
    with Index(store.repository, store.reader, _for_index(store, span.head), on_progress=on_progress) as index:
        related = _Related(index, subjects.values())
    documents = _Documents(store, span, changed, on_read)
    found = {}
    for key, identity in subjects.items():
        closest = related.closest(key, identity)
        others = [
            Other(
                config_id=one["configId"], identity=_identity(one), differences=documents.compare(key, one["configId"])
            )
            for one in closest
        ]
        found[key] = Elsewhere(tuple(others), related.count(identity))
    return found


class _Related:
    """The records of the same projects and models as some others, by both."""

    def __init__(self, index: Index, identities: Iterable[Mapping[str, str]]) -> None:
        projects = {identity["projectName"] for identity in identities}
        models = {identity["modelName"] for identity in identities} - {""}
        self._by_project: dict[str, list[Summary]] = defaultdict(list)
        self._by_model: dict[str, list[Summary]] = defaultdict(list)
        self._both: Counter[tuple[str, str]] = Counter()
        for summary in find_related(index, projects, models, fields=("configId", *IDENTITY)):
            project, model = summary["projectName"], summary["modelName"]
            self._by_project[project].append(summary)
            self._by_model[model].append(summary)
            self._both[project, model] += 1

    def count(self, identity: Mapping[str, str]) -> int:
        """How many records there are of the same project or model, this one not counted."""
        project, model = identity["projectName"], identity["modelName"]
        in_project = len(self._by_project[project])
        if not model:
            return in_project - 1
        return in_project + len(self._by_model[model]) - self._both[project, model] - 1

    def closest(self, config_id: str, identity: Mapping[str, str]) -> Sequence[Summary]:
        """The `MOST` of them that have most in common with this one."""
        project, model = identity["projectName"], identity["modelName"]
        same_project = self._by_project[project][:_CANDIDATES]
        same_model = (one for one in self._by_model[model] if one["projectName"] != project) if model else ()
        candidates = [one for one in (*same_project, *islice(same_model, _CANDIDATES)) if one["configId"] != config_id]

        def distance(one: Summary) -> tuple[int, str]:
            return sum(one[name] != identity[name] for name in IDENTITY), one["configId"]

        return nsmallest(MOST, candidates, key=distance)


class _Documents:
    """What records deploy, at both ends of a span."""

    def __init__(self, store: Store, span: Span, changed: frozenset[str], on_read: Callable[[Document], None]) -> None:
        self._store, self._span, self._changed, self._on_read = store, span, changed, on_read
        self._read = lru_cache(_KEPT_DOCUMENTS)(self._read_anew)

    def compare(self, config_id: str, other: str) -> tuple[Difference, ...]:
        """In what a record differs from another at the end of the span, what is new first."""
        before = self._read(self._span.base, config_id)
        other_before = self._read(self._span.base if other in self._changed else self._span.head, other)
        known = {change.path for change in diff(other_before, before)} if before and other_before else None
        found = [
            Difference(change.path, change.after, change.before, is_new=known is not None and change.path not in known)
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


def _for_index(store: Store, revision: str) -> str:
    """The revision by the name under which the cache on disk holds it, if it is the tip."""
    return TIP if store.repository.head().tip == revision else revision


def _identity(summary: Summary) -> Mapping[str, str]:
    return {name: summary[name] for name in IDENTITY}
