"""What was seen before: a cache in the git directory, so that what has not changed is not described again.

AWS itself makes it exact: an endpoint configuration and a model never change, and every list says when an endpoint or
an inference component was changed last. It is disposable: missing, broken or not writable, everything is read again.
No value of an environment is in it, because none leaves `environment`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from registry_tool import __version__
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.permissions import make_private, share_database
from registry_tool.live.look import Look
from registry_tool.live.match import Sighting
from registry_tool.live.verdict import NOT_RIGHT, FieldVerdict, Health, Match, Verdict
from registry_tool.live.world import ListedObject
from registry_tool.record.identity import timestamp

REGISTERED_SINCE = "registered since"
"""The match of a record whose content is newer than the last look at it."""
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS details (
        config_id TEXT PRIMARY KEY, key TEXT NOT NULL, fields TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS instances (
        arn TEXT PRIMARY KEY, modified TEXT NOT NULL, said TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS last_looks (
        config_id TEXT PRIMARY KEY, digest TEXT NOT NULL, match TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
        reason TEXT NOT NULL, differences TEXT NOT NULL
    ) WITHOUT ROWID;
"""
_WORTH_KEEPING = frozenset({Match.AS_REGISTERED, Match.DIFFERS, Match.FINISHED})


@dataclass(frozen=True, slots=True)
class LastLook:
    """How a record stood when somebody last looked, and what was not right.

    `digest` is that of the content that was registered then.
    """

    digest: str
    match: str
    state: str
    at: str
    reason: str = ""
    differences: tuple[FieldVerdict, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether what was there did not work."""
        return self.state == Health.FAILED

    @property
    def is_wrong(self) -> bool:
        """Whether it was a difference between the registry and the world, or did not work."""
        return self.match in NOT_RIGHT or self.has_failed

    def of(self, digest: str) -> LastLook:
        """What it says of a record whose content has this digest: nothing, if that was registered since."""
        return self if digest == self.digest else LastLook(digest, REGISTERED_SINCE, Health.NONE, self.at)


class Cache:
    """What is known of each record. A context manager; nothing that goes wrong with it stops a look."""

    def __init__(self, repository: Repository, *wish: object, use: bool = True) -> None:
        """Open it. `wish` is what else decides a verdict; without `use`, nothing is taken from it."""
        self._wish, self._use = repr((__version__, *wish)), use
        try:
            make_private(repository)
            self._connection = sqlite3.connect(paths.looks(repository), isolation_level=None, timeout=10)
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.executescript(_SCHEMA)
            share_database(paths.looks(repository))
        except (OSError, sqlite3.Error):
            self._connection = sqlite3.connect(":memory:", isolation_level=None)
            self._connection.executescript(_SCHEMA)

    def fields(self, sighting: Sighting) -> tuple[FieldVerdict, ...] | None:
        """The verdicts of a record whose objects are what they were; None if they have to be read."""
        if not self._use or sighting.state in {Health.CHANGING, Health.FAILED}:
            return None
        with suppress(sqlite3.Error, ValueError, TypeError):
            query = "SELECT fields FROM details WHERE config_id = ? AND key = ?"
            for (text,) in self._connection.execute(query, (sighting.claim.config_id, self._key(sighting))):
                return tuple(map(_field, json.loads(text)))
        return None

    def keep(self, sighting: Sighting, look: Look, *, is_new: bool) -> None:
        """Note how the record stands, and, if its fields were just compared, what came of it."""
        claim = look.claim
        differences = json.dumps([_cells(field) for field in look.differences])
        seen = (claim.config_id, claim.digest, look.match, look.state, timestamp(look.read_at))
        with suppress(sqlite3.Error):
            values = (*seen, look.reason, differences)
            self._connection.execute("INSERT OR REPLACE INTO last_looks VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            if is_new and look.match in _WORTH_KEEPING and look.state is not Health.FAILED:
                text = json.dumps([_cells(field) for field in look.fields])
                row = (claim.config_id, self._key(sighting), text)
                self._connection.execute("INSERT OR REPLACE INTO details VALUES (?, ?, ?)", row)

    def instances(self, row: ListedObject, read: Callable[[], str]) -> str:
        """What an endpoint of no record runs on: as `read` says, unless it is as it was when that was last asked."""
        key = (row.arn, row.modified_at.isoformat())
        with suppress(sqlite3.Error):
            query = "SELECT said FROM instances WHERE arn = ? AND modified = ?"
            if self._use and (found := self._connection.execute(query, key).fetchone()):
                return str(found[0])
        if said := read():
            with suppress(sqlite3.Error):
                self._connection.execute("INSERT OR REPLACE INTO instances VALUES (?, ?, ?)", (*key, said))
        return said

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close, whatever happened."""
        self.close()

    def _key(self, sighting: Sighting) -> str:
        """A digest of all that decides the verdicts."""
        claim = sighting.claim
        rows = [row for row in (sighting.endpoint, sighting.job, *sighting.components.values()) if row]
        seen = [(row.arn, row.status, row.modified_at.isoformat(), row.owner) for row in rows]
        said = json.dumps([self._wish, claim.digest, claim.document.get("live"), seen], sort_keys=True)
        return sha256(said.encode()).hexdigest()


def last_looks(repository: Repository, config_ids: Iterable[str]) -> Mapping[str, LastLook]:
    """How records stood when somebody last looked; those that nobody looked at are left out."""
    wanted = set(config_ids)
    with suppress(OSError, sqlite3.Error, ValueError, TypeError):
        connection = sqlite3.connect(f"{paths.looks(repository).as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            rows = connection.execute("SELECT * FROM last_looks")
            return {
                key: LastLook(digest, match, state, at, reason, tuple(map(_field, json.loads(differences))))
                for key, digest, match, state, at, reason, differences in rows
                if key in wanted
            }
        finally:
            connection.close()
    return {}


def told(last: LastLook | None, now: datetime) -> dict[str, str]:
    """What is said of the last look at a record; nothing where nobody has looked."""
    if last is None:
        return {"liveMatch": "", "liveReadAt": "", "liveAge": ""}
    return {"liveMatch": last.match, "liveReadAt": last.at, "liveAge": _age(now - datetime.fromisoformat(last.at))}


def _age(age: timedelta) -> str:
    """About how long ago: `3 days`, `2 hours`, `5 minutes`.

    >>> _age(timedelta(hours=49)), _age(timedelta(minutes=59, seconds=59)), _age(timedelta(seconds=-5))
    ('2 days', '59 minutes', '0 minutes')
    """
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600)):
        if seconds >= size:
            return f"{seconds // size} {unit}{'s' if seconds >= 2 * size else ''}"
    return f"{seconds // 60} minute{'' if seconds // 60 == 1 else 's'}"


def _cells(field: FieldVerdict) -> Sequence[object]:
    return (
        field.path,
        field.verdict,
        field.recorded,
        field.live,
        field.source,
        field.why,
        field.image,
        field.digest,
    )


def _field(cells: Sequence[Any]) -> FieldVerdict:
    path, verdict, *rest = cells
    return FieldVerdict(path, Verdict(verdict), *rest)
