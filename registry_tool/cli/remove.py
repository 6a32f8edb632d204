"""`registry remove` and `restore`: taking a record out, and bringing it back."""

from __future__ import annotations

from typing import Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import RegistryOption, context
from registry_tool.cli.words import check_notes

NotesOption = Annotated[
    str, typer.Option(metavar="WHY", help="Why: becomes the commit message; - reads standard input.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Do everything but the write; say what would be done.")]


def remove(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="A configId, the start of one, or a project's name.")],
    notes: NotesOption = "",
    dry_run: DryRunOption = False,
    registry: RegistryOption = None,
) -> None:
    """Remove a record with a commit; its history stays.

    Example: registry remove ec3f1a00 --notes "Endpoint deleted"
    """
    from registry_tool.api import remove as api
    from registry_tool.views import remove as view

    outcome = api.remove(context(ctx, registry), selector, notes=check_notes(ctx, notes), dry_run=dry_run)
    for remark in view.remarks(outcome):
        talk(remark)
    out(view.as_text(outcome, verb="removed"))


def restore(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="The configId of a removed record, or its start.")],
    notes: NotesOption = "",
    dry_run: DryRunOption = False,
    registry: RegistryOption = None,
) -> None:
    """Bring back a removed record as it was last, with a commit.

    Example: registry restore ec3f1a00 --notes "Endpoint is back"
    """
    from registry_tool.api import remove as api
    from registry_tool.views import remove as view

    outcome = api.restore(context(ctx, registry), selector, notes=check_notes(ctx, notes), dry_run=dry_run)
    for remark in view.remarks(outcome):
        talk(remark)
    out(view.as_text(outcome, verb="restored"))


COMMANDS = {"remove": remove, "restore": restore}
