"""`registry comment`: the review as one comment on a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_tool.cli.console import out
from registry_tool.cli.options import context


def comment(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Markdown; its first line is an HTML comment.")],
) -> None:
    """In a job of GitHub Actions or GitLab CI, post a file as a comment on its pull request, or edit that comment.

    Example: registry comment review.md
    """
    from registry_tool.api import comment as api

    out(f"{api.comment(context(ctx, None), file)} the comment\n")


COMMANDS = {"comment": comment}
