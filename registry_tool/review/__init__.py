"""What a pull request on a registry will do: the answer to a reviewer's questions, read from two commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from registry_tool.git.log import read_difference
from registry_tool.git.span import Span
from registry_tool.problems import Problem
from registry_tool.record.identity import Document, content_digest
from registry_tool.record.layout import REGISTRY_FOLDER, is_record_path, record_path
from registry_tool.record.load import load
from registry_tool.review.elsewhere import Elsewhere, find_elsewhere
from registry_tool.review.hiding import Secrets
from registry_tool.review.records import KINDS, Commit, RecordReview, pair_moves, review_record
from registry_tool.review.retest import Former
from registry_tool.store.reading import Store
from registry_tool.trail.changes import RecordChange, read_changes
from registry_tool.trail.history import Entry, read_history, read_removals


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the commits of `span` do, the records that matter most first.

    `other_files` are those in the registry's folder that are no record, such as its settings. Each problem of a record
    is also in `problems`.
    """

    span: Span
    records: tuple[RecordReview, ...]
    other_files: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def retests(self) -> int:
        """How many records a sync will have tested."""
        return sum(record.retest.due for record in self.records)


def review(
    store: Store,
    span: Span,
    problems: Sequence[Problem],
    *,
    allow: Collection[str],
    on_progress: Callable[[int, int], None],
) -> Review:
    """What the commits of `span` do. `problems` is what is wrong with the files that they changed.

    `allow` are names of variables whose values are no secrets whatever they look like.
    """
    commits = _read_commits(store, span)
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    changes = list(read_changes(store.repository, span.base, span.head, on_unreadable=lambda _: None))
    former = _read_former(store, span.base, [change.config_id for change in changes if change.kind == "added"])
    found = [
        review_record(
            change,
            commit=commits.get(change.config_id),
            former=former.get(change.config_id),
            problems=tuple(by_file.get(record_path(change.config_id), ())),
        )
        for change in changes
    ]
    records = sorted(pair_moves(found, changes), key=_importance)
    subjects = {record.config_id: record.identity for record in records if record.retest.due}
    secrets = Secrets(allow)
    for document in _documents(changes, commits.values()):
        secrets.look_through(document)
    changed = frozenset(change.config_id for change in changes)
    elsewhere = find_elsewhere(store, span, subjects, changed, on_read=secrets.look_through, on_progress=on_progress)
    whole = (replace(record, elsewhere=elsewhere.get(record.config_id, Elsewhere())) for record in records)
    return Review(
        span=span,
        records=secrets.hide(tuple(whole)),
        other_files=tuple(_other_files(store, span)),
        problems=tuple(problems),
    )


def _read_commits(store: Store, span: Span) -> dict[str, Commit]:
    """The last commit of each record in the span."""
    last: dict[str, Entry] = {}
    times: Counter[str] = Counter()
    for entry in read_history(store.repository, revision=f"{span.base}..{span.head}"):
        last.setdefault(entry.config_id, entry)
        times[entry.config_id] += 1
    return {
        key: Commit(revision=entry.revision, author=entry.author, at=entry.at, notes=entry.notes, of=times[key])
        for key, entry in last.items()
    }


def _read_former(store: Store, base: str, added: Sequence[str]) -> dict[str, Former]:
    """Those of the records that were there and removed before the span began, as they were last."""
    if not added:
        return {}
    # Git finds the history of one path quickly, and that of many at once far more slowly than that of all.
    alone = added[0] if len(added) == 1 else ""
    removals = list(read_removals(store.repository, alone, revision=base))
    contents = store.reader.read_many(removal.before for removal in removals)
    documents = (load(content or b"").document or {} for content in contents)
    return {
        removal.config_id: Former(removal.at[:10], content_digest(document))
        for removal, document in zip(removals, documents, strict=True)
    }


def _documents(changes: Iterable[RecordChange], commits: Iterable[Commit]) -> Iterator[Document]:
    """Everything that is read of a span, as it may hold secrets."""
    for change in changes:
        yield from (document for document in (change.before, change.after) if document)
    for commit in commits:
        yield {"notes": commit.notes, "author": commit.author}


def _other_files(store: Store, span: Span) -> list[str]:
    files = read_difference(store.repository, span.base, span.head, REGISTRY_FOLDER)
    paths = (file.path.removeprefix(store.repository.prefix) for file in files)
    return [path for path in paths if not is_record_path(path)]


def _importance(record: RecordReview) -> tuple[bool, int, bool, str, str]:
    return (
        not record.problems,
        KINDS.index(record.kind),
        not record.retest.due,
        record.identity["projectName"],
        record.config_id,
    )
