"""Moving in and out: a file becomes registrations, the registry becomes a file, a record a command line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError
from registry_tool.git import maintenance
from registry_tool.git.commits import Commit
from registry_tool.redact import secret_values
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer, Written
from registry_tool.transfer.adding import Addition, Tally
from registry_tool.transfer.mlcc import Defaults, project_of
from registry_tool.transfer.preparing import Collected, Rules, collect, prepare

STDIN = "-"
# From here on it pays to index the history at once: what `log` would read otherwise.
_BULK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A request to import a file. `project` and `region` are those of entries that do not say theirs."""

    file: str
    stdin: IO[bytes]
    project: str = ""
    region: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `written` is None for a rehearsal, and has no revision if there was nothing to add."""

    file: str
    tally: Tally
    written: Written | None


def import_(context: Context, request: Import) -> Imported:
    """Make a registration of every entry of a file that the history does not have: all in one step, or none.

    Entries that break the rules are refused, each with its place, and do not keep out the others.
    """
    root = context.registry_to_write()
    with Store(root, context.environment) as store, Writer(store) as writer:
        settings = store.settings()
        collected = _collect(context, request, settings.allow)
        gate, at = writer.gate(), context.clock()
        rules = Rules(
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
    return Imported(request.file, tally, written)


def _collect(context: Context, request: Import, allow: frozenset[str]) -> Collected:
    try:
        with _opened(context, request) as stream:
            return collect(stream, allow)
    except OSError as err:
        raise RegistryError(f"cannot read {request.file}: {err.strerror}", hint="name a file, or - for stdin") from err
    except RegistryError as err:
        raise RegistryError(f"{request.file} is nothing to import: {err}", hint=err.hint) from err


@contextmanager
def _opened(context: Context, request: Import) -> Iterator[IO[bytes]]:
    if request.file == STDIN:
        yield request.stdin
    else:
        with (context.directory / request.file).open("rb") as stream:
            yield stream


def _project(context: Context, request: Import) -> str:
    """The project's name that the place of the file says."""
    if request.file == STDIN:
        return ""
    return project_of((context.directory / request.file).resolve(), Path(context.environment.get("HOME", "")))


def _index_history(context: Context, store: Store) -> None:
    try:
        maintenance.maintain(store.repository, on_wait=context.tell)
    except RegistryError as err:
        # All is committed; it is only read more slowly.
        context.tell(f"note: the history could not be indexed ({err}); later: registry maintain")
