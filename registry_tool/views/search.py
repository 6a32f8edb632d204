"""How the results of a search look: a list's formats, with the field that matched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from registry_tool.index.query import Summary
from registry_tool.views import read as lists
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns

if TYPE_CHECKING:
    from registry_tool.api.search import SearchResult

_TABLE = {"CONFIG ID": "configId", "PROJECT": "projectName", "MODEL": "modelName", "REGION": "awsRegion"}


def table(found: Sequence[SearchResult], *, room: int = 0) -> str:
    """Plain columns under a heading; nothing at all for no results. With `room`, fitted to a terminal."""
    how = Fit(room=room, kept=["CONFIG ID"]) if room else None
    rows = [
        [*(one.summary[field] or "-" for field in _TABLE.values()), f"{one.match.path}: {one.match.excerpt}"]
        for one in found
    ]
    return columns([[*_TABLE, "MATCH"], *rows], fit=how) if rows else ""


def _as_list(view: Callable[[Sequence[Summary]], str]) -> Callable[[Sequence[SearchResult]], str]:
    """A view of a list, with `matchedField` and `matchedText` in each record."""
    return lambda found: view(
        [one.summary.extended({"matchedField": one.match.path, "matchedText": one.match.excerpt}) for one in found]
    )


FORMATS: Mapping[str, Callable[[Sequence[SearchResult]], str]] = {
    "table": table,
    **{name: _as_list(view) for name, view in lists.FORMATS.items() if name != "table"},
}
"""Each format that results can be written in."""
