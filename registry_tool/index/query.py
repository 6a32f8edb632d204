"""Which records are meant: filters, order, and the selector of a single record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from registry_tool.errors import RegistryError, UsageError
from registry_tool.index import Index
from registry_tool.index.misses import CLOSED, check_values, explain
from registry_tool.index.rows import SUMMARY, composed
from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import Json
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path

FILTERS: Mapping[str, str] = {field.filter: field.name for field in FIELDS if field.filter}
"""What a record can be filtered by, and the field that each filter reads."""

ORDERS: Mapping[str, str] = {**FILTERS, "registered": "registeredAt", "id": "configId"}
"""What a list can be sorted by."""

LABEL = "label"
"""The filter of labels: NAME=VALUE, or NAME alone for any value. Of several names, each must match."""

_ID_PREFIX = re.compile(r"[0-9a-f]{1,16}")
_CANDIDATES = 10
# SQLite takes at least 999 parameters.
_MOST_NAMES = 900


class NotFoundError(RegistryError):
    """No record answers to the selector."""


class AmbiguousError(RegistryError):
    """Several records answer to the selector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request for summaries.

    `filters` maps a name of `FILTERS` to the wanted values: any of them matches (OR), and every filter must (AND). A
    value with `*` is a glob whose `*` also crosses `/`; without, a model matches by substring and anything else as a
    whole; upper and lower case are the same. `order` is a name of `ORDERS`, with `:desc` for descending. `limit` 0
    means all. `fields` are those that the summaries are to have.
    """

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "registered:desc"
    limit: int = 0
    fields: Sequence[str] = tuple(SUMMARY)


@dataclass(slots=True)
class Summary:
    """What a list shows of a record: its `fields` and the value of each; `notes` is their first line.

    Never changed, though not frozen: a list makes a hundred thousand of them.
    """

    fields: Sequence[str]
    cells: Sequence[str]

    def __getitem__(self, name: str) -> str:
        """The value of a field, empty if the record does not have it."""
        return self.cells[self.fields.index(name)]

    def values(self) -> dict[str, str]:
        """The value of each field."""
        return dict(zip(self.fields, self.cells, strict=True))

    def extended(self, more: Mapping[str, str]) -> Summary:
        """The same with more fields behind."""
        return Summary((*self.fields, *more), (*self.cells, *more.values()))


def find(index: Index, query: Query) -> list[Summary]:
    """The summaries that `query` asks for, in its order."""
    condition, parameters = _condition(query)
    rows = index.select(query.fields, condition, parameters, _order(query.order), query.limit or -1)
    return [Summary(query.fields, row) for row in rows]


def explain_nothing(index: Index, query: Query) -> Iterator[str]:
    """Which filters match no record at all, and what is near: a line for each. For a query that found nothing."""
    for name, wanted in query.filters.items():
        if name not in FILTERS or name in CLOSED:
            continue
        field = FILTERS[name]
        for value in wanted:
            # Values of all records are read only for one that none has: of 100,000 that takes as long as all else.
            if "*" not in value and not index.holds(*_alternative(SUMMARY[field], value, part=name == "model")):
                yield explain(name, value, index.distinct(field, "", -1))


def find_related(
    index: Index, projects: Iterable[str], models: Iterable[str], *, fields: Sequence[str]
) -> list[Summary]:
    """The records of any of these projects, or of any of these models."""
    wanted = [("project_name", name) for name in sorted(projects)] + [("model_name", name) for name in sorted(models)]
    found: dict[str, Summary] = {}
    for start in range(0, len(wanted), _MOST_NAMES):
        chunk = wanted[start : start + _MOST_NAMES]
        condition = " OR ".join(
            f"{column} IN ({', '.join('?' for name, _ in chunk if name == column)})"
            for column in ("project_name", "model_name")
        )
        for row in index.select(("configId", *fields), condition, [name for _, name in chunk], "config_id", -1):
            found.setdefault(row[0], Summary(fields, row[1:]))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Hit:
    """A record in which the words that were searched for occur, and the id of its blob."""

    summary: Summary
    blob: str


def search(index: Index, words: Sequence[str], query: Query) -> list[Hit]:
    """The records that `query` chooses and in which all `words` occur, the best match first whatever its order."""
    condition, parameters = _condition(query)
    rows = index.search(words, condition, parameters, query.limit or -1)
    return [Hit(_summary(row), blob) for blob, *row in rows]


def resolve(index: Index, selector: str) -> str:
    """The configId that `selector` means: a configId, a unique prefix of one, or the name of a project."""
    if is_record_path(path := selector[selector.find(RECORDS) :]):
        selector = config_id_of(path)  # as a registration prints it
    name = "project_name" if selector.isascii() else "composed(project_name)"
    conditions, parameters = [f"{name} = ?"], [composed(selector)]
    if is_id_prefix(digits := selector.lower()):
        # By path, which is the key: a range of it is found at once.
        start = f"{RECORDS}/{digits[:2]}" + (f"/{digits}" if len(digits) > 1 else "")
        conditions.append("path BETWEEN ? AND ?")
        parameters += [start, start + "~"]
    rows = index.select(SUMMARY, " OR ".join(conditions), parameters, "project_name, config_id", -1)
    found = [_summary(row) for row in rows]
    if len(found) == 1:
        return found[0]["configId"]
    if not found:
        raise NotFoundError(f"no record answers to {selector!r}", hint=_suggestion(index, selector))
    raise AmbiguousError(
        f"{selector!r} can mean {len(found)} records:\n" + "\n".join(_candidate(one) for one in found[:_CANDIDATES]),
        hint="give more digits of the configId",
    )


def has_labels(document: Mapping[str, Json], wanted: Sequence[str]) -> bool:
    """Whether a record has the labels that a filter wants, as the filters of a list find them."""
    labels = document.get("labels")
    said = labels if isinstance(labels, dict) else {}
    return all(
        name in said
        and any(
            re.fullmatch(re.escape(value).replace(r"\*", ".*"), str(said[name]), re.IGNORECASE | re.DOTALL)
            for value in values
        )
        for name, values in _by_name(wanted).items()
    )


def is_id_prefix(selector: str) -> bool:
    """Whether `selector` can be the start of a configId."""
    return _ID_PREFIX.fullmatch(selector) is not None


def _condition(query: Query) -> tuple[str, list[str]]:
    """The filters as an SQL condition and its parameters."""
    if query.filters:
        check_values(query.filters)
    conditions: list[str] = []
    parameters: list[str] = []
    # In the order of the index that lists are read from, whatever order they were given in.
    for name in sorted(query.filters, key=[LABEL, *FILTERS].index, reverse=True):
        wanted = query.filters[name]
        if not wanted:
            continue
        if name == LABEL:
            condition, names = _label_condition(wanted)
            conditions.append(condition)
            parameters += names
            continue
        column = SUMMARY[FILTERS[name]]
        alternatives = [_alternative(column, value, part=name == "model") for value in wanted]
        conditions.append("(" + " OR ".join(condition for condition, _ in alternatives) + ")")
        parameters.extend(parameter for _, parameter in alternatives)
    return " AND ".join(conditions) or "1", parameters


def _by_name(wanted: Sequence[str]) -> dict[str, list[str]]:
    """The wanted values of each label; NAME alone wants any."""
    by_name: dict[str, list[str]] = {}
    for label in wanted:
        name, _, value = label.partition("=")
        by_name.setdefault(name, []).append(value or "*")
    return by_name


def _label_condition(wanted: Sequence[str]) -> tuple[str, list[str]]:
    """Each label must match; of several values for one label, any."""
    conditions, parameters = [], []
    for name, values in _by_name(wanted).items():
        # In a JSON path, the name is in quotes.
        path = "$." + json.dumps(name)
        alternatives = [_alternative("json_extract(labels, ?)", value, part=False) for value in values]
        conditions.append("(" + " OR ".join(condition for condition, _ in alternatives) + ")")
        parameters += [part for _, parameter in alternatives for part in (path, parameter)]
    return " AND ".join(conditions), parameters


def _alternative(column: str, value: str, *, part: bool) -> tuple[str, str]:
    """The condition that a column matches a wanted value, as a `part` or as a whole, and its parameter."""
    if not value.isascii():
        # The same letters can be written in two ways: macOS names files in one, keyboards type the other.
        column, value = f"composed({column})", composed(value)
    if not part and "*" not in value:
        return f"{column} = ? COLLATE NOCASE", value
    escaped = re.sub(r"([\\%_])", r"\\\1", value)
    return f"{column} LIKE ? ESCAPE '\\'", escaped.replace("*", "%") if "*" in value else f"%{escaped}%"


def _order(order: str) -> str:
    name, _, direction = order.partition(":")
    if name not in ORDERS or direction not in {"", "asc", "desc"}:
        raise UsageError(f"cannot sort by {order!r}", hint=f"sort by one of {', '.join(ORDERS)}, with :desc to reverse")
    return f"{SUMMARY[ORDERS[name]]} {direction or 'asc'}, config_id"


def _summary(row: Sequence[str]) -> Summary:
    return Summary(tuple(SUMMARY), row)


def _candidate(summary: Summary) -> str:
    place = f"{summary['instanceType']} {summary['awsRegion']} {summary['deploymentTarget']}"
    return f"  {summary['configId']}  {summary['projectName']}  {summary['modelName'] or '-'}  {place}"


def _suggestion(index: Index, selector: str) -> str:
    from difflib import get_close_matches  # only on the way to an error

    names = sorted({name for (name,) in index.select(["projectName"], "1", (), "config_id", -1)})
    if close := get_close_matches(selector, names, 1):
        return f"did you mean {close[0]!r}? see: registry list"
    return "see: registry list"
