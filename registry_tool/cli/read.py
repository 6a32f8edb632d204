"""`registry list` and `show`: reading the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import in_colour, talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import AtOption, CiTableOption, RegistryOption, WithLookOption, WithTestsOption, context
from registry_tool.cli.pager import page, room
from registry_tool.errors import UsageError


@with_filters
def list_(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    sort: Annotated[
        str, typer.Option(metavar="FIELD[:desc]", help="A filter's name, registered, or id.")
    ] = "registered:desc",
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N records; 0 for all.")] = 0,
    format: Annotated[
        Literal["table", "json", "jsonl", "yaml", "csv"], typer.Option(help="How to write the list.")
    ] = "table",
    at: AtOption = "",
    removed: Annotated[bool, typer.Option("--removed", help="List what was removed, as it was last.")] = False,
    replaced: Annotated[
        bool, typer.Option("--replaced", help="List what replaced the record of another project, and whose it was.")
    ] = False,
    ci: WithTestsOption = False,
    ci_table: CiTableOption = "",
    live: WithLookOption = False,
    registry: RegistryOption = None,
) -> None:
    """List records. Filters add up; a repeated one matches any of its values; `*` matches anything.

    Example: registry list --model 'Qwen/*' --region us-east-1 --limit 20
    """
    from registry_tool.index.query import Query
    from registry_tool.views import read as view

    query = Query(filters=filters, order=sort, limit=limit)
    if format == "table":
        query = replace(query, fields=tuple(view.TABLE.values()))
    if removed and replaced:
        raise UsageError("--removed and --replaced are two lists", hint="ask for one of them")
    if removed:
        from registry_tool.api.remove import list_removed as list_records
    elif replaced:
        from registry_tool.api.remove import list_replaced as list_records
    else:
        from registry_tool.api.read import list_records
    here = context(ctx, registry)
    listing = list_records(here, query, at=at)
    if ci or ci_table:
        from registry_tool.api.ci import with_tests

        listing = with_tests(here, listing, ci_table, at=at)
    if live:
        from registry_tool.api.live import with_looks

        listing = with_looks(here, listing, at=at)
    if format == "table" and listing.summaries and (width := room()):
        from registry_tool.views.terminal import terminal_table

        page([terminal_table(listing.summaries, colour=in_colour(), room=width)])
    else:
        page([view.FORMATS[format](listing.summaries)])
    if format == "table" and not listing.summaries:
        talk("no records")
    for file in listing.unreadable:
        talk(f"warning: {file.path} is not listed: {file.reason}")


def show(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="A configId, the start of one, or a project's name.")],
    format: Annotated[Literal["text", "yaml", "json"], typer.Option(help="How to write it.")] = "text",
    at: AtOption = "",
    ci: WithTestsOption = False,
    ci_table: CiTableOption = "",
    live: WithLookOption = False,
    registry: RegistryOption = None,
) -> None:
    """Show one record.

    Example: registry show ec3f1a00 --format yaml
    """
    from registry_tool.api import read as api
    from registry_tool.views import record

    here = context(ctx, registry)
    document = api.show(here, selector, at=at)
    config_id = str(document["configId"])
    more: dict[str, str] = {}
    if ci or ci_table:
        from registry_tool.api.ci import explanations

        more |= explanations(here, config_id, ci_table, at=at)
    if live:
        from registry_tool.api.live import last_told

        more |= last_told(here, [config_id], at=at)[config_id]
    page([record.FORMATS[format](document, more)])


COMMANDS = {"list": list_, "show": show}
