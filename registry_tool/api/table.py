"""The CI table itself: creating it, or describing it for those who create tables with CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping

from registry_tool.api.context import Context
from registry_tool.ci.dynamodb.client import Address, address, connect
from registry_tool.ci.dynamodb.creation import CreatedTable
from registry_tool.ci.dynamodb.template import Trust
from registry_tool.record.identity import Document
from registry_tool.rules.settings import Settings
from registry_tool.store.reading import Store


def create(context: Context, table: str, tags: Mapping[str, str], *, dry_run: bool = False) -> CreatedTable:
    """Create the table that is meant, unless it is there, and add what it lacks of backups and tags."""
    from registry_tool.ci.dynamodb import creation as ci

    meant = _meant(context, table)
    return ci.create(connect(meant, context.environment), meant, tags, dry_run=dry_run)


def template(
    context: Context, table: str, tags: Mapping[str, str], *, policy_only: bool = False, trust: Trust | None = None
) -> Document:
    """A CloudFormation template of the table that is meant, of the policy of the job that syncs it, and of its role."""
    from registry_tool.ci.dynamodb.template import template as described

    return described(_meant(context, table).table, tags, policy_only=policy_only, trust=trust)


def _meant(context: Context, table: str) -> Address:
    """The table that is meant; a registry is not needed to create one."""
    location = context.location()
    if location.personal and not location.root.exists():
        return address(table, context.environment, Settings())
    with Store(location.root, context.environment) as store:
        return address(table, context.environment, store.settings())
