"""Setting up: making, joining and choosing a registry."""

from __future__ import annotations

from pathlib import Path

from registry_tool.api.context import Context
from registry_tool.create import create, join
from registry_tool.locate import write_default


def init(context: Context, root: Path, *, clone: str = "", default: bool = False) -> bool:
    """Make `root` a registry, or a clone of the one at the URL `clone`; False if it was one already.

    With `default`, it is what is used where nothing else is named.
    """
    root = context.directory / root
    if clone:
        join(clone, root, context.environment, on_progress=context.tell)
        made = True
    else:
        made = create(root, context.environment, at=context.clock(), on_wait=context.tell)
    if default:
        write_default(root.resolve(), context.environment)
    return made
