"""The CI table beside the registry: what the harness says of the records."""

from __future__ import annotations

from datetime import timedelta

from registry_tool.api.context import Context
from registry_tool.ci.client import address, connect, explained
from registry_tool.ci.report import Report
from registry_tool.ci.report import report as make_report
from registry_tool.ci.results import all_results
from registry_tool.index import Index
from registry_tool.query import Query, find
from registry_tool.store.reading import Store

_FIELDS = ("configId", "projectName", "deploymentConfig", "status", "registeredAt")


def report(context: Context, table: str, *, stale_after: timedelta, at: str = "") -> Report:
    """How the records at the revision or date `at`, else at the tip, stand in the CI table now."""
    with Store(context.registry_to_read(), context.environment) as store:
        revision = store.revision(at)
        meant = address(table, context.environment, store.settings(revision))
        client = connect(meant, context.environment)
        with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
            records = find(index, Query(order="id", fields=_FIELDS))
    with explained(meant):
        results = list(all_results(client, meant))
    return make_report(records, results, table=str(meant), at=context.clock(), stale_after=stale_after)
