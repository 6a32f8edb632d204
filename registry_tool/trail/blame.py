"""Which registration set each field of a record to its present value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.load import load
from registry_tool.trail.history import Entry, read_history


@dataclass(frozen=True, slots=True)
class Origin:
    """A field's path and value, and the registration since which it has had this value."""

    path: str
    value: Scalar
    entry: Entry


def blame(repository: Repository, config_id: str, *, revision: str = "HEAD") -> list[Origin]:
    """Where each field of a record that stands at `revision` comes from, in the record's order.

    A field keeps its origin while the record was away: a restoration sets nothing anew.
    """
    versions = _versions(repository, config_id, revision)
    newest, present = next(versions)
    origins = dict.fromkeys(present, newest)
    undecided = set(present)
    for entry, values in versions:
        undecided = {path for path in undecided if path in values and values[path] == present[path]}
        if not undecided:
            break
        origins.update(dict.fromkeys(undecided, entry))
    return [Origin(path, value, origins[path]) for path, value in present.items()]


def _versions(repository: Repository, config_id: str, revision: str) -> Iterator[tuple[Entry, dict[str, Scalar]]]:
    """Each version of the record that can be read, newest first, and the registration that wrote it."""
    with ObjectReader(repository.git) as reader:
        for entry in read_history(repository, config_id, revision=revision):
            document = load(reader.read(entry.after) or b"").document if entry.after else None
            if document is not None:
                yield entry, dict(flatten(document))
