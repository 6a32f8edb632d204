"""The cache that makes reading quick: the summary of every record at one tree of the registry, in SQLite.

It lives in the git directory, is keyed by tree and blob ids, and is always disposable: missing, stale, broken, made by
another version or not writable, it is made again. Comparing tree ids tells in one step that nothing changed, and
otherwise which of the 256 shards to read, so `list` on an unchanged registry parses no YAML.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zlib import crc32

from registry_tool.git.objects import FOLDER_MODE, MissingObjectError, ObjectReader, TreeEntry
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.permissions import make_private
from registry_tool.index.rows import INDEXED, SUMMARY, IndexedFile, IndexRow, composed, read_rows, summarise
from registry_tool.index.seal import expect_change, is_as_left, seal
from registry_tool.record.fields import FIELDS
from registry_tool.record.layout import RECORDS

TIP = "HEAD"
"""The revision whose state the cache on disk holds."""

# What a list filters by, the last and most selective columns first: columns in front are cheaper to read.
_LISTED = [field.column for field in reversed(FIELDS) if field.filter]
_TABLES = f"""
    CREATE TABLE IF NOT EXISTS state (tree TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS shards (name TEXT PRIMARY KEY, tree TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS records (
        path TEXT PRIMARY KEY, shard TEXT NOT NULL, blob TEXT NOT NULL,
        {", ".join(f"{column} TEXT NOT NULL" for column in INDEXED.values())},
        text INTEGER -- its row in `texts`, once a search has needed it
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS unreadable (
        path TEXT PRIMARY KEY, shard TEXT NOT NULL, reason TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS records_text ON records (text);
    CREATE INDEX IF NOT EXISTS records_shard ON records (shard);
    CREATE INDEX IF NOT EXISTS records_project ON records (project_name);
    -- Everything that a list shows and filters by, in the order in which it shows it: no other page is read.
    CREATE INDEX IF NOT EXISTS records_listed ON records (registered_at DESC, config_id, {", ".join(_LISTED)});
"""
# A version of the tool with other columns, or other texts in them, makes the cache again.
_FORMAT = crc32(f"{_TABLES} NFC, secrets hidden {[field.name for field in FIELDS if field.weight]}".encode()) >> 1
# How many rows of `texts` there may be for each record before it is made again.
_MOST_WASTE = 2
_CHUNK = 1_000
# With nearly all of the 256 shards, a registry is so large that making its first cache takes seconds.
_FEW_SHARDS = 200
# The records in which a value is looked for while somebody types. Projects have an SQL index of their own.
_LATELY = "ORDER BY registered_at DESC, config_id LIMIT 10000"
_REGULAR = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file in the records folder that is not a readable record."""

    path: str
    reason: str


def has_index(repository: Repository) -> bool:
    """Whether there is a cache on disk, so that opening an `Index` reads only what has changed since."""
    return paths.summaries(repository).is_file()


def is_quick(repository: Repository, reader: ObjectReader) -> bool:
    """Whether an `Index` of the tip opens at once: there is a cache on disk, or few records are to be read for one."""
    if has_index(repository):
        return True
    found = reader.tree(f"{TIP}:{repository.prefix}{RECORDS}")
    return found is not None and len(found[1]) <= _FEW_SHARDS


def _silently(_done: int, _of: int) -> None:
    """Report no progress."""


class Index:
    """The summaries of all records at one revision. A context manager."""

    def __init__(
        self,
        repository: Repository,
        reader: ObjectReader,
        revision: str = TIP,
        *,
        on_progress: Callable[[int, int], None] = _silently,
    ) -> None:
        """Open the cache and bring it to the registry's state at `revision`.

        For another revision than the tip, a copy in memory is brought there: what the two have in common is not read
        again, and the cache on disk stays as it is. `on_progress` is told how many of how many records were read.
        """
        self._repository, self._reader = repository, reader
        self._on_progress = on_progress
        self._revision = revision
        self._file = paths.summaries(repository)
        self._connection = _open(repository, self._file)
        if revision != TIP:
            self._connection = _copy_in_memory(self._connection)
        try:
            self._refresh(revision)
        except sqlite3.Error as err:
            self._do_without(err)

    @classmethod
    def of_files(cls, reader: ObjectReader, files: Sequence[IndexedFile]) -> Self:
        """The summaries of files that need not be in any tree, such as those of removed records."""
        index = cls.__new__(cls)
        index._connection = _connect(":memory:")  # noqa: SLF001  its own
        index._put(read_rows(reader, files, summarise, on_progress=_silently))  # noqa: SLF001
        return index

    def select(
        self, fields: Iterable[str], condition: str, parameters: Sequence[str], order: str, limit: int
    ) -> list[tuple[str, ...]]:
        """The `fields` of the records that satisfy an SQL condition; `limit` -1 means all."""
        columns = ", ".join(SUMMARY[field] for field in fields)
        # Condition and order are built by `query` from constants.
        query = f"SELECT {columns} FROM records WHERE {condition} ORDER BY {order} LIMIT ?"  # noqa: S608
        return self._ask(query, *parameters, limit)

    def holds(self, condition: str, parameter: str) -> bool:
        """Whether there is a record that satisfies an SQL condition. Built by `query` from constants."""
        return bool(self._ask(f"SELECT 1 FROM records WHERE {condition} LIMIT 1", parameter))  # noqa: S608

    def distinct(self, field: str, start: str, limit: int) -> list[str]:
        """The values of `field` that begin with `start`, in order, each once.

        Only projects are looked for in all records; other values, in those that were registered last.
        """
        column = SUMMARY[field]
        rows = "records" if field == "projectName" else f"(SELECT {column} FROM records {_LATELY})"  # noqa: S608
        query = f"SELECT DISTINCT {column} FROM {rows} WHERE {column} BETWEEN ? AND ? ORDER BY {column} LIMIT ?"  # noqa: S608
        return [value for (value,) in self._ask(query, start, f"{start}\U0010ffff", limit)]

    def search(
        self, words: Sequence[str], condition: str, parameters: Sequence[str], limit: int
    ) -> list[tuple[str, ...]]:
        """The rows in which all `words` occur somewhere in the record, the best first, with its blob's id in front."""
        from registry_tool.index.texts import WEIGHTS, expression

        wanted = expression(words)
        try:
            self._fill_texts()
        except sqlite3.Error as err:
            self._do_without(err)
            self._fill_texts()
        columns = ", ".join(SUMMARY.values())
        weights = ", ".join(str(weight) for weight in WEIGHTS.values())
        # Condition is built by `query` from constants.
        query = f"""
            SELECT blob, {columns} FROM records JOIN (
                SELECT rowid AS hit, bm25(texts, {weights}) AS score FROM texts WHERE texts MATCH ?
            ) ON text = hit
            WHERE {condition} ORDER BY score, config_id LIMIT ?
        """  # noqa: S608
        return self._ask(query, wanted, *parameters, limit, prepare=self._fill_texts)

    def unreadable(self) -> list[Unreadable]:
        """The files that could not be read as records, by path."""
        return [Unreadable(*row) for row in self._ask("SELECT path, reason FROM unreadable ORDER BY path")]

    def close(self) -> None:
        """Close the cache."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close, whatever happened."""
        self.close()

    def _ask(self, query: str, *parameters: object, prepare: Callable[[], None] | None = None) -> list[tuple[str, ...]]:
        """The rows of an answer; from a cache made again, for which `prepare` is called, if this one is damaged."""
        try:
            return self._connection.execute(query, parameters).fetchall()
        except sqlite3.Error as err:
            self._do_without(err)
            if prepare:
                prepare()
            return self._connection.execute(query, parameters).fetchall()

    def _do_without(self, error: sqlite3.Error) -> None:
        """The cache is locked for long, finds no space, or is damaged inside: this once do without it."""
        self._connection.close()
        _discard_if_damaged(self._file, error)
        self._connection = _connect(":memory:")
        self._refresh(self._revision)

    def _refresh(self, revision: str) -> None:
        found = self._reader.tree(f"{revision}:{self._repository.prefix}{RECORDS}")
        tree, shards = found or ("", {})
        # The read transaction stays open, so a process that moves the cache on does not move it under this one.
        self._connection.execute("BEGIN")
        while self._connection.execute("SELECT tree FROM state").fetchall() != [(tree,)]:
            self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            fresh = self._compare(shards)
            self._put(read_rows(self._reader, fresh, summarise, on_progress=self._on_progress))
            self._connection.execute("DELETE FROM state")
            self._connection.execute("INSERT INTO state VALUES (?)", (tree,))
            self._commit()
            self._connection.execute("BEGIN")

    def _compare(self, shards: Mapping[str, TreeEntry]) -> list[IndexedFile]:
        """Forget what is gone or has changed; the files that are new."""
        known = dict(self._connection.execute("SELECT name, tree FROM shards"))
        fresh: list[IndexedFile] = []
        for name in sorted(known.keys() | shards.keys()):
            entry = shards.get(name)
            if entry is not None and known.get(name) == entry.oid:
                continue
            self._connection.execute("DELETE FROM unreadable WHERE shard = ?", (name,))
            self._connection.execute("DELETE FROM shards WHERE name = ?", (name,))
            files: Mapping[str, TreeEntry] = {}
            if entry is not None:
                self._connection.execute("INSERT INTO shards VALUES (?, ?)", (name, entry.oid))
                if entry.mode == FOLDER_MODE:
                    found = self._reader.tree(entry.oid)
                    if found is None:
                        raise MissingObjectError(f"{RECORDS}/{name}", entry.oid)
                    files = found[1]
                else:
                    self._put_unreadable(f"{RECORDS}/{name}", name, "a file where only folders belong")
            fresh += self._compare_shard(name, files)
        return fresh

    def _compare_shard(self, shard: str, files: Mapping[str, TreeEntry]) -> list[IndexedFile]:
        now = {f"{RECORDS}/{shard}/{name}": entry for name, entry in files.items()}
        known = dict(self._connection.execute("SELECT path, blob FROM records WHERE shard = ?", (shard,)))
        gone = [(path,) for path, blob in known.items() if path not in now or now[path].oid != blob]
        self._connection.executemany("DELETE FROM records WHERE path = ?", gone)
        for path, entry in now.items():
            if entry.mode not in _REGULAR:
                self._put_unreadable(path, shard, "not a regular file")
        return [
            IndexedFile(path, shard, entry.oid)
            for path, entry in now.items()
            if entry.mode in _REGULAR and known.get(path) != entry.oid
        ]

    def _put(self, rows: Iterable[IndexRow]) -> None:
        unreadable: list[tuple[str, str, str]] = []

        def readable() -> Iterator[tuple[str, ...]]:
            for file, cells, reason in rows:
                if reason:
                    unreadable.append((file.path, file.shard, reason))
                else:
                    yield (*file, *cells)

        marks = ", ".join("?" * (len(INDEXED) + 3))
        self._connection.executemany(f"INSERT INTO records VALUES ({marks}, NULL)", readable())  # noqa: S608
        for entry in unreadable:
            self._put_unreadable(*entry)

    def _fill_texts(self) -> None:
        """Take the records whose text no search has needed yet into `texts`."""
        from registry_tool.index.texts import TEXTS, WEIGHTS, searchable

        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        there = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'texts'").fetchone()
        last = self._connection.execute("SELECT coalesce(max(rowid), 0) FROM texts").fetchone()[0] if there else 0
        (count,) = self._connection.execute("SELECT count(*) FROM records").fetchone()
        if not there or last > _MOST_WASTE * count + _CHUNK:
            # The words of records that have changed or gone stay in a table without content, until it is made again.
            self._connection.execute("DROP TABLE IF EXISTS texts")
            self._connection.execute(TEXTS)
            self._connection.execute("UPDATE records SET text = NULL")
            last = 0
        lacking = [
            IndexedFile(*row)
            for row in self._connection.execute("SELECT path, shard, blob FROM records WHERE text IS NULL")
        ]
        marks = ", ".join("?" * (len(WEIGHTS) + 1))
        rows = read_rows(self._reader, lacking, searchable, on_progress=self._on_progress)
        for number, (file, cells, _) in enumerate(rows, start=last + 1):
            columns = f"rowid, {', '.join(WEIGHTS)}"
            self._connection.execute(f"INSERT INTO texts ({columns}) VALUES ({marks})", (number, *cells))  # noqa: S608
            self._connection.execute("UPDATE records SET text = ? WHERE path = ?", (number, file.path))
        self._commit()
        self._connection.execute("BEGIN")

    def _commit(self) -> None:
        if not self._connection.execute("PRAGMA database_list").fetchone()[2]:  # one in memory
            self._connection.execute("COMMIT")
            return
        expect_change(self._file)
        self._connection.execute("COMMIT")
        seal(self._file)

    def _put_unreadable(self, path: str, shard: str, reason: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)", (path, shard, reason))


def _open(repository: Repository, file: Path) -> sqlite3.Connection:
    """A connection to the cache in `file`, made again if it is damaged; to one in memory if it cannot be used."""
    for _ in range(2):
        try:
            make_private(repository)
            if not is_as_left(file):
                file.unlink(missing_ok=True)
            return _connect(str(file))
        except OSError:
            break
        except sqlite3.Error as err:
            _discard_if_damaged(file, err)
    return _connect(":memory:")


def _discard_if_damaged(file: Path, error: sqlite3.Error) -> None:
    """Remove a file that is not a whole database. One that is only locked or read-only stays."""
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        with suppress(OSError):
            file.unlink()


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, isolation_level=None, timeout=10)
    try:
        connection.create_function("composed", 1, composed, deterministic=True)
        connection.execute("PRAGMA synchronous = OFF")  # a cache need not survive a power cut
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, _FORMAT}:
            raise sqlite3.DatabaseError("another version of the tool made it")
        if version == 0:
            connection.executescript(f"{_TABLES} PRAGMA user_version = {_FORMAT};")
        connection.execute("SELECT tree FROM state").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _copy_in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = _connect(":memory:")
    with suppress(sqlite3.Error):
        connection.backup(copy)
    connection.close()
    return copy
