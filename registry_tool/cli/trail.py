"""`registry log`, `diff` and `blame`: reading history."""

from __future__ import annotations

from itertools import chain, islice
from typing import Annotated, Literal

import typer

from registry_tool.cli.options import AtOption, RegistryOption, context
from registry_tool.cli.pager import page, room
from registry_tool.errors import UsageError
from registry_tool.record.identity import Status

DIFFERENT = 4

_SELECTOR = "A configId, the start of one, a project's name, or a commit that log prints"


def log(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[ID]", help=f"{_SELECTOR}; else all.")] = "",
    since: Annotated[str, typer.Option(metavar="DATE", help="Nothing committed before; a day from its start.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Nothing committed after; a day to its end.")] = "",
    author: Annotated[str, typer.Option(metavar="TEXT", help="A part of the author's name or address.")] = "",
    status: Annotated[Status | None, typer.Option(help="Only registrations with this status.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Show the fields that each registration changed.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Show whether each signature holds, by your own keys.")
    ] = False,
    first_parent: Annotated[
        bool, typer.Option("--first-parent", help="Only what was live on the branch; a merge is one step.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N entries; 0 for all.")] = 0,
    at: AtOption = "",
    format: Annotated[Literal["text", "json", "jsonl"], typer.Option(help="How to write it.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Show the audit trail: who registered what, when and why.

    Example: registry log example-http-flask --since '7 days ago' --changes
    """
    from registry_tool.api import trail as api
    from registry_tool.views import trail as view

    request = api.LogRequest(
        selector=selector,
        at=at,
        since=since,
        until=until,
        author=author,
        status=status or "",
        limit=limit,
        changes=changes,
        verify=verify,
        first_parent=first_parent,
    )
    entries = api.log(context(ctx, registry), request)
    if format == "text":
        page(view.log_text(entries, changes=changes, room=room()))
    else:
        page(view.LOG_FORMATS[format](entries, changes=changes))


def diff(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="ID|A..B|A", help=f"{_SELECTOR}; or two revisions or dates; or one, up to now.")
    ],
    before: Annotated[
        str, typer.Argument(metavar="[A]", help="Of one record: the revision or date before; else its last change.")
    ] = "",
    after: Annotated[str, typer.Argument(metavar="[B]", help="Of one record: the revision or date after.")] = "",
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=VALUE]", help="Of the whole registry: only records with this label."),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 if there are differences.")] = False,
    format: Annotated[
        Literal["table", "json", "jsonl", "markdown"], typer.Option(help="How to write it; jsonl is the change feed.")
    ] = "table",
    registry: RegistryOption = None,
) -> None:
    """Show what differs, field by field. In one record, or in the whole registry.

    Example: registry diff 2026-03-01..HEAD --format jsonl
    """
    from registry_tool.api import trail as api
    from registry_tool.views import trail as view

    here = context(ctx, registry)
    if ".." in what:
        if before:
            raise UsageError(f"{what} says both ends already", hint="name a record and two revisions, or A..B alone")
        start, _, end = what.partition("..")
        changes = api.diff_registry(here, start, end, labels=label or ())
    else:
        changes = api.diff(here, what, before, after, labels=label or ())
    first = list(islice(changes, 1))
    found = chain(first, changes)
    page(view.changes_table(found, room=room()) if format == "table" else view.DIFF_FORMATS[format](found))
    if exit_code and first:
        raise typer.Exit(DIFFERENT)


def blame(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help=f"{_SELECTOR}.")],
    at: AtOption = "",
    format: Annotated[Literal["text", "json", "jsonl"], typer.Option(help="How to write it.")] = "text",
    registry: RegistryOption = None,
) -> None:
    """Show which registration set each field of a record.

    Example: registry blame ec3f1a00 --at 2026-03-01
    """
    from registry_tool.api import trail as api
    from registry_tool.views import trail as view

    origins = api.blame(context(ctx, registry), selector, at=at)
    page([view.origins_text(origins, room=room()) if format == "text" else view.BLAME_FORMATS[format](origins)])


COMMANDS = {"log": log, "diff": diff, "blame": blame}
