"""`registry site`: the registry as a static web site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import AtOption, CiTableOption, RegistryOption, context


def site(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="OUT", help="The folder to make, or with --single the file; replaced as a whole.")
    ],
    single: Annotated[bool, typer.Option("--single", help="One HTML file, for an e-mail or an artifact.")] = False,
    ci: Annotated[bool, typer.Option("--ci", help="Add how each record's test went, from the CI table.")] = False,
    ci_table: CiTableOption = "",
    at: AtOption = "",
    registry: RegistryOption = None,
) -> None:
    """Write the registry as a web site that opens from a file, without a network.

    Example: registry site public
    """
    from registry_tool.api import site as api
    from registry_tool.views import site as view

    table = ci_table if ci or ci_table else None
    request = api.SiteRequest(out=folder, at=at, single=single, table=table)
    made = api.make_site(context(ctx, registry), request)
    talk(view.summary(made))
    out(view.as_text(made))


COMMANDS = {"site": site}
