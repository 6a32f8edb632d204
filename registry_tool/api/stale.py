"""Which records nobody has looked after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from registry_tool.api.context import Context
from registry_tool.index import Index
from registry_tool.index.query import Query, explain_nothing, find
from registry_tool.index.stale import Stale, find_stale

_FIELDS = ("configId", "projectName", "registeredAt", "baseImage")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleRequest:
    """Records that the filters choose and that are older than a time. With `ci` or a `ci_table`, tests count, too."""

    older_than: timedelta
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ci: bool = False
    ci_table: str = ""


def stale(context: Context, request: StaleRequest) -> list[Stale]:
    """The records that are too old, not tested, or of an image of which others run a newer version; the oldest first.

    Others are all records, whatever the filters choose.
    """
    with context.open_registry() as store, Index(store.repository, store.reader, on_progress=context.progress) as index:
        everyone = find(index, Query(fields=_FIELDS))
        query = Query(filters=request.filters, fields=("configId",))
        chosen = {one["configId"] for one in find(index, query)}
        if not chosen:
            for line in explain_nothing(index, query):
                context.tell(line)
    at = context.clock()
    tests = _tests(context, request, sorted(chosen)) if request.ci or request.ci_table else {}
    found = find_stale(everyone, at=at, older_than=request.older_than, tests=tests)
    return [one for one in found if one.summary["configId"] in chosen]


def _tests(context: Context, request: StaleRequest, ids: Sequence[str]) -> dict[str, str]:
    """What is wrong with the tests of records, in words."""
    from registry_tool.api.ci import outcomes

    limit = (context.clock() - request.older_than).isoformat()
    said = {}
    for config_id, told in outcomes(context, ids, request.ci_table).items():
        if not told["lastTestTimestamp"]:
            said[config_id] = "never tested"
        elif told["testStatus"] == "untested":
            said[config_id] = "not tested since it changed"
        elif told["lastTestTimestamp"] < limit:
            said[config_id] = f"tested last on {told['lastTestTimestamp'][:10]}"
    return said
