"""`registry restore` and `undo`: bringing a record back to what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import DryRunOption, RegistryOption, WhyOption, context
from registry_tool.cli.words import check_notes

if TYPE_CHECKING:
    from registry_tool.api.restore import Restored

_SELECTOR = "A configId, the start of one, or a project's name"


def restore(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help=f"{_SELECTOR}.")],
    at: Annotated[
        str,
        typer.Option(
            "--at", metavar="REVISION|DATE", help="As it was then; without it, a removed record as it was last."
        ),
    ] = "",
    notes: WhyOption = "",
    dry_run: DryRunOption = False,
    registry: RegistryOption = None,
) -> None:
    """Bring a record back to what it was, with a commit. At a revision, or before it was removed.

    Example: registry restore ec3f1a00 --at 2026-03-01 --notes "vLLM 0.9.0 runs out of memory"
    """
    from registry_tool.api import restore as api

    _print(api.restore(context(ctx, registry), selector, at=at, notes=check_notes(ctx, notes), dry_run=dry_run))


def undo(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help=f"{_SELECTOR}.")],
    notes: WhyOption = "",
    dry_run: DryRunOption = False,
    registry: RegistryOption = None,
) -> None:
    """Take back the last step of a record, with a commit. Undone once more, it is there again.

    Example: registry undo ec3f1a00 --notes "Registered from the wrong branch"
    """
    from registry_tool.api import restore as api

    _print(api.undo(context(ctx, registry), selector, notes=check_notes(ctx, notes), dry_run=dry_run))


def _print(done: Restored) -> None:
    from registry_tool.views import restore as view

    for remark in view.remarks(done):
        talk(remark)
    out(view.as_text(done))


COMMANDS = {"restore": restore, "undo": undo}
