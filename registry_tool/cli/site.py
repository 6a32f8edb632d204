"""`registry site`: the registry as a static web site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import AtOption, CiTableOption, RegistryOption, WithLookOption, context
from registry_tool.errors import UsageError


def site(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="The folder to make, or with --single the file; replaced as a whole."),
    ] = None,
    single: Annotated[bool, typer.Option("--single", help="One HTML file, for an e-mail or an artifact.")] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show it on this machine instead, and make it again after a registration.")
    ] = False,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Where to serve; 0: any free port.")] = 0,
    ci: Annotated[bool, typer.Option("--ci", help="Add how each record's test went, from the CI table.")] = False,
    ci_table: CiTableOption = "",
    live: WithLookOption = False,
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Write the registry as a web site. It opens from a file, without a network.

    Example: registry site public
    """
    from registry_tool.api import site as api
    from registry_tool.views import site as view

    table = ci_table if ci or ci_table else None
    here = context(ctx, registry)
    if serve and (single or folder):
        raise UsageError("--serve writes nothing", hint="give either --serve, or the place to write to")
    if serve:
        request = api.SiteRequest(at=at, table=table, live=live)
        api.serve_site(here, request, port=port, on_ready=lambda url: _show(view.address(url)))
        return
    if folder is None:
        raise UsageError("no folder is named", hint="say where to write the site: registry site OUT, or give --serve")
    made = api.make_site(here, api.SiteRequest(out=folder, at=at, single=single, table=table, live=live))
    talk(view.summary(made))
    out(view.as_text(made))


def _show(text: str) -> None:
    """Print now: the command goes on, and a program may read along."""
    out(text)
    sys.stdout.flush()


COMMANDS = {"site": site}
