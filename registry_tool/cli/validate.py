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
    changed: Annotated[
        str, typer.Option(metavar="BASE..HEAD", help="What a pull request from HEAD to BASE would bring.")
    ] = "",
    staged: Annotated[bool, typer.Option("--staged", help="What is in git's index, for the next commit.")] = False,
    all_history: Annotated[
        bool, typer.Option("--all-history", help="Whether every version ever committed can still be read.")
    ] = False,
    format: Annotated[
        Literal["text", "json", "jsonl", "github"],
        typer.Option(help="How to write the problems; github annotates workflows."),
    ] = "text",
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Check records against the schema, the rules and the policy. Every problem is shown, each with its place.

    Example: registry validate --changed origin/main..HEAD
    """
    from registry_tool.api import validate as api
    from registry_tool.views import validate as problems
    from registry_tool.views.forms import counted

    request = api.ValidateRequest(paths=paths or (), at=at, changed=changed, staged=staged, all_history=all_history)
    report = api.validate(context(ctx, registry), request)
    out(problems.FORMATS[format](report.problems, report.prefix))
    if report.remark:
        talk(report.remark)
    talk(f"{report.checked} checked, {counted(len(report.problems), 'problem')}")
    if report.problems:
        raise typer.Exit(1)


COMMANDS = {"validate": validate}
