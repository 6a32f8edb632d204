"""`registry live`: what is really running, against what is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_tool.cli.console import out, progress, talk
from registry_tool.cli.family import Family
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import RegistryOption, context

if TYPE_CHECKING:
    from registry_tool.live.report import Report

DIFFERENT = 4
INCOMPLETE = 1


@with_filters
def status(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    selectors: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Only these: a configId, the start of one, or a project's name."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Read lists alone: what is there, not how it is.")] = False,
    orphans: Annotated[
        bool | None,
        typer.Option("--orphans/--no-orphans", help="Also what runs unregistered; else only if all records are meant."),
    ] = None,
    also_region: Annotated[
        list[str] | None, typer.Option("--also-region", metavar="REGION", help="Look there as well.")
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", metavar="NAME", help="An AWS profile; repeat it for more accounts.")
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", metavar="N", min=0, help="Describe N objects a second; 0: no limit.")
    ] = 5,
    strict_counts: Annotated[
        bool, typer.Option("--strict-counts", help="A number of copies or instances that was scaled differs.")
    ] = False,
    format: Annotated[Literal["table", "json", "markdown", "csv"], typer.Option(help="How to write it.")] = "table",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 if anything differs, is gone, failed or not registered.")
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Compare records with what runs. Reads only. Exit 1 if something could not be read.

    Example: registry live status --quick
    """
    from dataclasses import replace

    from registry_tool.api import live as api
    from registry_tool.views import live as view

    wish = api.Wish(
        selectors=selectors or [],
        filters=filters,
        regions=also_region or [],
        profiles=profile or [],
        quick=quick,
        unregistered=orphans,
        rate=rate,
        strict_counts=strict_counts,
    )
    here = replace(context(ctx, registry), progress=partial(progress, doing="looking at"))
    report = api.status(here, wish)
    out(view.FORMATS[format](report))
    for remark in view.remarks(report):
        talk(remark)
    _end(report, exit_code=exit_code)


def _end(report: Report, *, exit_code: bool) -> None:
    """Half an answer is never 0, whatever else was found."""
    if report.unknown:
        raise typer.Exit(INCOMPLETE)
    if exit_code and report.differs:
        raise typer.Exit(DIFFERENT)


COMMANDS = {"live": Family("See what is really running, against what is registered. Reads only.", {"status": status})}
