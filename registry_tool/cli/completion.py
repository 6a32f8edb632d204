"""What the shells complete: `registry completion SHELL` prints the script, which asks `answer` for each word.

An answer has a line for each value: its kind, the value, and what it is, with tabs between. Of the kind `file`, the
shell knows the values itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from registry_tool.cli.console import out
from registry_tool.errors import RegistryError

if TYPE_CHECKING:
    from typer._click import Command, Parameter

ASKED = "_REGISTRY_COMPLETE"
"""The variable with which a script asks for an answer instead of running a command."""

_FILTERS = frozenset({"deployment-config", "architecture", "backend", "model", "instance-type", "region", "target"})
_KINDS: Mapping[str, str] = {
    "selector": "record",
    "selectors": "record",
    "what": "record or revision",
    "at": "revision",
    "before": "revision",
    "after": "revision",
    "span": "revision",
    "branch": "branch",
    "sort": "order",
    "status": "status",
    "project": "project",
}
"""What the value of a parameter is, by the parameter's name."""


class Suggestion(NamedTuple):
    """A word that can stand where the cursor is, and what it is; `kind` is `file` for the names of files."""

    value: str
    help: str = ""
    kind: Literal["value", "file"] = "value"


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="The shell that is to complete.")],
) -> None:
    """Print the script that makes a shell complete what is typed.

    Example: registry completion bash >> ~/.bashrc
    """
    from importlib.resources import files  # an answer does without

    out(files("registry_tool.cli").joinpath("shells", shell).read_text(encoding="utf-8"))


def answer(words: Sequence[str]) -> None:
    """Print what can stand in the place of the last of `words`; nothing if that cannot be found out."""
    from registry_tool.printable import is_inert

    with suppress(RegistryError, OSError):
        for one in _answers(list(words)):
            if one.kind == "file" or (is_inert(one.value) and one.value.isprintable()):
                out(f"{one.kind}\t{one.value}\t{one.help if is_inert(one.help) else ''}\n")


def _answers(words: list[str]) -> Iterator[Suggestion]:
    from registry_tool.cli.app import LazyCommands

    *before, word = words or [""]
    # Bash takes `=` for a word of its own.
    if word == "=":
        word = ""
    elif before and before[-1] == "=":
        before.pop()
    command, registry, before = _command(LazyCommands(), before)
    if command is None:
        yield from _beginning_with(word, registry_words())
        return
    yield from _of_command(command, before, word, registry)


def registry_words() -> Iterator[Suggestion]:
    """What can stand behind `registry`: its commands, and its own options."""
    from registry_tool.cli.app import GROUPS

    yield from (Suggestion(name, group) for group, names in GROUPS.items() for name in names)
    yield from map(Suggestion, ("--registry", "--no-pager", "--version", "--help"))


def _command(commands: Mapping[str, Command], words: list[str]) -> tuple[Command | None, str, list[str]]:
    """The command that `words` name, if they do; the registry that they name before it; the words behind it."""
    registry, command = "", None
    rest = list(words)
    while rest and command is None:
        word = rest.pop(0)
        if word == "--registry":
            registry = rest.pop(0) if rest else ""
        elif word.startswith("--registry="):
            registry = word.partition("=")[2]
        elif word in commands:
            command = commands[word]
    while command is not None and rest and rest[0] in (inner := getattr(command, "commands", {})):
        command = inner[rest.pop(0)]
    return command, registry, rest


def _of_command(command: Command, before: Sequence[str], word: str, registry: str) -> Iterator[Suggestion]:
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    options = {name: one for one in shown for name in (*one.opts, *one.secondary_opts) if name.startswith("-")}
    values = _given(before, options)
    registry = values.get("registry", registry)
    last = options.get(before[-1]) if before else None
    name, sign, part = word.partition("=")
    if last is not None and _takes_value(last):
        yield from _values_of(last, word, registry)
    elif sign and name in options:
        yield from (one._replace(value=f"{name}={one.value}") for one in _values_of(options[name], part, registry))
    elif word.startswith("-"):
        offered = [Suggestion(name, str(getattr(one, "help", "") or "")) for name, one in options.items()]
        yield from _beginning_with(word, [*offered, Suggestion("--help", "Show what the command does.")])
    elif inner := getattr(command, "commands", {}):
        yield from _beginning_with(word, map(Suggestion, inner))
    else:
        arguments = [one for one in command.params if not one.opts[0].startswith("-")]
        done = int(values.get("", "0"))
        if arguments and (done < len(arguments) or arguments[-1].nargs == -1):
            yield from _values_of(arguments[min(done, len(arguments) - 1)], word, registry)


def _given(words: Sequence[str], options: Mapping[str, Parameter]) -> dict[str, str]:
    """What options have already, by the name of the option; under the empty name, the number of arguments."""
    values: dict[str, str] = {}
    arguments = 0
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, sign, value = word.partition("=")
        option = options.get(name)
        if option is None:
            arguments += 1
        elif _takes_value(option):
            values[str(option.name)] = value if sign or not rest else rest.pop(0)
    return {**values, "": str(arguments)}


def _takes_value(option: Parameter) -> bool:
    return not getattr(option, "is_flag", False) and not getattr(option, "count", False)


def _values_of(parameter: Parameter, word: str, registry: str) -> Iterator[Suggestion]:
    name = str(parameter.name).replace("_", "-")
    if choices := getattr(parameter.type, "choices", ()):
        yield from _beginning_with(word, map(Suggestion, choices))
    elif type(parameter.type).__name__ in {"Path", "TyperPath", "File"}:
        yield Suggestion("", kind="file")
    elif kind := _KINDS.get(name, name if name in _FILTERS else ""):
        yield from _from_registry(kind, word, registry)


def _from_registry(kind: str, word: str, registry: str) -> Iterator[Suggestion]:
    from datetime import datetime

    from registry_tool.api.completion import complete
    from registry_tool.api.context import Context

    here = Context(
        environment=dict(os.environ),
        directory=Path.cwd(),
        registry=Path(registry) if registry else None,
        clock=lambda: datetime.now().astimezone(),
        tell=lambda _: None,
    )
    yield from (Suggestion(value, words) for value, words in complete(here, kind, word))


def _beginning_with(word: str, answers: Iterable[Suggestion]) -> Iterator[Suggestion]:
    return (one for one in answers if one.value.startswith(word))


COMMANDS = {"completion": completion}
