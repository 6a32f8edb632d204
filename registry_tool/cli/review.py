"""`registry review` and `comment`: what a pull request on a registry brings, and the comment that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out
from registry_tool.cli.options import RegistryOption, context
from registry_tool.cli.pager import page, room


def review(
    ctx: typer.Context,
    span: Annotated[
        str, typer.Argument(metavar="BASE..HEAD", help="What HEAD brings since it left BASE, as a pull request has it.")
    ],
    format: Annotated[
        Literal["text", "markdown", "json"], typer.Option(help="How to write it; markdown is the comment of a bot.")
    ] = "text",
    accept_new_rules: Annotated[
        bool,
        typer.Option(
            "--accept-new-rules/--require-base-rules",
            help="Whether a change of the rules may come together with records that need it.",
        ),
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Review a pull request: what changes and what is wrong. Also what is tested again, and what differs elsewhere.

    Exits with 1 if what it changes has problems, or is allowed only by its own change of the rules.

    Example: registry review origin/main..HEAD --format markdown
    """
    from registry_tool.api import review as api
    from registry_tool.views import review as view

    found = api.review(context(ctx, registry), span, accept_new_rules=accept_new_rules)
    if format == "text":
        page([view.as_text(found.review, found.links, room=room())])
    else:
        page([view.FORMATS[format](found.review, found.links)])
    if not found.review.is_good:
        raise typer.Exit(1)


def comment(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Markdown; its first line is an HTML comment.")],
) -> None:
    """Post a file as the comment on a pull request, or edit it. Runs in a job of GitHub Actions or GitLab CI.

    Example: registry comment review.md
    """
    from registry_tool.api import review as api

    out(f"{api.comment(context(ctx, None), file)} the comment\n")


COMMANDS = {"review": review, "comment": comment}
