"""The CI table beside the registry: what a harness says of the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.read import Listing
from registry_tool.ci.dynamodb.client import address, connect, explained
from registry_tool.ci.dynamodb.table import DynamoTable
from registry_tool.ci.item import READ, UNTESTED
from registry_tool.ci.outcome import State, outcome
from registry_tool.ci.table import Row, in_batches
from registry_tool.index import Index
from registry_tool.index.query import Query, find
from registry_tool.printable import one_line
from registry_tool.record.identity import timestamp
from registry_tool.rules.settings import Settings

if TYPE_CHECKING:
    from registry_tool.ci.report import Report

_REPORTED = ("configId", "projectName", "deploymentConfig", "status", "registeredAt")


def report(context: Context, table: str, *, stale_after: timedelta, at: str = "") -> Report:
    """How the records at the revision or date `at`, else at the tip, stand in the CI table now."""
    from registry_tool.ci import report as ci

    with context.open_registry() as store:
        revision = store.revision(at)
        settings = store.settings(revision)
        ci_table = _connect(context, settings, table)
        with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
            records = find(index, Query(order="id", fields=_REPORTED))
            chosen = None
            if settings.ci_filter:
                matching = find(index, Query(filters=settings.ci_filter, fields=("configId",)))
                chosen = {record["configId"] for record in matching}
            for file in index.unreadable():
                context.tell(f"warning: {one_line(file.path)} is not reported: {one_line(file.reason)}")
    limits = ci.Limits(
        at=context.clock(), stale_after=stale_after, stuck_after=timedelta(minutes=settings.ci_stuck_minutes)
    )
    with explained(ci_table.address):
        return ci.report(records, ci_table.read_all(READ), table=str(ci_table), limits=limits, chosen=chosen)


def with_tests(context: Context, listing: Listing, table: str, *, at: str = "") -> Listing:
    """The listing with what the CI table says of each record's test."""
    known = outcomes(context, [summary["configId"] for summary in listing.summaries], table, at=at)
    summaries = [summary.extended(known[summary["configId"]]) for summary in listing.summaries]
    return replace(listing, summaries=summaries)


def outcomes(context: Context, ids: Sequence[str], table: str, *, at: str = "") -> dict[str, dict[str, str]]:
    """How the tests of records went, as `testStatus`, `lastTestTimestamp` and `testFlags`, by configId.

    Each is empty where there is nothing to say.
    """
    with context.open_registry() as store:
        ci_table = _connect(context, store.settings(store.revision(at)), table)
    with explained(ci_table.address):
        rows = {key: row for batch in in_batches(ids) for key, row in ci_table.read(batch, READ).items()}
    return {config_id: _told(rows.get(config_id)) for config_id in ids}


def _told(row: Row | None) -> dict[str, str]:
    """What is said of a record's test beside its own fields, under the item's names; nothing is empty."""
    if row is None:
        return {"testStatus": "", "lastTestTimestamp": "", "testFlags": ""}
    found = outcome(row)
    flags = {
        "outdated": found.outdated,
        "unknown-status": found.state is State.UNKNOWN,
        "overlooked": found.is_overlooked,
    }
    return {
        "testStatus": UNTESTED if found.outdated else found.test_status,
        "lastTestTimestamp": timestamp(found.tested_at) if found.tested_at else "",
        "testFlags": ", ".join(flag for flag, holds in flags.items() if holds),
    }


def _connect(context: Context, settings: Settings, table: str) -> DynamoTable:
    meant = address(table, context.environment, settings)
    return DynamoTable(connect(meant, context.environment), meant, clock=context.clock)
