"""`registry remove`: taking records out."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import DryRunOption, RegistryOption, WhyOption, context
from registry_tool.cli.words import check_notes
from registry_tool.errors import RegistryError, UsageError

if TYPE_CHECKING:
    from registry_tool.api.remove import Candidate


@with_filters
def remove(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    selector: Annotated[
        str, typer.Argument(metavar="[ID]", help="A configId, the start of one, or a project's name.")
    ] = "",
    notes: WhyOption = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove what the filters choose without asking: for scripts.")
    ] = False,
    dry_run: DryRunOption = False,
    registry: RegistryOption = None,
) -> None:
    """Remove a record, or all that filters choose, with a commit each. History stays.

    Example: registry remove ec3f1a00 --notes "Endpoint deleted"
    """
    from registry_tool.api import remove as api
    from registry_tool.views import remove as view

    notes = check_notes(ctx, notes)
    here = context(ctx, registry)
    candidates = api.find_candidates(here, selector, filters)
    if not (selector or yes or dry_run):
        _confirm(candidates)
    done = api.remove(here, candidates, notes=notes, dry_run=dry_run)
    for remark in view.remarks(done):
        talk(remark)
    out(view.as_text(done))


def _confirm(candidates: Sequence[Candidate]) -> None:
    """Have the number of records typed on a terminal: it is what a filter that is too wide gets wrong."""
    from registry_tool.views.remove import question

    number = len(candidates)
    if not sys.stdin.isatty():
        raise UsageError(
            f"the filters choose {number:,} record{'s' if number != 1 else ''}, and nobody can be asked",
            hint="see them: --dry-run; remove them: --yes",
        )
    talk(question(candidates))
    if sys.stdin.readline().strip() != str(number):
        raise RegistryError("nothing was removed", hint=f"it takes the number, {number}")


COMMANDS = {"remove": remove}
