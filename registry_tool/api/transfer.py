"""To and from other tools: importing their files, exporting records, replaying a project's command line."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.api.selection import read_document, select
from registry_tool.errors import RegistryError
from registry_tool.index import Index, Unreadable
from registry_tool.index.query import Query, Summary, explain_nothing, find
from registry_tool.record.identity import timestamp
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.reading import Store
from registry_tool.transfer.generator import Replay, replay
from registry_tool.wholefile import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry_tool.git.commits import Commit
    from registry_tool.record.identity import Document
    from registry_tool.store.writing import Written
    from registry_tool.trail.history import Entry
    from registry_tool.transfer.adding import Tally
    from registry_tool.transfer.preparing import Collected

STDIN = "-"
"""The name of standard input."""

# From here on it pays to index the history at once: what `log` would read otherwise.
_BULK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A request to import a file. `project` and `region` are those of entries that do not say theirs."""

    file: str
    stdin: IO[bytes]
    project: str = ""
    region: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `written` is None for a rehearsal, and has no revision if there was nothing to add.

    `place` says in words which registry it is.
    """

    file: str
    tally: Tally
    written: Written | None
    place: str


def import_(context: Context, request: ImportRequest) -> Imported:
    """Make a registration of every entry of a file that the history does not have: all in one step, or none.

    Entries that break the rules are refused, each with its place, and do not keep out the others.
    """
    # What an export does without.
    from registry_tool.redact import secret_values
    from registry_tool.store.writing import Writer
    from registry_tool.transfer.adding import Addition
    from registry_tool.transfer.mlcc import Defaults
    from registry_tool.transfer.preparing import ImportRules, prepare

    with context.open_to_write() as store, Writer(store) as writer:
        settings = store.settings()
        collected = _collect(context, request, settings.allow)
        gate, at = writer.gate(), context.clock()
        rules = ImportRules(
            gate=gate,
            settings=settings,
            defaults=Defaults(project=request.project or _project(context, request), region=request.region),
            secrets=collected.secrets | secret_values(context.environment, allow=settings.allow),
            at=at,
        )
        addition = Addition(store, gate, at)

        def make(tip: str) -> Iterator[Commit]:
            return addition.commits(prepare(collected.entries, rules, context.progress), tip)

        written = None
        if request.dry_run:
            deque(make(writer.tip()), maxlen=0)
        else:
            written = writer.write_many(make, on_wait=context.tell)
            if len(written.revisions) >= _BULK:
                _index_history(context, store)
    tally = addition.tally
    tally.refusals = sorted([*collected.refusals, *tally.refusals], key=lambda one: (one.line, one.number))
    return Imported(request.file, tally, written, context.place())


@dataclass(frozen=True, slots=True)
class Export:
    """What an export is made of: summaries, and what is read one by one: whole records, and registrations.

    `at` is the time of the export, in UTC.
    """

    at: str
    summaries: Sequence[Summary]
    documents: Iterator[Document]
    registrations: Iterator[Entry]
    unreadable: Sequence[Unreadable]


@contextmanager
def export(context: Context, query: Query, *, at: str = "") -> Iterator[Export]:
    """The records that `query` asks for, at the revision or date `at`, else at the tip; while the block lasts.

    The registrations are all until then; with filters, those of the records that were chosen.
    """
    with context.open_registry() as store:
        revision = store.revision(at)
        with Index(store.repository, store.reader, revision, on_progress=context.progress) as index:
            summaries, unreadable = find(index, query), index.unreadable()
            for line in explain_nothing(index, query) if not summaries else ():
                context.tell(line)
        chosen = {summary["configId"] for summary in summaries} if query.filters else None
        yield Export(
            timestamp(context.clock()),
            summaries,
            _documents(store, summaries, revision),
            _registrations(store, revision, chosen),
            unreadable,
        )


def write_text(context: Context, file: Path, pieces: Iterable[str]) -> None:
    """Write a whole text file, or leave the one that exists."""
    with replacing(context.directory / file) as temporary, temporary.open("w", encoding="utf-8", newline="") as sink:
        sink.writelines(pieces)


def write_database(context: Context, file: Path, found: Export) -> None:
    """Write a whole SQLite file of records and registrations, or leave the one that exists."""
    from registry_tool.transfer.database import write_database as write

    with replacing(context.directory / file) as temporary:
        write(temporary, found.documents, found.registrations)


def replay_record(context: Context, selector: str, *, at: str = "") -> Replay:
    """The generator's command line for the one record that `selector` means."""
    with context.open_registry() as store:
        revision = store.revision(at)
        return replay(read_document(store, select(context, store, selector, revision), revision))


def execute(context: Context, command: Replay) -> NoReturn:
    """Become the generator, without a shell between: its terminal and its exit code are this process's."""
    try:
        os.chdir(context.directory)
        os.execvpe(command.words[0], command.words, dict(context.environment))  # noqa: S606  a list, and no shell
    except OSError as err:
        raise RegistryError(
            f"cannot run {command.words[0]}: {err.strerror}", hint="npm install --global @aws/ml-container-creator"
        ) from err


def _collect(context: Context, request: ImportRequest, allow: frozenset[str]) -> Collected:
    from registry_tool.transfer.preparing import collect

    try:
        with _opened(context, request) as stream:
            return collect(stream, allow)
    except OSError as err:
        raise RegistryError(f"cannot read {request.file}: {err.strerror}", hint="name a file, or - for stdin") from err
    except RegistryError as err:
        raise RegistryError(f"cannot import {request.file}: {err}", hint=err.hint) from err


@contextmanager
def _opened(context: Context, request: ImportRequest) -> Iterator[IO[bytes]]:
    if request.file == STDIN:
        yield request.stdin
    else:
        with (context.directory / request.file).open("rb") as stream:
            yield stream


def _project(context: Context, request: ImportRequest) -> str:
    """The project's name, from the place of the file."""
    if request.file == STDIN:
        return ""
    from registry_tool.transfer.mlcc import project_of

    return project_of((context.directory / request.file).resolve(), Path(context.environment.get("HOME", "")))


def _index_history(context: Context, store: Store) -> None:
    from registry_tool.git import maintenance

    try:
        maintenance.maintain(store.repository, on_wait=context.tell)
    except RegistryError as err:
        # Everything is committed, but reading it is slower.
        context.tell(f"note: the history could not be indexed ({err}); later: registry maintain")


def _documents(store: Store, summaries: Iterable[Summary], revision: str) -> Iterator[Document]:
    hiding = Hiding(store)
    ids = [summary["configId"] for summary in summaries]
    names = (f"{revision}:{store.repository.prefix}{record_path(config_id)}" for config_id in ids)
    for config_id, content in zip(ids, store.reader.read_many(names), strict=True):
        document, _ = load_record(content or b"", path=record_path(config_id))
        if document is not None:
            yield hiding.document(document)


def _registrations(store: Store, revision: str, chosen: set[str] | None) -> Iterator[Entry]:
    from registry_tool.trail.history import read_history

    hiding = Hiding(store)
    for entry in read_history(store.repository, revision=revision):
        if chosen is None or entry.config_id in chosen:
            yield hiding.entry(entry)
