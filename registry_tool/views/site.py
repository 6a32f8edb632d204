"""What `registry site` says it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry_tool.api.site import SiteMade


def as_text(made: SiteMade) -> str:
    """The path alone, so that a script can use it."""
    return f"{made.path}\n"


def address(url: str) -> str:
    """Where a served site is."""
    return f"{url}\n"


def summary(made: SiteMade) -> str:
    """What was made, and of what."""
    return f"made a site of {made.records:,} record{'' if made.records == 1 else 's'} at {made.revision[:12]}"
