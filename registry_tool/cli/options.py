"""What several commands take, and the context that the words of a command line make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from registry_tool.cli.console import progress, talk
from registry_tool.errors import UsageError
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from registry_tool.api.context import Context

_MOST = 100_000

RegistryOption = Annotated[
    Path | None,
    typer.Option("--registry", metavar="PATH", help="The registry to use instead of the one found from here."),
]
"""Taken by `registry` itself and by every command."""
AtOption = Annotated[
    str,
    typer.Option(
        "--at", metavar="REVISION|DATE", help="The registry as it was at a tag, a commit or the end of a day."
    ),
]
"""Taken by every command that reads records."""
CiTableOption = Annotated[
    str,
    typer.Option("--ci-table", metavar="NAME", help="The CI table, instead of CI_TABLE_NAME or registry.yaml's."),
]
"""Taken by every command that speaks to the CI table."""
WithTestsOption = Annotated[bool, typer.Option("--ci", help="Add how its test went, from the CI table.")]
"""Taken by the commands that can join the CI table to what they read."""
WithLookOption = Annotated[
    bool, typer.Option("--live", help="Add how it stood at the last registry live status, and how long ago that was.")
]
"""Taken by the commands that can join the last look to what they read."""

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Do everything but the write; say what would be done.")]
"""Taken by the commands that write."""
WhyOption = Annotated[
    str, typer.Option("--notes", metavar="WHY", help="Why: becomes the commit message; - reads standard input.")
]
"""Taken by the commands that write without a project."""


def context(ctx: typer.Context, registry: Path | None) -> Context:
    """The surroundings of this process, with the registry that was named before or after the command."""
    from registry_tool.api.context import Context  # after --help and --version have had their chance

    return Context(
        environment=dict(os.environ),
        directory=Path.cwd(),
        registry=registry or ctx.obj,
        clock=lambda: datetime.now().astimezone(),
        tell=talk,
        progress=progress,
    )


def labels_of(options: Iterable[str]) -> dict[str, str]:
    """The labels that `--label NAME=VALUE` options say, the last word counting; `UsageError` for any other text."""
    labels = {}
    for option in options:
        name, sign, value = option.partition("=")
        if not (name and sign):
            raise UsageError(f"--label {one_line(option)} is not NAME=VALUE", hint="such as --label owner=ml-search")
        labels[name] = value.strip()
    return labels


def duration_of(text: str, option: str) -> timedelta:
    """A duration such as 90m, 12h, 7d or 2w; `UsageError` for any other text."""
    units = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    number, unit = text[:-1], text[-1:]
    if not (number.isdecimal() and number.isascii() and 1 <= int(number) < _MOST and unit in units):
        raise UsageError(f"{option} is not a duration: {text!r}", hint="for example: 90m, 12h, 7d or 2w")
    return timedelta(**{units[unit]: int(number)})


class Family(NamedTuple):
    """The commands behind one word, such as `sync plan`. A module's `COMMANDS` can hold one in place of a function."""

    help: str
    commands: Mapping[str, Callable[..., None]]
