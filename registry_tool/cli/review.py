"""`registry validate`: checking what is in a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import AtOption, RegistryOption, context


def validate(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; else all.")] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write the problems.")] = "text",
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Check records against the schema and the rules: every problem at once, each with its place.

    Example: registry validate registry-data/records/ec
    """
    from registry_tool.api import review as api
    from registry_tool.views import problems

    report = api.validate(context(ctx, registry), paths or [], at=at)
    out(problems.FORMATS[format](report.problems))
    talk(f"{report.checked} checked, {len(report.problems)} problems")
    if report.problems:
        raise typer.Exit(1)


COMMANDS = {"validate": validate}
