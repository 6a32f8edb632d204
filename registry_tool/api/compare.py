"""Comparing records with each other, or with what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.selection import read_document, select
from registry_tool.errors import RegistryError, UsageError
from registry_tool.index import Index
from registry_tool.index.query import Query, explain_nothing, find
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store
from registry_tool.trail.compare import Column, Comparison
from registry_tool.trail.compare import compare as compare_columns

By: TypeAlias = Literal["region", "instanceType", "deploymentTarget", "projectName"]

MOST_COLUMNS = 24
"""How many columns a person can still compare, and what bounds the memory."""

_FIELDS: Mapping[By, str] = {
    "region": "awsRegion",
    "instanceType": "instanceType",
    "deploymentTarget": "deploymentTarget",
    "projectName": "projectName",
}
_SHORT_ID = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """The records to compare: those of `selectors`, or all that `filters` choose, ordered and labelled `by` a field.

    With `at`, a revision or date, each record as it was then comes before the record as it is now.
    """

    selectors: Sequence[str] = ()
    by: By | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    at: str = ""


def compare(context: Context, request: CompareRequest) -> Comparison:
    """The records that the request names, side by side. `tell` is told of each that was not there `at` that time."""
    if bool(request.selectors) == bool(request.by) or (request.filters and not request.by):
        raise UsageError(
            "records to compare are either named or chosen by filters",
            hint="name them: registry compare ID ID; or: registry compare --by region --project NAME",
        )
    with context.open_registry() as store:
        chosen = _chosen(context, store, request) if request.by else _named(context, store, request)
        columns = list(_columns(context, store, chosen, request.at))
    if len(columns) < 2:  # noqa: PLR2004  a comparison is of two
        raise RegistryError(
            f"{'1 record is' if columns else '0 records are'} too few to compare",
            hint="name more of them, loosen the filters, or compare with what was: --at REVISION|DATE",
        )
    return compare_columns(columns)


def _named(context: Context, store: Store, request: CompareRequest) -> dict[str, str]:
    """The label of each record that was named, by configId."""
    ids = list(dict.fromkeys(select(context, store, selector, "HEAD") for selector in request.selectors))
    _check_number(len(ids), request)
    return dict.fromkeys(ids, "")


def _chosen(context: Context, store: Store, request: CompareRequest) -> dict[str, str]:
    """The label of each record that the filters choose, by configId, in the order of the labels."""
    name = _FIELDS[request.by] if request.by else ""
    with Index(store.repository, store.reader, on_progress=context.progress) as index:
        query = Query(filters=request.filters, order="id", fields=("configId", name))
        found = find(index, query)
        for line in explain_nothing(index, query) if not found else ():
            context.tell(line)
    _check_number(len(found), request)
    return {one["configId"]: one[name] for one in sorted(found, key=lambda one: one[name])}


def _check_number(number: int, request: CompareRequest) -> None:
    needed = number * (2 if request.at else 1)
    if needed > MOST_COLUMNS:
        raise RegistryError(
            f"{needed:,} columns are too many to compare; {MOST_COLUMNS} is the most",
            hint="choose fewer records, as with --project, --model or --region",
        )


def _columns(context: Context, store: Store, chosen: Mapping[str, str], at: str) -> Iterator[Column]:
    hiding = Hiding(store)
    for config_id, label in chosen.items():
        now = hiding.document(read_document(store, config_id, "HEAD"))
        shown = f"{label} {config_id[:_SHORT_ID]}" if label else f"{now.get('projectName', '')} {config_id[:_SHORT_ID]}"
        if at:
            content = store.read(config_id, store.revision(at))
            then, reason = load_record(content, path=record_path(config_id)) if content else (None, "it was not there")
            if then is None:
                context.tell(f"warning: {config_id} is not shown as at {at}: {reason}")
            else:
                yield Column(config_id=config_id, label=shown, at=at, document=hiding.document(then))
        yield Column(config_id=config_id, label=shown, at="", document=now)
