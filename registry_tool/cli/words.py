"""What people type instead of what there is, and what they are told: commands, arguments, values."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.errors import RegistryError, UsageError

if TYPE_CHECKING:
    import typer

_MEANT = {
    "add": "registry register",
    "config": "edit registry-data/registry.yaml, and commit it; registry validate checks it",
    "cat": "registry show ID",
    "delete": "registry remove ID",
    "describe": "registry show ID",
    "edit": "edit the file that registry show names, then: registry fmt, and commit it",
    "find": "registry search WORDS",
    "get": "registry show ID",
    "history": "registry log [ID]",
    "info": "registry show ID for a record, registry status for the registry",
    "ls": "registry list",
    "query": "registry list with filters, or registry search WORDS",
    "revert": "registry undo ID takes back the last step; registry restore ID --at REVISION goes further back",
    "rollback": "registry restore ID --at REVISION; registry undo ID takes back the last step",
    "rm": "registry remove ID",
    "update": "registry register updates the record of the same deployment",
    "version": "registry --version",
}
"""Words of other tools, and what does here what they do there."""

_UNEXPECTED = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)")


def unknown_command(name: str, commands: Iterable[str]) -> UsageError:
    """The error for a command that there is not, with what may have been meant."""
    from difflib import get_close_matches

    if name in _MEANT:
        hint = _MEANT[name]
    elif near := get_close_matches(name, list(commands), 1, 0.6):
        hint = f"did you mean registry {near[0]}?"
    else:
        hint = "see: registry --help"
    return UsageError(f"there is no command {name!r}", hint=hint)


def unexpected_words(message: str, command: str, typed: Sequence[str]) -> UsageError | None:
    """The error for words that a command does not take, from Typer's `message`; None if that is about another thing."""
    found = _UNEXPECTED.match(message)
    if not found:
        return None
    words = found[1]
    error = f"registry {command} does not take {words!r}"
    if command != "register":
        return UsageError(error, hint=f"see: registry {command} --help")
    if unquoted := _unquoted_notes(typed):
        return UsageError(error, hint=f'put the notes in quotes: --notes "{unquoted}"')
    first = words.split()[0]
    if Path(first).is_dir():
        return UsageError(error, hint=f"name the project's folder: registry register --project-dir {first}")
    return UsageError(error, hint="the project says its own name; for another folder: --project-dir DIR")


def check_notes(ctx: typer.Context, notes: str, file: Path | None = None) -> str:
    """The notes as they are meant: `-` is standard input, and an option of the command is not a note."""
    if file is not None:
        if notes:
            raise UsageError("--notes and --notes-file contradict each other", hint="give one of them")
        return _read_notes(file)
    if notes == "-":
        return sys.stdin.read().strip()
    options = {option for parameter in ctx.command.params for option in parameter.opts}
    if notes.partition("=")[0] in options:
        raise UsageError(f"--notes has no text: {notes} is an option", hint=f'--notes "TEXT" {notes}')
    if notes.startswith("@") and Path(notes[1:]).is_file():
        raise UsageError(f"--notes takes a text, and {notes} names a file", hint=f"--notes-file {notes[1:]}")
    return notes


def _read_notes(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as err:
        why = (err.strerror if isinstance(err, OSError) else "") or "it is not UTF-8 text"
        raise RegistryError(
            f"cannot read the notes in {file}: {why}", hint="name a text file, or: --notes TEXT"
        ) from err


def _unquoted_notes(typed: Sequence[str]) -> str:
    """The words behind `--notes` up to the next option, if there are several."""
    if "--notes" not in typed:
        return ""
    words = []
    for word in typed[typed.index("--notes") + 1 :]:
        if word.startswith("-"):
            break
        words.append(word)
    return " ".join(words) if len(words) > 1 else ""
