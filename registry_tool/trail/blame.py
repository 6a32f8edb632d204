"""Which registration set each field of a record to its present value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.layout import record_path
from registry_tool.record.load import load
from registry_tool.trail.history import Entry, read_live


@dataclass(frozen=True, slots=True)
class Origin:
    """A field's path and value, and the registration since which it has had this value."""

    path: str
    value: Scalar
    entry: Entry


def blame(repository: Repository, config_id: str, *, revision: str = "HEAD") -> list[Origin]:
    """Where each field of a record that is in the registry at `revision` comes from, in the record's order.

    A field has the origin that it had on the branch itself. Where a merge brought its value, the merged branch is
    followed. It keeps its origin while the record was away: a restoration sets nothing anew.
    """
    with ObjectReader(repository.git) as reader:
        lines = _Lines(repository, reader, config_id)
        _, present = next(lines.versions(revision))
        origins = _trace(lines, revision, present)
    return [Origin(path, value, origins[path]) for path, value in present.items()]


class _Lines:
    """The versions of a record along the first parents of any commit."""

    def __init__(self, repository: Repository, reader: ObjectReader, config_id: str) -> None:
        self._repository, self._reader, self._config_id = repository, reader, config_id
        self._path = repository.prefix + record_path(config_id)

    def versions(self, revision: str) -> Iterator[tuple[Entry, dict[str, Scalar]]]:
        """Each version that can be read, newest first, and the commit that made it live there."""
        for entry in read_live(self._repository, self._config_id, revision=revision):
            values = self._fields(self._reader.read(entry.after)) if entry.after else {}
            if values:
                yield entry, values

    def at(self, revision: str) -> dict[str, Scalar]:
        """The record at a commit; empty if it is not there or cannot be read."""
        return self._fields(self._reader.read(f"{revision}:{self._path}"))

    def _fields(self, content: bytes | None) -> dict[str, Scalar]:
        document = load(content).document if content else None
        return dict(flatten(document)) if document else {}


def _trace(lines: _Lines, revision: str, present: Mapping[str, Scalar]) -> dict[str, Entry]:
    """The registration that set each of the `present` values; merged branches are followed one after the other."""
    origins: dict[str, Entry] = {}
    open_lines = [(revision, frozenset(present))]
    while open_lines:
        tip, wanted = open_lines.pop()
        for entry, paths in _trace_line(lines, tip, wanted, present).items():
            origins.update(dict.fromkeys(paths, entry))
            left = paths
            for side in entry.parents[1:]:
                values = lines.at(side)
                brought = frozenset(path for path in left if _is_same(values, present, path))
                if brought:
                    open_lines.append((side, brought))
                    left -= brought
    return origins


def _trace_line(
    lines: _Lines, tip: str, wanted: frozenset[str], present: Mapping[str, Scalar]
) -> dict[Entry, frozenset[str]]:
    """The steps along the first parents of `tip` since which the `wanted` fields have had their present values."""
    found: dict[Entry, frozenset[str]] = {}
    newer: Entry | None = None
    for entry, values in lines.versions(tip):
        kept = frozenset(path for path in wanted if _is_same(values, present, path))
        if newer and wanted - kept:
            found[newer] = wanted - kept
        newer, wanted = entry, kept
        if not wanted:
            return found
    return found | {newer: wanted} if newer else found


def _is_same(values: Mapping[str, Scalar], present: Mapping[str, Scalar], path: str) -> bool:
    return path in values and values[path] == present[path]
