"""A record in the making: values with their sources, under the record's field names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from registry_tool.capture.scope import FoundValue
from registry_tool.problems import field_path

if TYPE_CHECKING:
    from registry_tool.capture.draft import Source
    from registry_tool.record.identity import Json

Tree: TypeAlias = "FoundValue | dict[str, Tree] | list[Tree] | None"
"""A value, or more of them by name or in order. None: not set."""


def plant(tree: Tree, sources: dict[str, Source], *path: str | int) -> Json:
    """The values of a tree as plain data, without empty branches; None if nothing is left. Notes each one's source."""
    if isinstance(tree, FoundValue):
        sources[field_path(path)] = tree.source
        return tree.value
    if isinstance(tree, dict):
        grown = {name: plant(branch, sources, *path, name) for name, branch in tree.items()}
        return {name: value for name, value in grown.items() if value is not None} or None
    return [plant(branch, sources, *path, index) for index, branch in enumerate(tree or ())] or None
