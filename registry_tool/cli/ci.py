"""`registry ci report`: how the records stand in the CI table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_tool.cli.console import talk
from registry_tool.cli.options import AtOption, CiTableOption, Family, RegistryOption, context, duration_of
from registry_tool.cli.pager import page, room
from registry_tool.errors import UsageError

if TYPE_CHECKING:
    from registry_tool.ci.report import Flag


def report(
    ctx: typer.Context,
    stale_after: Annotated[
        str, typer.Option(metavar="DURATION", help="A test that ended longer ago is stale: 90m, 12h, 7d, 2w.")
    ] = "7d",
    fail_on: Annotated[
        str, typer.Option(metavar="FLAGS", help="Exit with 1 if a record has one of these flags: regression,stale ...")
    ] = "",
    failures: Annotated[
        bool, typer.Option("--failures", help="Also why each failed record failed, and what changed since it passed.")
    ] = False,
    format: Annotated[
        Literal["table", "json", "markdown", "junit"], typer.Option(help="How to write it; junit is for CI systems.")
    ] = "table",
    ci_table: CiTableOption = "",
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Show how much of the registry is tested, what worked and fails now, and what needs a look.

    Example: registry ci report --stale-after 3d --fail-on regression,stale
    """
    from registry_tool.api import ci as api
    from registry_tool.ci.report import Flag
    from registry_tool.views import ci as view

    age, flags = duration_of(stale_after, "--stale-after"), _flags(fail_on)
    found = api.report(context(ctx, registry), ci_table, stale_after=age, at=at, failures=failures or format == "junit")
    page([view.table(found, room=room()) if format == "table" else view.FORMATS[format](found)])
    # A word that nobody knows may be a failure, so it passes no gate.
    gates = list(dict.fromkeys((*flags, Flag.UNKNOWN_STATUS))) if flags else []
    if reasons := [f"{count} {flag}" for flag in gates if (count := found.count(flag))]:
        talk(f"failed on: {', '.join(reasons)}")
        raise typer.Exit(1)


def _flags(text: str) -> list[Flag]:
    from registry_tool.ci.report import Flag

    words = [word.strip() for word in text.split(",") if word.strip()]
    if unknown := [word for word in words if word not in set(Flag)]:
        raise UsageError(f"--fail-on has no {unknown[0]!r}", hint=f"it takes any of: {', '.join(Flag)}")
    return [Flag(word) for word in words]


COMMANDS = {"ci": Family("Read what the CI table says of the registry.", {"report": report})}
