"""How imports, exports and a project's command line look."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import INVISIBLE, json_text, one_line
from registry_tool.record.canonical import in_order
from registry_tool.views import read as lists
from registry_tool.views.forms import counted

if TYPE_CHECKING:
    from registry_tool.api.transfer import Export, Imported
    from registry_tool.transfer.entries import Refusal
    from registry_tool.transfer.generator import Replay

_SHOWN = 20


def imported_text(done: Imported) -> str:
    """What was added, or would be, in which commits; what was there; what was refused."""
    tally, revisions = done.tally, done.written.revisions if done.written else ()
    verb = "imported" if done.written else "would import"
    text = f"{verb} {counted(tally.added, 'registration')} of {counted(tally.records, 'record')}"
    if done.written and revisions:
        through = f"..{revisions[-1][:12]}" if len(revisions) > 1 else ""
        text += f" in {revisions[0][:12]}{through} on {one_line(done.written.branch)}"
    lines = [text, f"  in {one_line(done.place)}"]
    if tally.there:
        lines.append(f"  {counted(tally.there, 'registration')} already there")
    if tally.later:
        lines.append(f"  {counted(len(tally.later), 'record')} kept, being later in the registry")
    if tally.refusals:
        refused = len({(one.line, one.number) for one in tally.refusals})
        lines.append(f"  {counted(refused, 'entry')} refused")
    return "".join(line + "\n" for line in lines)


def refusals(done: Imported) -> Iterator[str]:
    """Every reason why an entry was refused, a line each, with its place."""
    return (_refusal(done.file, one) for one in done.tally.refusals)


def import_remarks(done: Imported) -> Iterator[str]:
    """What the user should know besides, one line each."""
    if any(one.reason.endswith("region is missing") for one in done.tally.refusals):
        yield "hint: an export of ml-container-creator leaves the regions out; say which one it was: --region REGION"
    if hidden := done.tally.hidden:
        often = [f"{name} ({count})" for name, count in hidden.most_common(_SHOWN)]
        more = f" and {len(hidden) - _SHOWN} more" if len(hidden) > _SHOWN else ""
        yield (
            f"note: redacted: {one_line(', '.join(often))}{more}; release a harmless one by naming it under "
            "redaction.allow in registry-data/registry.yaml, then import again"
        )
    if done.written and done.written.left_alone:
        number = counted(len(done.written.left_alone), "file")
        yield f"note: {number} with edits of yours that are not committed were left as they were"


def as_jsonl(found: Export) -> Iterator[str]:
    """Each record on a line, with all its fields: nothing is lost when it is imported again."""
    return (json_text(in_order(document)) + "\n" for document in found.documents)


def as_csv(found: Export) -> Iterator[str]:
    """The summaries, as `list` writes them."""
    yield lists.as_csv(found.summaries)


def as_mlcc(found: Export) -> Iterator[str]:
    """The export format of ml-container-creator; unlike its own, with the region of each entry."""
    from registry_tool.transfer.mlcc import EXPORT_VERSION, to_entry

    yield (
        f'{{\n  "version": "{EXPORT_VERSION}",\n  "exportedAt": "{found.at}",\n'
        '  "exportedBy": "anonymous",\n  "entries": ['
    )
    separator = "\n"
    for document in found.documents:
        yield separator + json_text(to_entry(document), indent=2)
        separator = ",\n"
    yield "\n  ]\n}\n"


EXPORT_FORMATS: Mapping[str, Callable[[Export], Iterator[str]]] = {"jsonl": as_jsonl, "csv": as_csv, "mlcc": as_mlcc}
"""The formats that are text."""


def command_line(command: Replay) -> str:
    """The command line, each word quoted where it has to be."""
    return " ".join(map(quoted, command.words)) + "\n"


def replay_remarks(command: Replay) -> Iterator[str]:
    """What the command line does not say, one line each."""
    if command.to_supply:
        yield f"note: redacted, so supply it yourself: {one_line(', '.join(command.to_supply))}"
    if command.left_out:
        yield f"note: no option says this, so do it in the project: {one_line(', '.join(command.left_out))}"


def quoted(word: str) -> str:
    r"""One word for a POSIX shell. What a terminal would not show, or obey, is spelled out and made by `printf`.

    >>> quoted("--model-name=Qwen/Qwen3-4B"), quoted("a b")
    ('--model-name=Qwen/Qwen3-4B', "'a b'")
    >>> quoted("red\x1b[31m")
    'red"$(printf \'\\033\')"\'[31m\''
    """
    if not INVISIBLE.search(word):
        return shlex.quote(word)
    pieces = re.split(f"((?:{INVISIBLE.pattern})+)", word)
    return "".join(_spelled_out(piece) if at % 2 else shlex.quote(piece) for at, piece in enumerate(pieces) if piece)


def _refusal(file: str, one: Refusal) -> str:
    entry = f"entry {one.number}: " if one.number else ""
    return one_line(f"{file}:{one.line}: {entry}{one.reason}")


def _spelled_out(text: str) -> str:
    octal = "".join(f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape"))
    return f"\"$(printf '{octal}')\""
