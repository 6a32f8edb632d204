"""`registry scan`: looking for secrets in history."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out, progress, talk
from registry_tool.cli.options import RegistryOption, context


def scan(
    ctx: typer.Context,
    revisions: Annotated[
        list[str] | None, typer.Argument(metavar="[REVS]...", help="Revisions as for git log; else everything.")
    ] = None,
    unreachable: Annotated[
        bool, typer.Option("--unreachable", help="Also what no ref reaches: older stashes, reflogs, dropped commits.")
    ] = False,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write what is found.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Look for secrets in all history. In every file, message, author and tag; exit 1 if there are any.

    Example: registry scan main..deploy/qwen3
    """
    from registry_tool.api import scan as api
    from registry_tool.views import scan as view

    here = replace(context(ctx, registry), progress=partial(progress, what="commits"))
    report = api.scan(here, revisions or [], unreachable=unreachable)
    out(view.FORMATS[format](report))
    talk(view.summary(report))
    if report.leaks:
        from registry_tool.trail.scan import TAKE_OUT  # loaded by now

        talk(f"hint: revoke each first; then {TAKE_OUT}")
        raise typer.Exit(1)


COMMANDS = {"scan": scan}
