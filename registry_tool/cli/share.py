"""`registry push`, `pull` and `status`: sharing the registry."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out
from registry_tool.cli.options import RegistryOption, context

FormatOption = Annotated[Literal["text", "json"], typer.Option("--format", help="How to write it.")]


def push(
    ctx: typer.Context,
    branch: Annotated[
        str, typer.Option(metavar="NAME", help="Push this branch instead of the one that is checked out.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be pushed.")] = False,
    format: FormatOption = "text",
    registry: RegistryOption = None,
) -> None:
    """Push registrations to the remote, never by force. If others pushed first, ours go on top of theirs.

    Example: registry push
    """
    from registry_tool.api import share as api
    from registry_tool.views import share as view

    done = api.push(context(ctx, registry), branch, dry_run=dry_run, show_progress=sys.stderr.isatty())
    out(view.PUSH_FORMATS[format](done))
    if done.error:
        raise done.error


def pull(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch, and show how much would come in.")] = False,
    format: FormatOption = "text",
    registry: RegistryOption = None,
) -> None:
    """Bring in what others registered; what is not pushed goes on top. An edit that is not committed stays.

    Example: registry pull
    """
    from registry_tool.api import share as api
    from registry_tool.views import share as view

    done = api.pull(context(ctx, registry), dry_run=dry_run, show_progress=sys.stderr.isatty())
    out(view.PULL_FORMATS[format](done))
    if done.error:
        raise done.error


def status(ctx: typer.Context, format: FormatOption = "text", registry: RegistryOption = None) -> None:
    """Show what is not pushed, and when the remote was last reached. Exit 1 if it waits longer than maxUnpushedHours.

    Example: registry status --format json
    """
    from registry_tool.api import share as api
    from registry_tool.views import share as view

    known = api.status(context(ctx, registry))
    out(view.STATUS_FORMATS[format](known))
    if known.error:
        raise known.error


COMMANDS = {"push": push, "pull": pull, "status": status}
