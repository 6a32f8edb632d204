"""`registry doctor` and `maintain`: keeping a registry sound and quick."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import RegistryOption, context


def doctor(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend; records by a commit.")] = False,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write the faults.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Say what is wrong with the registry as a whole. Exit 1 if anything is: damage, or what a crash left.

    Example: registry doctor --fix
    """
    from registry_tool.api import maintain as api
    from registry_tool.views import maintain as view

    diagnosis = api.doctor(context(ctx, registry), fix=fix)
    out(view.FORMATS[format](diagnosis))
    talk(view.summary(diagnosis))
    if diagnosis.faults:
        raise typer.Exit(1)


def maintain(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Keep a large registry quick. It indexes the history, and packs objects when it pays; nothing is dropped.

    Example: registry maintain
    """
    from registry_tool.api import maintain as api
    from registry_tool.views import maintain as view

    here = context(ctx, registry)
    out(view.maintained(api.maintain(here, dry_run=dry_run), here.place(), dry_run=dry_run))


COMMANDS = {"doctor": doctor, "maintain": maintain}
