"""`registry stale`: the records that nobody has looked after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import CiTableOption, RegistryOption, context, duration_of
from registry_tool.cli.pager import page, room


@with_filters
def stale(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    older_than: Annotated[
        str, typer.Option(metavar="DURATION", help="Registered, and tested, longer ago is stale: 12h, 90d, 26w.")
    ] = "90d",
    ci: Annotated[bool, typer.Option("--ci", help="Also those whose test is missing or old, by the CI table.")] = False,
    ci_table: CiTableOption = "",
    format: Annotated[Literal["table", "json", "jsonl"], typer.Option(help="How to write it.")] = "table",
    registry: RegistryOption = None,
) -> None:
    """Find records that are out of date. Not registered again, not tested, or of an image that others have left.

    Others have left an image if any record runs a newer version of it.

    Example: registry stale --older-than 90d --region us-east-1
    """
    from registry_tool.api import stale as api
    from registry_tool.views import stale as view

    request = api.StaleRequest(
        older_than=duration_of(older_than, "--older-than"), filters=filters, ci=ci, ci_table=ci_table
    )
    found = api.stale(context(ctx, registry), request)
    if format == "table" and not found:
        talk("nothing is stale")
    page([view.table(found, room=room()) if format == "table" else view.FORMATS[format](found)])


COMMANDS = {"stale": stale}
