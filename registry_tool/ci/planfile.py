"""A plan on file: what was asked for, and the writes that it came to, so that just these are made after a review."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

from registry_tool.ci.plan import ItemChange
from registry_tool.ci.table import Write
from registry_tool.errors import RegistryError
from registry_tool.record.identity import Json

VERSION = 1
"""The version of the file; it changes when a reader of the old one would break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan: the table and the revision that it is about, the request in its own words, and the writes in order."""

    table: str
    revision: str
    request: Mapping[str, Json]
    writes: Sequence[Json]

    def differs_from(self, changes: Sequence[ItemChange]) -> str:
        """The configId of an item that other changes would write otherwise; empty if they are the same."""
        mine = {str(write["key"]): write for write in cast("Sequence[Mapping[str, Json]]", self.writes)}
        theirs = {change.config_id: as_json(change.write) for change in changes}
        return next((key for key in sorted({*mine, *theirs}) if mine.get(key) != theirs.get(key)), "")


def dump(plan: SavedPlan) -> bytes:
    """The text of the file."""
    return (json.dumps({"version": VERSION, **asdict(plan)}, ensure_ascii=False, indent=2) + "\n").encode()


def load(data: bytes, *, file: str) -> SavedPlan:
    """The plan that a file holds, or an error that names the file."""
    try:
        said = json.loads(data)
        if said["version"] != VERSION:
            raise RegistryError(
                f"{file} is a plan of version {said['version']}, and this registry-tool reads version {VERSION}",
                hint="make it again: registry sync plan --out FILE",
            )
        writes = [{**write, "key": str(write["key"])} for write in said["writes"]]
        return SavedPlan(
            table=str(said["table"]), revision=str(said["revision"]), request=dict(said["request"]), writes=writes
        )
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        raise RegistryError(f"{file} is not a plan", hint="make one: registry sync plan --out FILE") from err


def as_json(write: Write) -> Mapping[str, Json]:
    """A write as the file has it."""
    return cast("Mapping[str, Json]", json.loads(json.dumps(asdict(write))))
