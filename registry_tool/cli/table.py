"""`registry table create` and `template`: the CI table itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_tool.cli.console import out
from registry_tool.cli.options import CiTableOption, Family, RegistryOption, context
from registry_tool.errors import UsageError

if TYPE_CHECKING:
    from registry_tool.ci.dynamodb.template import Trust

# No wildcard: it would trust the jobs of others.
_REPOSITORY = re.compile(r"([\w.-]+(?:/[\w.-]+)+)(?:@([\w./-]+))?")
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
    policy_only: Annotated[
        bool, typer.Option("--policy-only", help="Without the table: it exists, from the generator's bootstrap, say.")
    ] = False,
    github: Annotated[
        str, typer.Option(metavar="OWNER/REPO[@BRANCH]", help="Also the role that jobs of this repository take on.")
    ] = "",
    gitlab: Annotated[str, typer.Option(metavar="GROUP/PROJECT[@BRANCH]", help="The same for GitLab.")] = "",
    format: Annotated[Literal["yaml", "json"], typer.Option(help="How to write it.")] = "yaml",
    registry: RegistryOption = None,
) -> None:
    """Write a CloudFormation template of the CI table, with the policy that a sync job needs, and its role.

    Example: registry table template --policy-only --github acme/deployments > ci-policy.yaml
    """
    from registry_tool.api import table as api
    from registry_tool.views import table as view

    described = api.template(
        context(ctx, registry), ci_table, _tags(tag or []), policy_only=policy_only, trust=_trust(github, gitlab)
    )
    out(view.TEMPLATE_FORMATS[format](described))


def _trust(github: str, gitlab: str) -> Trust | None:
    from registry_tool.ci.dynamodb.template import Trust

    if github and gitlab:
        raise UsageError("a role is of one host", hint="give --github or --gitlab")
    if not (said := github or gitlab):
        return None
    match = _REPOSITORY.fullmatch(said)
    if not match:
        option = "--github" if github else "--gitlab"
        raise UsageError(f"{option} is not OWNER/NAME: {said!r}", hint=f"for example: {option} acme/deployments@main")
    return Trust("github" if github else "gitlab", match[1], match[2] or "main")


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
