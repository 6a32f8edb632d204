"""What `fmt` did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.views.validate import as_text as problems_as_text

if TYPE_CHECKING:
    from registry_tool.api.fmt import Formatted, Upgraded


def as_text(done: Formatted, *, check: bool) -> str:
    """A line for each file that was rewritten, or would be; then what is wrong with those that were left alone."""
    verb = "would rewrite" if check else "rewrote"
    return "".join(f"{verb} {one_line(path)}\n" for path in done.rewritten) + problems_as_text(done.problems)


def summary(done: Formatted, *, check: bool) -> str:
    """How many of each, in one line."""
    left = len({problem.file for problem in done.problems})
    fine = done.looked_at - len(done.rewritten) - left
    verb = "to rewrite" if check else "rewritten"
    return f"{len(done.rewritten)} {verb}, {left} left alone, {max(0, fine)} fine in {one_line(done.place)}"


def upgrade_text(done: Upgraded) -> str:
    """What was upgraded in which commit, or would be; then what is wrong with the records that stay as they are."""
    number = len(done.upgraded)
    records = "1 record" if number == 1 else f"{number} records"
    head = f"upgraded {records} in {done.revision[:12]}" if done.revision else f"{records} to upgrade"
    return f"{head}\n  in {one_line(done.place)}\n{problems_as_text(done.problems)}"
