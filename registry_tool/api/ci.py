"""The CI table beside the registry: what a harness says of the records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.read import Listing
from registry_tool.ci.diagnosis import DETAILS, Diagnosis, diagnose, passed_revision
from registry_tool.ci.dynamodb.client import address, explained
from registry_tool.ci.dynamodb.table import DynamoTable, open_table
from registry_tool.ci.item import READ, UNTESTED
from registry_tool.ci.outcome import ItemState, outcome
from registry_tool.ci.table import ReadItem, in_batches
from registry_tool.index import Index
from registry_tool.index.query import Query, find
from registry_tool.printable import one_line
from registry_tool.record.diff import FieldChange, Scalar, diff
from registry_tool.record.identity import timestamp
from registry_tool.record.load import load
from registry_tool.record.tested import tested_configuration
from registry_tool.rules.settings import Settings
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.ci.report import CiReport

_FAILED = frozenset({ItemState.FAILED, ItemState.UNKNOWN})
_REPORTED = ("configId", "projectName", "deploymentConfig", "status", "registeredAt")


def report(context: Context, table: str, *, stale_after: timedelta, at: str = "", failures: bool = False) -> CiReport:
    """How the records at the revision or date `at`, else at the tip, stand in the CI table now.

    With `failures`, why each record failed that did, and what changed since it passed.
    """
    from registry_tool.ci import report as ci
    from registry_tool.ci.report import Flag

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
    limits = ci.CiLimits(
        at=context.clock(), stale_after=stale_after, stuck_after=timedelta(minutes=settings.ci_stuck_minutes)
    )
    with explained(ci_table.address):
        items = list(ci_table.read_all((*READ, *DETAILS)))
    found = ci.report(records, items, table=str(ci_table), limits=limits, chosen=chosen)
    if not failures:
        return found
    failed = {row.config_id: row for row in found.rows if row.state in _FAILED and Flag.NO_RECORD not in row.flags}
    with context.open_registry() as store:
        hiding = Hiding(store)
        known = {item.config_id: _diagnose(store, hiding, revision, item) for item in items if item.config_id in failed}
    return replace(found, failures=[(row, known[config_id]) for config_id, row in failed.items()])


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


def explanations(context: Context, config_id: str, table: str, *, at: str = "") -> dict[str, str]:
    """How the test of one record went, and if it failed, why; under names as an item has them."""
    with context.open_registry() as store:
        revision = store.revision(at)
        ci_table = _connect(context, store.settings(revision), table)
        with explained(ci_table.address):
            row = ci_table.read([config_id], (*READ, *DETAILS)).get(config_id)
        told = _told(row)
        if row is None or outcome(row).state not in _FAILED:
            return told
        found = _diagnose(store, Hiding(store), revision, row)
    changed = None if found.changes is None else "; ".join(map(_change, found.changes)) or "nothing"
    return {
        **told,
        "failedStage": found.stage,
        "errorSummary": found.error,
        "logPointer": found.log,
        **found.benchmarks,
        "changedSinceLastPass": "no pass is known" if changed is None else f"{changed} (passed {found.passed_at})",
    }


def _change(change: FieldChange) -> str:
    def text(value: Scalar) -> str:
        return "-" if value is None else str(value)

    return f"{change.path} {text(change.before)} -> {text(change.after)}"


def _diagnose(store: Store, hiding: Hiding, revision: str, item: ReadItem) -> Diagnosis:
    """Why a record failed, and what CI tests differently since it passed; without secrets, whoever wrote them."""
    passed = passed_revision(item)
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", passed):
        return hiding.diagnosis(diagnose(item, None))
    then, now = (load(store.read(item.config_id, one) or b"").document for one in (passed, revision))
    if then is None or now is None:
        return hiding.diagnosis(diagnose(item, None))
    changes = diff(tested_configuration(then), tested_configuration(now))
    return hiding.diagnosis(diagnose(item, changes), then, now)


def _told(row: ReadItem | None) -> dict[str, str]:
    """What is said of a record's test beside its own fields, under the item's names; nothing is empty."""
    if row is None:
        return {"testStatus": "", "lastTestTimestamp": "", "testFlags": ""}
    found = outcome(row)
    flags = {
        "outdated": found.outdated,
        "unknown-status": found.state is ItemState.UNKNOWN,
        "overlooked": found.is_overlooked,
    }
    return {
        "testStatus": UNTESTED if found.outdated else found.test_status,
        "lastTestTimestamp": timestamp(found.tested_at) if found.tested_at else "",
        "testFlags": ", ".join(flag for flag, holds in flags.items() if holds),
    }


def _connect(context: Context, settings: Settings, table: str) -> DynamoTable:
    meant = address(table, context.environment, settings)
    return open_table(meant, context.environment, context.clock)
