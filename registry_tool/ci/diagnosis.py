"""Why a test failed, as far as the CI table and the registry can tell: the question of the person on call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry_tool.ci.item import PASSED_AT, PASSED_SOURCE, STAGES, STATUS
from registry_tool.ci.outcome import stages
from registry_tool.ci.table import ReadItem
from registry_tool.record.diff import FieldChange

BENCHMARKS = ("lastBenchmarkStatus", "lastBenchmarkRunId", "lastBenchmarkTimestamp")
DETAILS = ("errorMessage", *BENCHMARKS)
"""The harness's attributes that a diagnosis is read from, beside those that every decision is made from."""

# What the state machine of the shipped harness writes over the build's own message, whatever went wrong.
_SAYS_NOTHING = "Build completed with status: "
_FAILED = frozenset({"fail", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is known of a failure; each text is empty if it is not known.

    `stage` failed first, `error` is what it said, and `log` where the rest of it is. `benchmarks` are the harness's
    attributes of its last benchmark. `passed_at` is when the content before this one last passed, and `changes` are the
    fields that are different since; None if no pass is known, or its commit is not here.
    """

    stage: str
    error: str
    log: str
    benchmarks: Mapping[str, str]
    passed_at: str = ""
    changes: tuple[FieldChange, ...] | None = None


def diagnose(row: ReadItem, changes: tuple[FieldChange, ...] | None) -> Diagnosis:
    """The diagnosis of an item; `changes` are the fields that are different since the pass that it names."""
    stage, said, log = next(_failed(row), (row.text(STATUS).partition("-")[2], "", ""))
    message = row.text("errorMessage")
    return Diagnosis(
        stage=stage,
        error=said or ("" if message.startswith(_SAYS_NOTHING) else message),
        log=log,
        benchmarks={name: row.text(name) for name in BENCHMARKS if row.text(name)},
        passed_at=row.text(PASSED_AT),
        changes=changes,
    )


def passed_revision(row: ReadItem) -> str:
    """The commit that the content came from which last passed; empty if none is known."""
    return row.text(PASSED_SOURCE)


def _failed(row: ReadItem) -> Iterator[tuple[str, str, str]]:
    """The stages that failed, the one that the status names first; each with what it said and its log."""
    named = row.text(STATUS).partition("-")[2]
    found = sorted(stages(row.attributes.get(STAGES)), key=lambda one: one[0] != named)
    for name, stage in found:
        if stage.get("status") in _FAILED:
            said = (stage.get(key) for key in ("errorSummary", "error"))
            text = next((one for one in said if isinstance(one, str) and one), "")
            pointer = stage.get("logPointer")
            yield name, text.strip(), pointer if isinstance(pointer, str) else ""
