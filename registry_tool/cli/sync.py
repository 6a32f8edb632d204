"""`registry sync`: keeping the CI table in step with the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_tool.cli.console import out, progress, talk
from registry_tool.cli.options import AtOption, CiTableOption, Family, RegistryOption, context
from registry_tool.cli.pager import room
from registry_tool.errors import UsageError

if TYPE_CHECKING:
    from registry_tool.api.context import Context
    from registry_tool.api.sync import Synced, SyncWish
    from registry_tool.ci.apply import Done

DIFFERENT = 4
_OUTCOME = "outcome"

RetestOption = Annotated[
    list[str] | None,
    typer.Option("--retest", metavar="ID", help="Test this record again: a configId, its start, or a project's name."),
]
RetestAllOption = Annotated[bool, typer.Option("--retest-all", help="Test every record again.")]
RetestFilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--retest-filter",
        metavar="FILTER=VALUE",
        help="Test again what a list with this filter shows: backend=vllm; or by result: outcome=fail.",
    ),
]
RetestMaxOption = Annotated[
    int | None, typer.Option("--retest-max", metavar="N", min=0, help="Refuse to order more tests than that.")
]
TakeOverOption = Annotated[
    bool,
    typer.Option("--take-over", help="Include the items that come from a later commit, an unmerged one, or elsewhere."),
]
PruneOption = Annotated[bool, typer.Option("--prune", help="Include the items of ours whose record is gone.")]
PruneMaxOption = Annotated[
    str,
    typer.Option("--prune-max", metavar="N|N%", help="Refuse to prune more; else 10 items, and 10 % of ours."),
]
FormatOption = Annotated[Literal["table", "json", "markdown"], typer.Option("--format", help="How to write it.")]
ProgressOption = Annotated[
    Literal["auto", "json"],
    typer.Option("--progress", help="json: a line of JSON on standard error for each step; auto: on a terminal only."),
]


def plan(
    ctx: typer.Context,
    at: AtOption = "",
    retest: RetestOption = None,
    retest_all: RetestAllOption = False,
    retest_filter: RetestFilterOption = None,
    prune: PruneOption = False,
    take_over: TakeOverOption = False,
    out_file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Save the plan, for: registry sync apply FILE.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 if there is anything to do.")] = False,
    format: FormatOption = "table",
    progress: ProgressOption = "auto",
    ci_table: CiTableOption = "",
    registry: RegistryOption = None,
) -> None:
    """Show what `apply` would do, and why. Writes nothing to the table.

    Example: registry sync plan --out plan.json
    """
    from registry_tool.api import sync as api
    from registry_tool.views import sync as view

    wish = _wish(ci_table, at, retest, retest_filter, retest_all=retest_all, prune=prune, take_over=take_over)
    planned = api.plan(_watched(context(ctx, registry), progress), wish)
    if out_file:
        api.save(wish, planned, out_file)
    _show(planned, partial(view.table, room=room()) if format == "table" else view.FORMATS[format], progress)
    if exit_code and planned.differs:
        raise typer.Exit(DIFFERENT)


def apply(
    ctx: typer.Context,
    plan_file: Annotated[
        Path | None,
        typer.Argument(metavar="[PLAN]", help="A plan that was saved: make just its changes, if nothing has moved."),
    ] = None,
    at: AtOption = "",
    retest: RetestOption = None,
    retest_all: RetestAllOption = False,
    retest_filter: RetestFilterOption = None,
    prune: PruneOption = False,
    take_over: TakeOverOption = False,
    prune_max: PruneMaxOption = "",
    retest_max: RetestMaxOption = None,
    format: FormatOption = "table",
    progress: ProgressOption = "auto",
    ci_table: CiTableOption = "",
    registry: RegistryOption = None,
) -> None:
    """Bring the CI table in step with the registry. What was not changed is not tested again.

    Example: registry sync apply --prune
    """
    from registry_tool.api import sync as api
    from registry_tool.ci.survey import PruneLimit
    from registry_tool.views import sync as view

    wish = _wish(ci_table, at, retest, retest_filter, retest_all=retest_all, prune=prune, take_over=take_over)
    wish = replace(wish, retest_max=retest_max)
    if prune_max:
        try:
            wish = replace(wish, limit=PruneLimit.parse(prune_max))
        except ValueError as err:
            raise UsageError(
                f"--prune-max is not a number: {prune_max!r}", hint="a number of items, or a part of all: 20, 5%"
            ) from err
    saved = None
    if plan_file:
        if ci_table or at or retest or retest_filter or retest_all or prune or take_over:
            raise UsageError("a saved plan says itself what to do", hint=f"registry sync apply {plan_file}")
        wish, saved = api.saved_wish(plan_file, wish)
    on_done = partial(_tell_done, progress)
    applied = api.apply(_watched(context(ctx, registry), progress), wish, on_done=on_done, saved=saved)
    _show(applied, partial(view.table, room=room()) if format == "table" else view.FORMATS[format], progress)
    # What another registry wrote is that one's to keep up to date; what this one wrote elsewhere is not in step.
    if applied.is_behind:
        raise typer.Exit(DIFFERENT)


def status(
    ctx: typer.Context,
    at: AtOption = "",
    prune: PruneOption = False,
    take_over: TakeOverOption = False,
    format: FormatOption = "table",
    progress: ProgressOption = "auto",
    ci_table: CiTableOption = "",
    registry: RegistryOption = None,
) -> None:
    """Say whether the CI table is in step with the registry. Exit 0 if it is, 4 if it is not, 1 if nobody can tell.

    Example: registry sync status
    """
    from registry_tool.api import sync as api
    from registry_tool.views import sync as view

    wish = _wish(ci_table, at, None, None, retest_all=False, prune=prune, take_over=take_over)
    found = api.plan(_watched(context(ctx, registry), progress), wish)
    _show(found, view.STATUS_FORMATS[format], progress)
    if found.differs:
        raise typer.Exit(DIFFERENT)


def _wish(
    table: str,
    at: str,
    retest: Sequence[str] | None,
    retest_filter: Sequence[str] | None,
    *,
    retest_all: bool,
    prune: bool,
    take_over: bool,
) -> SyncWish:
    from registry_tool.api.sync import SyncWish
    from registry_tool.index.query import FILTERS

    filters: dict[str, list[str]] = {}
    for word in retest_filter or []:
        name, equals, value = word.partition("=")
        if name not in {*FILTERS, _OUTCOME} or not equals or not value:
            raise UsageError(
                f"--retest-filter is not FILTER=VALUE: {word!r}",
                hint=f"a filter is one of {', '.join((*FILTERS, _OUTCOME))}",
            )
        filters.setdefault(name, []).append(value)
    outcomes = filters.pop(_OUTCOME, [])
    return SyncWish(
        table=table,
        at=at,
        retest=retest or [],
        retest_all=retest_all,
        retest_filters=filters,
        retest_outcomes=outcomes,
        prune=prune,
        take_over=take_over,
    )


def _watched(here: Context, how: str) -> Context:
    if how != "json":
        return here
    from registry_tool.views import sync as view

    return replace(here, progress=lambda done, of: talk(view.read_event(done, of)))


def _tell_done(how: str, done: Done, number: int, of: int) -> None:
    if how == "json":
        from registry_tool.views import sync as view

        talk(view.done_event(done, number, of))
    else:
        progress(number, of, what="items", doing="writing")


def _show(synced: Synced, write: Callable[[Synced], str], how: str) -> None:
    from registry_tool.views import sync as view

    if how == "json":
        talk(view.finished_event(synced))
    else:
        progress(0, 0)  # a line that stopped half-way goes, too
    out(write(synced))
    for remark in view.remarks(synced):
        talk(remark)
    if synced.error:
        raise synced.error


COMMANDS = {
    "sync": Family("Keep the CI table in step with the registry.", {"plan": plan, "apply": apply, "status": status})
}
