"""`registry list`, `show` and `log`: reading the registry."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from registry_tool.cli.console import in_colour, on_terminal, out, talk
from registry_tool.cli.options import RegistryOption, context

Values = list[str] | None


def list_(
    ctx: typer.Context,
    deployment_config: Annotated[Values, typer.Option(metavar="VALUE", help="Such as transformers-vllm.")] = None,
    architecture: Annotated[Values, typer.Option(metavar="VALUE", help="Such as triton.")] = None,
    backend: Annotated[Values, typer.Option(metavar="VALUE", help="Such as sglang.")] = None,
    model: Annotated[Values, typer.Option(metavar="TEXT", help="A part of the model's name.")] = None,
    instance_type: Annotated[Values, typer.Option(metavar="VALUE", help="Such as ml.g5.xlarge.")] = None,
    region: Annotated[Values, typer.Option(metavar="VALUE", help="Such as us-east-1.")] = None,
    target: Annotated[Values, typer.Option(metavar="VALUE", help="Such as batch-transform.")] = None,
    status: Annotated[Values, typer.Option(metavar="VALUE", help="success, partial or failed.")] = None,
    project: Annotated[Values, typer.Option(metavar="NAME", help="The project's name.")] = None,
    sort: Annotated[
        str, typer.Option(metavar="FIELD[:desc]", help="A filter's name, registered, or id.")
    ] = "registered:desc",
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N records; 0 for all.")] = 0,
    format: Annotated[
        Literal["table", "json", "jsonl", "yaml", "csv"], typer.Option(help="How to write the list.")
    ] = "table",
    registry: RegistryOption = None,
) -> None:
    """List records. Filters add up; a repeated one matches any of its values; `*` matches anything.

    Example: registry list --model 'Qwen/*' --region us-east-1 --region eu-west-1 --format json
    """
    from registry_tool.api import read as api
    from registry_tool.query import Query

    filters = {
        "deployment-config": deployment_config,
        "architecture": architecture,
        "backend": backend,
        "model": model,
        "instance-type": instance_type,
        "region": region,
        "target": target,
        "status": status,
        "project": project,
    }
    query = Query(
        filters={name: values for name, values in filters.items() if values},
        order=sort,
        limit=limit,
    )
    listing = api.list_records(context(ctx, registry), query)
    if format == "table" and listing.summaries and on_terminal():
        from registry_tool.views.terminal import terminal_table

        out(terminal_table(listing.summaries, colour=in_colour()))
    else:
        from registry_tool.views import listing as view

        out(view.FORMATS[format](listing.summaries))
    if format == "table" and not listing.summaries:
        talk("no records")
    for file in listing.unreadable:
        talk(f"warning: {file.path} is not listed: {file.reason}")


def show(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="A configId, the start of one, or a project's name.")],
    format: Annotated[Literal["text", "yaml", "json"], typer.Option(help="How to write it.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Show one record.

    Example: registry show ec3f1a00 --format yaml
    """
    from registry_tool.api import read as api
    from registry_tool.views import record

    shown = api.show(context(ctx, registry), selector)
    out(record.FORMATS[format](shown.document, shown.last))


def log(
    ctx: typer.Context,
    selector: Annotated[
        str, typer.Argument(metavar="[ID]", help="A configId, the start of one, or a project's name; else all.")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N registrations; 0 for all.")] = 0,
    format: Annotated[Literal["text", "jsonl"], typer.Option(help="How to write it.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Show the audit trail, newest first: who registered what, when, why, and which fields changed.

    Example: registry log example-http-flask --limit 5
    """
    from registry_tool.api import trail as api
    from registry_tool.views import trail

    for entry in api.log(context(ctx, registry), selector, limit=limit):
        out(trail.FORMATS[format](entry))


COMMANDS = {"list": list_, "show": show, "log": log}
