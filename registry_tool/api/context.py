"""What a command runs in, and which registry it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.store.locate import Location, describe, locate
from registry_tool.store.reading import NotARegistryError, Store


def _silently(_done: int, _of: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command runs in.

    `tell` is given one line of talk at a time, such as that a lock is waited for; `progress` how many of how many
    records have been read, where there are many.
    """

    environment: Mapping[str, str] = field(repr=False)
    directory: Path
    registry: Path | None
    clock: Callable[[], datetime]
    tell: Callable[[str], None]
    progress: Callable[[int, int], None] = _silently

    def location(self) -> Location:
        """The folder of the registry that is meant here, and how it was found."""
        return locate(self.registry, self.environment, self.directory)

    def place(self) -> str:
        """Which folder that is and how it was found, in words: what every write says."""
        return describe(self.location(), self.environment, self.directory)

    def registry_to_read(self) -> Path:
        """The folder of the registry that is meant here."""
        location = self.location()
        if location.personal and not location.root.exists():
            raise RegistryError("there is no registry here yet", hint="register a deployment, or: registry init PATH")
        return location.root

    def open_registry(self) -> Store:
        """The registry that is meant here, open; a `RegistryError` if there is none, or something else in its place."""
        store = self.open_folder()
        try:
            with self._advising():
                store.refuse_others()
        except RegistryError:
            store.close()
            raise
        return store

    def open_folder(self) -> Store:
        """The same, where there may be no registry in the repository yet."""
        root = self.registry_to_read()
        with self._advising():
            return Store(root, self.environment)

    def open_to_write(self) -> Store:
        """The registry that is meant here, open; a personal one is made on first use."""
        location = self.location()
        if location.personal and not location.root.exists():
            from registry_tool.store.create import create  # once in a user's life

            create(location.root, self.environment, at=self.clock(), on_wait=self.tell)
            self.tell(f"made your personal registry in {location.root}")
        with self._advising():
            return Store(location.root, self.environment)

    @contextmanager
    def _advising(self) -> Iterator[None]:
        """What is wrong with a registry is mended where somebody said that it is meant."""
        try:
            yield
        except NotARegistryError as err:
            if advice := self.location().advice:
                raise NotARegistryError(str(err), hint=advice) from err
            raise
