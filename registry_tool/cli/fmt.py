"""`registry fmt`: bringing records into canonical form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import RegistryOption, context
from registry_tool.errors import UsageError


def fmt(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; else all.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Rewrite nothing; exit 1 if anything would be.")] = False,
    upgrade: Annotated[
        bool,
        typer.Option("--upgrade", help="Write all records in the newest version of the schema, in one commit."),
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Rewrite records that were edited by hand in canonical form. What else is wrong is reported and left alone.

    Example: registry fmt registry-data/records/ec/ec3f1a0072d1b3d4.yaml
    """
    from registry_tool.api import fmt as api
    from registry_tool.views import fmt as view

    if upgrade:
        if paths:
            raise UsageError("--upgrade is for all records", hint="leave out the paths")
        upgraded = api.upgrade(context(ctx, registry), dry_run=check)
        out(view.upgrade_text(upgraded))
        if upgraded.problems or (check and upgraded.upgraded):
            raise typer.Exit(1)
        return
    done = api.fmt(context(ctx, registry), paths or (), check=check)
    out(view.as_text(done, check=check))
    talk(view.summary(done, check=check))
    if done.problems or (check and done.rewritten):
        raise typer.Exit(1)


COMMANDS = {"fmt": fmt}
