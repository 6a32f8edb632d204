"""Commands that share a first word, such as `sync plan` and `sync apply`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """The commands behind one word. A module's `COMMANDS` may hold one in place of a function."""

    help: str
    commands: Mapping[str, Callable[..., None]]
