"""`--json`: the same as `--format json`, on every command that has that format."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, get_args

import typer

from registry_tool.errors import UsageError

_JSON = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


def with_json(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the option `--json` if it can write JSON."""
    parameters = inspect.signature(command, eval_str=True).parameters
    if "format" not in parameters or "json" not in _choices(parameters["format"]):
        return command
    default = parameters["format"].default

    @wraps(command)
    def formatted(*, json: bool, **given: object) -> None:
        if json and given["format"] not in {default, "json"}:
            raise UsageError(f"--json and --format {given['format']} contradict each other", hint="give one of them")
        command(**given | ({"format": "json"} if json else {}))

    flag = inspect.Parameter("json", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=False, annotation=_JSON)
    where = list(parameters).index("format") + 1
    listed = [*parameters.values()]
    formatted.__signature__ = inspect.Signature([*listed[:where], flag, *listed[where:]])  # type: ignore[attr-defined]
    formatted.__annotations__ = {one.name: one.annotation for one in [*listed, flag]}
    return formatted


def _choices(parameter: inspect.Parameter) -> tuple[object, ...]:
    """The values that a parameter takes, declared as `Annotated[Literal[...], ...]`."""
    inner = get_args(parameter.annotation)
    return get_args(inner[0]) if inner else ()
