"""The CI table beside the registry: what a harness says of the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.read import Listing
from registry_tool.ci.client import Address, Client, address, connect, explained
from registry_tool.ci.reading import in_batches, read, read_all
from registry_tool.ci.results import DETAILS, result, told
from registry_tool.index import Index
from registry_tool.index.query import Query, find
from registry_tool.printable import one_line
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.ci.report import Report

_REPORTED = ("configId", "projectName", "deploymentConfig", "status", "registeredAt")


def report(context: Context, table: str, *, stale_after: timedelta, at: str = "") -> Report:
    """How the records at the revision or date `at`, else at the tip, stand in the CI table now."""
    from registry_tool.ci import report as ci

    with context.open_registry() as store:
        revision = store.revision(at)
        meant, client = _connect(context, store, table, revision)
        with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
            records = find(index, Query(order="id", fields=_REPORTED))
            for file in index.unreadable():
                context.tell(f"warning: {one_line(file.path)} is not reported: {one_line(file.reason)}")
    with explained(meant):
        results = [result(row) for row in read_all(client, meant.table, DETAILS)]
    return ci.report(records, results, table=str(meant), at=context.clock(), stale_after=stale_after)


def with_tests(context: Context, listing: Listing, table: str, *, at: str = "") -> Listing:
    """The listing with what the CI table says of each record's test."""
    known = outcomes(context, [summary["configId"] for summary in listing.summaries], table, at=at)
    summaries = [summary.extended(known[summary["configId"]]) for summary in listing.summaries]
    return replace(listing, summaries=summaries)


def outcomes(context: Context, ids: Sequence[str], table: str, *, at: str = "") -> dict[str, dict[str, str]]:
    """The testStatus and lastTestTimestamp of records, by configId; empty where there is no item or was no test."""
    with context.open_registry() as store:
        meant, client = _connect(context, store, table, store.revision(at))
    with explained(meant):
        rows = {key: row for batch in in_batches(ids) for key, row in read(client, meant.table, batch).items()}
    return {config_id: told(rows.get(config_id)) for config_id in ids}


def _connect(context: Context, store: Store, table: str, revision: str) -> tuple[Address, Client]:
    meant = address(table, context.environment, store.settings(revision))
    return meant, connect(meant, context.environment)
