"""`registry init` and `install`: setting up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out, talk
from registry_tool.cli.options import RegistryOption, context
from registry_tool.errors import UsageError


def init(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="The registry's folder.")] = Path(),
    clone: Annotated[str, typer.Option(metavar="URL", help="Join the registry at URL by cloning it.")] = "",
    default: Annotated[
        bool, typer.Option("--default", help="Use it wherever no other registry is named or found.")
    ] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Commit to the repository around PATH, instead of making one of its own.")
    ] = False,
    ci: Annotated[
        Literal["github", "gitlab", "none"], typer.Option(help="Write what switches on review and sync there.")
    ] = "none",
    registry: RegistryOption = None,
) -> None:
    """Make a folder a registry, or join one that others have.

    Example: registry init ~/deployments --default --ci github
    """
    from registry_tool.api import setup as api

    if clone and here:
        raise UsageError("--clone and --here contradict each other", hint="give one of them")
    surroundings = context(ctx, registry)
    made = api.init(surroundings, path, clone=clone, default=default, here=here)
    name = path if path != Path() else surroundings.directory
    out(f"{name} is {'now' if made else 'already'} a registry{' and your default' if default else ''}\n")
    if ci != "none":
        for file in api.write_workflows(surroundings, path, ci):
            out(f"{file.outcome} {file.path}{f': {file.advice}' if file.advice else ''}\n")


def which(ctx: typer.Context, registry: RegistryOption = None) -> None:
    """Print the path of the registry that is meant here. How it was found goes to standard error.

    Example: registry which
    """
    from registry_tool.api import setup as api

    location = api.which(context(ctx, registry))
    talk(location.reason if location.root.exists() or location.personal else f"{location.reason}, and it is not there")
    out(f"{location.root}\n")


def install(
    ctx: typer.Context,
    project: Annotated[Path, typer.Argument(metavar="DIR", help="The do-framework project.")],
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="Take it out, and put the project's own script back.")
    ] = False,
) -> None:
    """Put do/register into a project. A script of the generator is kept beside it.

    Example: registry install ~/projects/qwen3-4b-vllm
    """
    from registry_tool.api import setup as api

    here = context(ctx, None)
    if uninstall:
        done = api.uninstall(here, project)
        out(f"do/register is {'taken out of' if done else 'not in'} {project}\n")
    else:
        done = api.install(here, project)
        out(f"do/register is {'now' if done else 'already'} in {project}\n")


COMMANDS = {"which": which, "init": init, "install": install}
