"""How it looks when a record is brought back to what it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.views.forms import left_alone
from registry_tool.views.record import change_lines
from registry_tool.views.transfer import command_line, replay_remarks

if TYPE_CHECKING:
    from registry_tool.api.restore import Restored


def as_text(done: Restored) -> str:
    """What was brought back, from which commit and by which; what that changed; and how to deploy it again."""
    subject = f"{done.record.config_id} {one_line(done.record.text('projectName'))}"
    if done.written is None:
        return f"{subject} is already as it was in {done.source[:12]}\n"
    would = "" if done.written.revisions else "would have "
    if done.is_gone:
        did = f"{would}removed {subject}, as it was not there before"
    else:
        did = f"{would}restored {subject} as of {done.source[:12]}"
    committed = "".join(
        f" in {revision[:12]} on {one_line(done.written.branch)}" for revision in done.written.revisions
    )
    return f"{did}{committed}\n  in {one_line(done.place)}\n{change_lines(done.changes, indent='    ')}{_again(done)}"


def remarks(done: Restored) -> Iterator[str]:
    """What the user should know besides, one line each."""
    for path in done.written.left_alone if done.written else ():
        yield left_alone(path, is_gone=done.is_gone)
    if done.command:
        yield from replay_remarks(done.command)


def _again(done: Restored) -> str:
    return f"  its project, to deploy it again:\n    {command_line(done.command)}" if done.command else ""
