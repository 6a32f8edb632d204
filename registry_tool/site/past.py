"""What the site tells of each record: its content, and every commit that touched it, from one pass over history.

Each version of each record is read once, the oldest first, and compared with the version that it replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import tee
from typing import Literal, NamedTuple, Protocol, TypeAlias

from registry_tool.git.entries import committed
from registry_tool.git.log import LogFilter, LoggedCommit, count_commits, read_log
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.diff import FieldChange, Scalar, diff_leaves, flatten
from registry_tool.record.identity import Document
from registry_tool.record.image import image_parts
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path
from registry_tool.record.load import load
from registry_tool.store.messages import notes_of

Kind: TypeAlias = Literal["registered", "updated", "removed"]

# Every registration has its own of these, so they say nothing about what changed.
_OF_THE_REGISTRATION = frozenset({"registeredAt", "notes"})


class HidesSecrets(Protocol):
    """What takes secrets out of a document, and out of a text such as a commit's message.

    The site names only what it needs of one. `api.hiding.Hiding`, which knows a log's entries too, is it; that stands
    above this layer, so it is handed in.
    """

    def document(self, document: Document) -> Document:
        """The document without secrets."""
        ...

    def text(self, text: str) -> str:
        """The text without secrets."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """A commit that touched a record. `at` is the author's time, in seconds since 1970; `notes` is the message."""

    revision: str
    at: int
    author: str
    kind: Kind
    notes: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """What a record said: the values of its fields by their paths, and its labels, without secrets.

    `clear` are the values with secrets, to see what changed; the very same mapping where there are none.
    """

    leaves: Mapping[str, Scalar] = field(default_factory=dict)
    clear: Mapping[str, Scalar] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The field's value as text; empty if it has none."""
        return str(self.leaves.get(name, ""))

    def shown(self, path: str, value: Scalar, hide: Callable[[str], str]) -> Scalar:
        """What is shown of the clear value at a path, which may be that of an image's name, tag or digest."""
        if self.clear is self.leaves or value is None:
            return value
        if path in self.leaves:
            return self.leaves[path]
        field, _, part = path.rpartition(".")
        if field in self.leaves:
            return image_parts(str(self.leaves[field])).get(part)
        return hide(str(value))


_NOTHING = ShownVersion()


@dataclass(slots=True)
class Past:
    """A record, as it is or as it was last, and its steps, the oldest first. `blob` is the id of what `version` was."""

    config_id: str
    version: ShownVersion = _NOTHING
    steps: list[Step] = field(default_factory=list)
    blob: str = ""
    is_removed: bool = True


class _Touch(NamedTuple):
    """That a commit, the so-manieth of the log, made the blob `after` of `before` at a record's path."""

    number: int
    commit: LoggedCommit
    config_id: str
    before: str
    after: str


def read_past(
    repository: Repository, revision: str, *, hiding: HidesSecrets, on_progress: Callable[[int, int], None]
) -> list[Past]:
    """The past of every record that `revision` has or once had, by configId; a file that cannot be read has none.

    `on_progress` is told how many commits were looked at, of how many; those that touch no record are left out.
    `hiding` is applied to each document, message and author before anything of it is kept.
    """
    touches, asked = tee(_touches(repository, revision))
    records: dict[str, Past] = {}
    hide = lru_cache(maxsize=1000)(hiding.text)  # a few people write all commits
    total = count_commits(repository, revision)
    with ObjectReader(repository.git) as reader, ObjectReader(repository.git) as other_side:
        contents = reader.read_many(touch.after for touch in asked if touch.after)
        for number, commit, config_id, before, after in touches:
            version = _version(next(contents), hiding) if after else None
            on_progress(number, total)
            if after and version is None:
                continue
            past = records.setdefault(config_id, Past(config_id))
            # On another side of a merge, the version that this commit replaced is not the one that was read last.
            old = past.version if before == past.blob else _version(other_side.read(before), hiding) if before else None
            past.steps.append(_step(commit, before, old or _NOTHING, version, hide))
            past.blob = after
            past.version = version or past.version
        for config_id, blob in _present(repository, revision):
            past = records.get(config_id, Past(config_id))
            version = past.version if blob == past.blob else _version(other_side.read(blob), hiding)
            if version is not None:
                past.version, past.is_removed = version, False
    return [records[config_id] for config_id in sorted(records)]


def _present(repository: Repository, revision: str) -> Iterator[tuple[str, str]]:
    for file in committed(repository, revision, RECORDS):
        if is_record_path(file.path) and file.mode.startswith("100"):
            yield config_id_of(file.path), file.oid


def _touches(repository: Repository, revision: str) -> Iterator[_Touch]:
    chosen = LogFilter(oldest_first=True)
    for number, commit in enumerate(read_log(repository, RECORDS, revision=revision, chosen=chosen), start=1):
        for file in commit.files:
            if is_record_path(file.path.removeprefix(repository.prefix)):
                yield _Touch(number, commit, config_id_of(file.path), file.before, file.after)


def _version(content: bytes | None, hiding: HidesSecrets) -> ShownVersion | None:
    document = load(content).document if content is not None else None
    if document is None:
        return None
    shown = hiding.document(document)
    leaves, labels = dict(flatten(shown)), shown.get("labels")
    return ShownVersion(
        leaves,
        leaves if shown == document else dict(flatten(document)),
        {name: str(value) for name, value in labels.items()} if isinstance(labels, dict) else {},
    )


def _step(
    commit: LoggedCommit, before: str, old: ShownVersion, new: ShownVersion | None, hide: Callable[[str], str]
) -> Step:
    return Step(
        revision=commit.revision,
        at=int(datetime.fromisoformat(commit.at).timestamp()),
        author=hide(commit.author),
        kind="removed" if new is None else "updated" if before else "registered",
        notes=hide(notes_of(commit.message)),
        changes=tuple(_changes(old, new, hide)) if before and new is not None else (),
    )


def _changes(old: ShownVersion, new: ShownVersion, hide: Callable[[str], str]) -> Iterator[FieldChange]:
    """What changed, in values as they are shown. That a secret was changed is still said."""
    is_clean = old.clear is old.leaves and new.clear is new.leaves
    for change in diff_leaves(old.clear, new.clear):
        if change.path not in _OF_THE_REGISTRATION:
            yield (
                change
                if is_clean
                else FieldChange(
                    hide(change.path),
                    old.shown(change.path, change.before, hide),
                    new.shown(change.path, change.after, hide),
                )
            )
