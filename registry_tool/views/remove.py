"""How a removal and a restoration look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import one_line

if TYPE_CHECKING:
    from registry_tool.api.remove import Outcome


def as_text(outcome: Outcome, *, verb: str) -> str:
    """What was done to which record, and the commit that did it; for a dry run, what would be."""
    revisions = outcome.written.revisions
    subject = f"{outcome.record.config_id} {one_line(outcome.record.text('projectName'))}"
    committed = "".join(f" in {revision[:12]} on {one_line(outcome.written.branch)}" for revision in revisions)
    return f"{'' if revisions else 'would have '}{verb} {subject}{committed}\n  in {one_line(outcome.place)}\n"


def remarks(outcome: Outcome) -> Iterator[str]:
    """What the user should know besides, one line each."""
    if outcome.written.kept:
        yield f"note: {outcome.path} holds an edit of yours that is not committed; the file was left as it is"
