"""How the two sides of a record in conflict look."""

from __future__ import annotations

from collections.abc import Iterable

from registry_tool.api.resolve import Conflict
from registry_tool.views.forms import columns
from registry_tool.views.record import cut


def as_text(conflicts: Iterable[Conflict]) -> str:
    """A line for each record, and under it both sides by field, or which side was taken."""
    return "".join(map(_conflict, conflicts))


def _conflict(conflict: Conflict) -> str:
    if conflict.taken:
        return f"took {conflict.taken} for {conflict.config_id}; commit it with git commit\n"
    if conflict.ours is None or conflict.theirs is None:
        return f"in conflict {conflict.config_id}: {'ours' if conflict.ours is None else 'theirs'} removed it\n"
    rows = [(change.path, *cut(change.before, change.after)) for change in conflict.differences]
    table = columns([("FIELD", "OURS", "THEIRS"), *rows], indent="  ") if rows else ""
    return f"in conflict {conflict.config_id}\n{table}"
