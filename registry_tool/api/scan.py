"""Looking for secrets in all that a registry ever committed."""

from __future__ import annotations

from collections.abc import Sequence

from registry_tool.api.context import Context
from registry_tool.trail.scan import ScanReport, scan_history


def scan(context: Context, revisions: Sequence[str] = (), *, unreachable: bool = False) -> ScanReport:
    """The secrets in every commit that `revisions` reach; in all branches, tags, notes and stashes if there are none.

    Revisions are written as for `git log`: `main`, `A..B`, `^A`. With `unreachable`, also in what no ref reaches.
    """
    with context.open_registry() as store:
        return scan_history(store, revisions, unreachable=unreachable, on_progress=context.progress)
