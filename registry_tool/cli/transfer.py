"""`registry import`, `export` and `replay`: to and from other tools."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import AtOption, RegistryOption, context
from registry_tool.errors import UsageError


def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A registry.json, an export, or - for standard input.")],
    project: Annotated[str, typer.Option(metavar="NAME", help="The project of entries that do not say theirs.")] = "",
    region: Annotated[str, typer.Option(metavar="REGION", help="The region of entries that do not say theirs.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but the write; say what it comes to.")
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Register each entry of another registry's file. It is ml-container-creator's, or the jsonl of an export.

    Example: registry import ~/.ml-container-creator/registry.json --dry-run
    """
    from registry_tool.api import transfer as api
    from registry_tool.views import transfer as view

    request = api.ImportRequest(file=file, stdin=sys.stdin.buffer, project=project, region=region, dry_run=dry_run)
    done = api.import_(context(ctx, registry), request)
    for line in view.refusals(done):
        talk(line)
    for remark in view.import_remarks(done):
        talk(remark)
    out(view.imported_text(done))
    if done.tally.refusals:
        raise typer.Exit(1)


@with_filters
def export(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    format: Annotated[
        Literal["jsonl", "csv", "sqlite", "mlcc"],
        typer.Option(help="jsonl: whole records; csv: summaries; mlcc: ml-container-creator's export format."),
    ] = "jsonl",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file, in one step; sqlite needs one.")
    ] = None,
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Write records as a file for other tools. Filters are those of list; sqlite has every registration as well.

    Example: registry export --format sqlite --output registry.db
    """
    from registry_tool.api import transfer as api
    from registry_tool.index.query import Query
    from registry_tool.views import transfer as view

    if format == "sqlite" and output is None:
        raise UsageError("a database cannot go to standard output", hint="name a file: --output FILE")
    here = context(ctx, registry)
    with api.export(here, Query(filters=filters, order="registered"), at=at) as found:
        if output is None:
            for piece in view.EXPORT_FORMATS[format](found):
                out(piece)
        elif format == "sqlite":
            api.write_database(here, output, found)
        else:
            api.write_text(here, output, view.EXPORT_FORMATS[format](found))
        for file in found.unreadable:
            talk(f"warning: {file.path} is not exported: {file.reason}")


def replay(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="A configId, the start of one, or a project's name.")],
    exec: Annotated[bool, typer.Option("--exec", help="Run it, without a shell, instead of printing it.")] = False,
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Print the generator's command that makes a project again. The generator is ml-container-creator.

    Example: registry replay ec3f1a00
    """
    from registry_tool.api import transfer as api
    from registry_tool.views import transfer as view

    here = context(ctx, registry)
    command = api.replay_record(here, selector, at=at)
    for remark in view.replay_remarks(command):
        talk(remark)
    if exec:
        sys.stderr.flush()
        api.execute(here, command)
    out(view.command_line(command))


COMMANDS = {"import": import_, "export": export, "replay": replay}
