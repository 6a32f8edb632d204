"""Which records that work are nearest to a configuration, and which combinations a model lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.selection import read_document, select
from registry_tool.errors import UsageError
from registry_tool.index import Index
from registry_tool.index.near import (
    MOST_PARAMETERS,
    POINTS,
    Combination,
    Difference,
    WantedConfiguration,
    differences,
    distance,
    missing,
    parameter_differences,
)
from registry_tool.index.query import Query, Summary, find
from registry_tool.record.identity import text_of
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record

if TYPE_CHECKING:
    from registry_tool.record.identity import Document
    from registry_tool.store.reading import Store

_FIELDS = ("configId", "projectName", "registeredAt", *POINTS)
# So many more than are asked for are looked at, because a test may have failed.
_SPARE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRequest:
    """The record of `selector`, or the configuration that `fields` say by their names in a record.

    With `ci`, or a `ci_table`, records whose test failed are left out. `limit` 0 means all.
    """

    selector: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    limit: int = 10
    ci: bool = False
    ci_table: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A record that works, how far it is, and what differs. `test` is what the CI table says, if that was asked."""

    summary: Summary
    points: int
    differences: Sequence[Difference]
    test: str = ""


def near(context: Context, request: NearRequest) -> list[Neighbour]:
    """The records with the status success that are nearest, the nearest first; of two, the one registered later."""
    with context.open_registry() as store:
        config_id, wanted = _wanted(context, store, request)
        with Index(store.repository, store.reader, on_progress=context.progress) as index:
            working = find(index, Query(filters={"status": ["success"]}, fields=_FIELDS))
        rated = [(distance(found), found, one) for one in working for found in [differences(wanted, one)]]
        rated = sorted((one for one in rated if one[2]["configId"] != config_id), key=lambda one: one[0])
        neighbours = sorted(
            _with_parameters(store, wanted, rated, request.limit * _SPARE), key=lambda neighbour: neighbour.points
        )
    if request.ci or request.ci_table:
        neighbours = _without_failed(context, neighbours, request.ci_table)
    return neighbours[: request.limit] if request.limit else neighbours


def find_missing(context: Context, request: NearRequest) -> tuple[str, list[Combination]]:
    """The model that is meant, and what working records of others run on and none of its does."""
    with context.open_registry() as store:
        wanted = _wanted(context, store, request)[1] if request.selector or request.fields else None
        if wanted is None or not (model := wanted.fields.get("modelName", "")):
            raise UsageError("--missing is of a model", hint="name it: --model NAME; or name a record that has one")
        with Index(store.repository, store.reader, on_progress=context.progress) as index:
            working = find(index, Query(filters={"status": ["success"]}, fields=_FIELDS))
    return model, list(islice(missing(wanted, working), request.limit or None))


def _wanted(context: Context, store: Store, request: NearRequest) -> tuple[str, WantedConfiguration]:
    if bool(request.selector) == bool(request.fields):
        raise UsageError(
            "what to be near to is either a record or a configuration",
            hint="registry near ID; or: registry near --model NAME --instance-type TYPE",
        )
    if request.fields:
        return "", WantedConfiguration(request.fields, exact=False)
    config_id = select(context, store, request.selector, "HEAD")
    document = Hiding(store).document(read_document(store, config_id, "HEAD"))
    fields = {name: text_of(document.get(name)) for name in POINTS if document.get(name)}
    return config_id, WantedConfiguration(fields, _parameters(document))


def _with_parameters(
    store: Store, wanted: WantedConfiguration, rated: Sequence[tuple[int, list[Difference], Summary]], enough: int
) -> Iterator[Neighbour]:
    """The records that can be among the first `enough` (0 for all), with the parameters that differ."""
    if enough and len(rated) > enough:
        last = rated[enough - 1][0] + MOST_PARAMETERS
        rated = [one for one in rated if one[0] <= last]
    if wanted.parameters is None:
        yield from (Neighbour(summary, points, found) for points, found, summary in rated)
        return
    hiding, prefix = Hiding(store), f"HEAD:{store.repository.prefix}"
    paths = [record_path(summary["configId"]) for _, _, summary in rated]
    contents = store.reader.read_many(prefix + path for path in paths)
    for (_, found, summary), path, content in zip(rated, paths, contents, strict=True):
        document = hiding.document(load_record(content or b"", path=path)[0] or {})
        all_found = [*found, *parameter_differences(wanted, _parameters(document))]
        yield Neighbour(summary, distance(all_found), all_found)


def _without_failed(context: Context, neighbours: Sequence[Neighbour], table: str) -> list[Neighbour]:
    from registry_tool.api.ci import outcomes
    from registry_tool.ci.outcome import ItemState

    known = outcomes(context, [one.summary["configId"] for one in neighbours], table)
    tested = [(one, known[one.summary["configId"]]["testStatus"]) for one in neighbours]
    return [
        Neighbour(one.summary, one.points, one.differences, test) for one, test in tested if test != ItemState.FAILED
    ]


def _parameters(document: Document) -> dict[str, str]:
    parameters = document.get("parameters")
    return {name: text_of(value) for name, value in parameters.items()} if isinstance(parameters, dict) else {}
