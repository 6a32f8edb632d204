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
    from typer import Context

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

_SHORT = {"-f": "--format", "-m": "--notes", "-n": "--limit", "-o": "--output", "-y": "--yes"}
"""The short options of other tools, and what they are called here."""
_OF_OTHERS = {
    "list": {
        "--since": "registry log --since WHEN says what changed since then; registry list --at WHEN, what there was",
        "--all": "registry list names all that are registered; those that were removed: registry list --removed",
    },
    "show": {"--history": "registry log ID"},
    "diff": {"--since": "registry diff WHEN..HEAD"},
}
"""The options of other commands, or of other tools' commands, and how that is said here."""
_NO_OPTION = re.compile(r"No such option: (\S+)")
_MISSING = re.compile(r"Missing argument '(.+)'")
_EXAMPLE = re.compile(r"Example: (.+)")
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


def unexpected_words(message: str, context: Context | None, typed: Sequence[str]) -> UsageError | None:
    """The error for words that a command lacks or does not take, from Typer's `message`; None if it is well."""
    if context is None:
        return None
    command = context.command_path.removeprefix("registry ")
    if unknown := _NO_OPTION.match(message):
        return _unknown_option(unknown[1], command, context)
    if missing := _MISSING.match(message):
        example = _EXAMPLE.search(context.command.help or "")
        such_as = f"such as {example[1]}" if example else f"see: registry {command} --help"
        whose = "; registry list names the records" if missing[1] == "ID" else ""
        return UsageError(f"registry {command} needs {missing[1]}", hint=such_as + whose)
    found = _UNEXPECTED.match(message)
    if not found:
        return None
    return UsageError(f"registry {command} does not take {found[1]!r}", hint=_meant_by(found[1], command, typed))


def _unknown_option(option: str, command: str, context: Context) -> UsageError | None:
    """The error for an option that stands in the wrong place, or has another name here; None for any other."""
    if option == "--no-pager":
        return UsageError("--no-pager stands before the command", hint=f"registry --no-pager {command}")
    known = {name for parameter in context.command.params for name in parameter.opts}
    if _SHORT.get(option) in known:
        return UsageError(f"registry {command} has no {option}", hint=f"in full: {_SHORT[option]}")
    if option in _OF_OTHERS.get(command, {}):
        return UsageError(f"registry {command} has no {option}", hint=_OF_OTHERS[command][option])
    return None


def _meant_by(words: str, command: str, typed: Sequence[str]) -> str:
    """What to say instead of words that a command does not take."""
    if command == "export":
        return f"name the file behind --output: registry export --output {words}"
    if command != "register":
        return f"see: registry {command} --help"
    if unquoted := _unquoted_notes(typed):
        return f'put the notes in quotes: --notes "{unquoted}"'
    if " " in words and words in typed:
        return f'the notes go behind --notes: --notes "{words}"'
    first = words.split(maxsplit=1)[0]
    if Path(first).is_dir():
        return f"name the project's folder: registry register --project-dir {first}"
    return "the project says its own name; for another folder: --project-dir DIR"


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
