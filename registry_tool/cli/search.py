"""`registry search`: finding records by any word in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import AtOption, RegistryOption, context
from registry_tool.cli.pager import page, room


@with_filters
def search(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="All must occur; the start of a word is enough.")
    ],
    filters: Mapping[str, Sequence[str]],
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N records; 0 for all.")] = 20,
    format: Annotated[
        Literal["table", "json", "jsonl", "yaml", "csv"], typer.Option(help="How to write the list.")
    ] = "table",
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Find records by any word in any field, the best match first.

    Example: registry search latency qwen3 --region us-east-1
    """
    from registry_tool.api import search as api
    from registry_tool.index.query import Query
    from registry_tool.views import search as view

    found = api.search(context(ctx, registry), words, Query(filters=filters, limit=limit), at=at)
    page([view.table(found, room=room()) if format == "table" else view.FORMATS[format](found)])
    if format == "table" and not found:
        talk("no records")


COMMANDS = {"search": search}
