"""`registry resolve` and `merge-driver`: records that two branches registered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import RegistryOption, context
from registry_tool.errors import UsageError


def resolve(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[ID]", help="A configId or the start of one; else all.")] = "",
    ours: Annotated[bool, typer.Option("--ours", help="Take the side that is merged into.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Take the side that is merged.")] = False,
    newest: Annotated[bool, typer.Option("--newest", help="Take what was registered last.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Show both sides of records in conflict, or take one. After a merge; a side is taken as a whole.

    Exits with 1 while records are in conflict. What is taken is staged: finish with git commit.

    Example: registry resolve ec3f1a00 --newest
    """
    from registry_tool.api import resolve as api
    from registry_tool.views.resolve import as_text

    chosen: list[api.Choice] = []
    for name, is_given in (("ours", ours), ("theirs", theirs), ("newest", newest)):
        if is_given:
            chosen.append(name)  # type: ignore[arg-type]  # it is one of the three
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} cannot be combined", hint="choose one side")
    out(as_text(api.resolve(context(ctx, registry), selector, chosen[0] if chosen else None)))
    if not chosen:
        talk("take a side as a whole: registry resolve [ID] --ours, --theirs or --newest")
        raise typer.Exit(1)


def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="%O", help="The common version.")],
    ours: Annotated[Path, typer.Argument(metavar="%A", help="Ours; the result is left there.")],
    theirs: Annotated[Path, typer.Argument(metavar="%B", help="Theirs.")],
    path: Annotated[str, typer.Argument(metavar="%P", help="The record's path.")],
) -> None:
    """Merge a record as a whole, when git asks for it. `registry init` tells git to.

    Example: registry merge-driver %O %A %B %P
    """
    from registry_tool.api import resolve as api

    if not api.merge_driver(base, ours, theirs):
        config_id = Path(path).stem
        talk(f"{path}: both sides registered it. See them: registry resolve {config_id}; take one: --ours, --theirs")
        raise typer.Exit(1)


COMMANDS = {"resolve": resolve, "merge-driver": merge_driver}
