"""How an import looks: what was added, and what was refused where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import one_line

if TYPE_CHECKING:
    from registry_tool.api.moving_in import Imported
    from registry_tool.transfer.entries import Refusal

_SHOWN = 20


def as_text(done: Imported) -> str:
    """What was added, or would be, in which commits; what was there; what was refused."""
    tally, revisions = done.tally, done.written.revisions if done.written else ()
    verb = "imported" if done.written else "would import"
    text = f"{verb} {_count(tally.added, 'registration')} of {_count(tally.records, 'record')}"
    if done.written and revisions:
        through = f"..{revisions[-1][:12]}" if len(revisions) > 1 else ""
        text += f" in {revisions[0][:12]}{through} on {one_line(done.written.branch)}"
    lines = [text]
    if tally.there:
        lines.append(f"  {_count(tally.there, 'registration')} already there")
    if tally.later:
        lines.append(f"  {_count(len(tally.later), 'record')} kept, being later in the registry")
    if tally.refusals:
        refused = len({(one.line, one.number) for one in tally.refusals})
        lines.append(f"  {_count(refused, 'entry')} refused")
    return "".join(line + "\n" for line in lines)


def refusals(done: Imported) -> Iterator[str]:
    """Every reason why an entry was refused, a line each, with its place."""
    return (_refusal(done.file, one) for one in done.tally.refusals)


def remarks(done: Imported) -> Iterator[str]:
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
    if done.written and done.written.kept:
        number = _count(len(done.written.kept), "file")
        yield f"note: {number} with edits of yours that are not committed were left as they were"


def _refusal(file: str, one: Refusal) -> str:
    entry = f"entry {one.number}: " if one.number else ""
    return one_line(f"{file}:{one.line}: {entry}{one.reason}")


def _count(number: int, what: str) -> str:
    plural = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{number:,} {what if number == 1 else plural}"
