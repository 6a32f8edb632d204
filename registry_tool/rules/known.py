"""Which records have been found good before: a cache in the git directory, so that unchanged ones are not read again.

It is exact. A record is known by its blob's id, which is its content, together with the path that it was good at; and
all of it is forgotten as soon as the schema, the settings, the policy or this tool's own code is another one. It is
disposable: missing, broken or not writable, everything is checked again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import registry_tool
from registry_tool import __version__
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep.paths import known_good
from registry_tool.git.upkeep.permissions import make_private, share_database
from registry_tool.record.layout import config_id_of, record_path
from registry_tool.rules.schema import schema_files

_SCHEMA = """
    CREATE TABLE rules (digest BLOB NOT NULL);
    CREATE TABLE good (record BLOB PRIMARY KEY) WITHOUT ROWID;
"""


class KnownGood:
    """The records that were good under the same rules. `rules` is all that decides besides the tool itself."""

    def __init__(self, repository: Repository, rules: Iterable[bytes]) -> None:
        """Read what is known."""
        self._repository, self._file = repository, known_good(repository)
        self._digest = _digest(rules)
        self._good = _read(self._file, self._digest)
        self._seen: set[bytes] = set()

    def has(self, path: str, oid: str) -> bool:
        """Whether the record with the blob `oid` has been found good at `path`."""
        key = _key(path, oid)
        if key not in self._good:
            return False
        self._seen.add(key)
        return True

    def add(self, path: str, oid: str) -> None:
        """Take note that the record with the blob `oid` is good at `path`."""
        if key := _key(path, oid):
            self._seen.add(key)

    def save(self) -> None:
        """Keep what was seen since, and only that, if it is anything new."""
        if self._seen <= self._good:
            return
        with suppress(OSError, sqlite3.Error):
            make_private(self._repository)
            _write(self._file, self._digest, self._seen)


def _digest(rules: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256(__version__.encode())
    for part in (*_own_code(), *rules):
        digest.update(b"%d\0%s" % (len(part), part))
    return digest.digest()


def _own_code() -> Iterator[bytes]:
    """The tool itself, with its schemas.

    Nobody has to say which modules decide: a list of them would be wrong as soon as one moves. Reading all of them
    takes a few milliseconds, and a thousand records wait to be checked.
    """
    package = Path(registry_tool.__file__).parent
    for file in sorted({*package.rglob("*.py"), *package.rglob("*.json"), *schema_files()}):
        yield file.relative_to(package.parent).as_posix().encode()
        yield file.read_bytes()


def _key(path: str, oid: str) -> bytes:
    """The blob and the configId; empty for a path that is not a record's own."""
    config_id = config_id_of(path)
    try:
        return bytes.fromhex(oid + config_id) if path == record_path(config_id) else b""
    except ValueError:
        return b""


def _read(file: Path, digest: bytes) -> frozenset[bytes]:
    if not file.is_file():
        return frozenset()
    try:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            if connection.execute("SELECT digest FROM rules").fetchall() != [(digest,)]:
                return frozenset()
            return frozenset(key for (key,) in connection.execute("SELECT record FROM good"))
        finally:
            connection.close()
    except (OSError, sqlite3.Error):
        return frozenset()


def _write(file: Path, digest: bytes, keys: Iterable[bytes]) -> None:
    """Put a new file in the old one's place: whoever reads sees one or the other."""
    import os

    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = OFF")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            connection.execute("INSERT INTO rules VALUES (?)", (digest,))
            connection.executemany("INSERT INTO good VALUES (?)", ((key,) for key in sorted(keys)))
            connection.execute("COMMIT")
        finally:
            connection.close()
        share_database(temporary)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
