"""`registry schema`: the schemas of a registry's files."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from registry_tool.cli.console import out


def schema(
    name: Annotated[Literal["record", "registry", "policy"], typer.Argument(help="What the schema is of.")] = "record",
) -> None:
    """Print the JSON Schema of a record, the settings or a policy.

    Example: registry schema registry
    """
    from registry_tool.api.validate import schema_text

    out(schema_text(name))


COMMANDS = {"schema": schema}
