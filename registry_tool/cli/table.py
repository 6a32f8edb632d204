"""`registry table create` and `template`: the CI table itself."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out
from registry_tool.cli.family import Family
from registry_tool.cli.options import CiTableOption, RegistryOption, context
from registry_tool.errors import UsageError

TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="A tag of the table; repeat it for more.")
]


def create(
    ctx: typer.Context,
    ci_table: CiTableOption = "",
    tag: TagOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be made.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Create the CI table, and wait until it can be used. One that exists keeps its items and gets what it lacks.

    Example: registry table create --tag team=ml-platform
    """
    from registry_tool.api import table as api
    from registry_tool.views import table as view

    out(view.as_text(api.create(context(ctx, registry), ci_table, _tags(tag or []), dry_run=dry_run)))


def template(
    ctx: typer.Context,
    ci_table: CiTableOption = "",
    tag: TagOption = None,
    format: Annotated[Literal["yaml", "json"], typer.Option(help="How to write it.")] = "yaml",
    registry: RegistryOption = None,
) -> None:
    """Write a CloudFormation template of the CI table, with the policy that a sync job needs.

    Example: registry table template > ci-table.yaml
    """
    from registry_tool.api import table as api
    from registry_tool.views import table as view

    out(view.TEMPLATE_FORMATS[format](api.template(context(ctx, registry), ci_table, _tags(tag or []))))


def _tags(words: list[str]) -> dict[str, str]:
    tags = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not key or not equals:
            raise UsageError(f"--tag is not KEY=VALUE: {word!r}", hint="for example: --tag team=ml-platform")
        tags[key] = value
    return tags


COMMANDS = {
    "table": Family("Create the CI table, or describe it for CloudFormation.", {"create": create, "template": template})
}
