"""`registry compare`: records side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import RegistryOption, context
from registry_tool.cli.pager import page, room


@with_filters
def compare(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    selectors: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="The records: configIds, the starts of some, or projects' names."),
    ] = None,
    by: Annotated[
        Literal["region", "instanceType", "deploymentTarget", "projectName"] | None,
        typer.Option(help="Instead of naming records: all that the filters choose, in the order of this field."),
    ] = None,
    at: Annotated[
        str, typer.Option("--at", metavar="REVISION|DATE", help="Each record as it was then, beside what it is now.")
    ] = "",
    all: Annotated[bool, typer.Option("--all", help="Show the fields that are the same everywhere, too.")] = False,
    format: Annotated[Literal["table", "markdown", "csv", "json"], typer.Option(help="How to write it.")] = "table",
    registry: RegistryOption = None,
) -> None:
    """Show records side by side. Only the fields in which they differ, with the odd one out marked.

    Example: registry compare --by region --project example-transformers-vllm
    """
    from registry_tool.api import compare as api
    from registry_tool.views import compare as view

    request = api.CompareRequest(selectors=selectors or (), by=by, filters=filters, at=at)
    found = api.compare(context(ctx, registry), request)
    shown = found if all else found.differing()
    if format == "table" and not shown.lines:
        talk("no differences")
    else:
        page([view.table(shown, room=room()) if format == "table" else view.FORMATS[format](shown)])


COMMANDS = {"compare": compare}
