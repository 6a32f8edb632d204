"""Where an item comes from, seen from the revision that is synced: its history, a later one, or somewhere else.

An item names the commit and the registry that it was written from. What was written from a commit that the synced
revision does not build on is newer, or unmerged, or another registry's: a sync must not set it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from registry_tool.ci.item import MANAGED_BY, NEVER, REGISTRY_ID, SOURCE, ItemOrigin
from registry_tool.ci.table import ReadItem
from registry_tool.git.log import LogFilter, read_log
from registry_tool.git.replay import is_ancestor
from registry_tool.record.layout import RECORDS, is_record_path, record_path
from registry_tool.store.reading import Store

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Standing(StrEnum):
    """How the source of an item stands to the revision that is synced."""

    NONE = "written by another tool"
    BEFORE = "written from this revision or one before it"
    AFTER = "written from a later revision, which this checkout does not have yet"
    APART = "written from a commit that this revision does not build on"
    UNKNOWN = "written from a commit that is not here"
    FOREIGN = "written by another registry"
    CHANGED = "changed by someone else since the plan was made"


BLOCKED = frozenset({Standing.AFTER, Standing.APART, Standing.UNKNOWN, Standing.FOREIGN})
"""What a sync leaves alone unless it is told to take over."""


class Lineage:
    """The history of one revision of a registry, as far as items ask about it."""

    def __init__(self, store: Store, origin: ItemOrigin) -> None:
        """Ask git nothing yet."""
        self._store, self._origin = store, origin
        self._known: dict[str, Standing] = {origin.revision: Standing.BEFORE}

    def learn(self, rows: Iterable[ReadItem]) -> None:
        """Find out about the sources of many items with one call of git."""
        asked = {source for row in rows if (source := row.text(SOURCE)) not in self._known}
        here = {one for one in asked if self._is_here(one)}
        self._known |= dict.fromkeys(asked - here, Standing.UNKNOWN)
        if not here:
            return
        repository, revision = self._store.repository, self._origin.revision
        request = "".join(f"{one}\n" for one in (*sorted(here), f"^{revision}"))
        beyond = set(repository.git.run("rev-list", "--stdin", data=request.encode()).decode().split())
        self._known |= dict.fromkeys(here - beyond, Standing.BEFORE)
        for source in here & beyond:
            is_later = is_ancestor(repository, revision, source)
            self._known[source] = Standing.AFTER if is_later else Standing.APART

    def of(self, row: ReadItem) -> Standing:
        """How the source of an item stands."""
        theirs = row.text(REGISTRY_ID)
        if theirs and self._origin.registry_id and theirs != self._origin.registry_id:
            return Standing.FOREIGN
        source = row.text(SOURCE)
        if not source or row.text("managedBy") != MANAGED_BY:
            return Standing.NONE
        if source not in self._known:
            self.learn([row])
        return self._known[source]

    def is_same_registry(self, row: ReadItem) -> bool:
        """Whether the item says that this registry wrote it."""
        return bool(self._origin.registry_id) and row.text(REGISTRY_ID) == self._origin.registry_id

    @cached_property
    def removed(self) -> Mapping[str, str]:
        """When each record that the revision's history ever removed was last removed, by configId."""
        return self._removals(RECORDS)

    def removed_at(self, config_id: str) -> str:
        """When a record was last removed, empty if it never was."""
        if "removed" in self.__dict__:
            return self.removed.get(config_id, "")
        return self._removals(record_path(config_id)).get(config_id, "")

    def _is_here(self, source: str) -> bool:
        return bool(_COMMIT.fullmatch(source)) and self._store.reader.look_up(f"{source}^{{commit}}") is not None

    def _removals(self, path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        repository = self._store.repository
        chosen = LogFilter(removals=True, by_date=True)
        for commit in read_log(repository, path, revision=self._origin.revision, chosen=chosen):
            for file in commit.files:
                if is_record_path(file.path.removeprefix(repository.prefix)):
                    found.setdefault(file.path.rpartition("/")[2].removesuffix(".yaml"), _instant(commit.at))
        return found


def _instant(text: str) -> str:
    """A commit's time as items have it; commits of all zones and of broken clocks have one."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return NEVER
