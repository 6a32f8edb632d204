"""What a pull request on a registry will do: the answer to a reviewer's questions, read from two commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from registry_tool.git.log import LoggedCommit, read_log, read_whole_difference
from registry_tool.git.objects import FOLDER_MODE
from registry_tool.git.span import Span, read_cuts
from registry_tool.hosts.guards import guarded_by
from registry_tool.problems import Problem
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, RECORDS, REGISTRY_FOLDER, config_id_of, is_record_path, record_path
from registry_tool.record.load import load
from registry_tool.record.tested import tested_digest
from registry_tool.review.capacity import Capacity, sum_capacity
from registry_tool.review.consequences import CONSEQUENCES, consequences
from registry_tool.review.elsewhere import Elsewhere, find_elsewhere
from registry_tool.review.hiding import Secrets
from registry_tool.review.records import LastCommit, RecordReview, pair_moves, review_record
from registry_tool.review.retest import Former
from registry_tool.review.ruling import Change, Ruling
from registry_tool.store.messages import notes_of
from registry_tool.store.reading import Store
from registry_tool.trail.changes import RecordChange, read_changes
from registry_tool.trail.history import read_removals

Fate: TypeAlias = Literal["", "deleted", "replaced", "unmarked"]
"""What becomes of the registry as a whole: nothing, as a rule.

`unmarked` is a folder that has lost the file that makes it a registry.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A file outside the records that says how they are reviewed, and how it changed; `decides` is what it says."""

    path: str
    change: Change
    decides: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the commits of `span` do, the records that matter most first.

    `prefix` is where the registry lies in its repository. `other_files` are those in the registry's folder that are not
    records. Each problem of a record is also in `problems`. With `accept_new_rules`, what only the new rules allow is
    listed but does not make the review fail.
    """

    span: Span
    records: tuple[RecordReview, ...]
    other_files: tuple[str, ...]
    problems: tuple[Problem, ...]
    prefix: str = ""
    fate: Fate = ""
    ruling: Ruling = field(default_factory=Ruling)
    guards: tuple[Guard, ...] = ()
    accept_new_rules: bool = False

    @property
    def retests(self) -> int:
        """How many records a sync will have tested."""
        return sum(record.retest.due for record in self.records)

    @property
    def capacity(self) -> tuple[Capacity, ...]:
        """The instances and GPUs before and after, by type of instance."""
        return sum_capacity((record.use_before, record.use_after) for record in self.records)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with what the commits bring."""
        return not self.problems and (self.accept_new_rules or not self.ruling.relied_on)


def review(  # noqa: PLR0913  what is reviewed, and by which rules
    store: Store,
    span: Span,
    problems: Sequence[Problem],
    *,
    ruling: Ruling,
    allow: Collection[str],
    is_checked: bool = False,
) -> Review:
    """What the commits of `span` do. `problems` is what is wrong with the files that they changed.

    `allow` are names of variables whose values are not secrets whatever they look like. `is_checked` says that
    `problems` was found with the same names, so it has each secret of a changed file.
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
    subjects = {record.config_id: record.identity for record in records if record.retest.runs_anew}
    secrets = Secrets(allow)
    leaking = {problem.file for problem in problems if problem.rule.startswith("secret/")}
    for document in _documents(changes, commits.values(), lambda path: is_checked and path not in leaking):
        secrets.look_through(document)
    changed = frozenset(change.config_id for change in changes)
    elsewhere = find_elsewhere(store, span, subjects, changed, on_read=secrets.look_through)
    whole = (replace(record, elsewhere=elsewhere.get(record.config_id, Elsewhere())) for record in records)
    others, guards = _other_files(store, span)
    return Review(
        span=span,
        prefix=store.repository.prefix,
        fate=_fate(store, span),
        records=secrets.hide(tuple(whole)),
        other_files=others,
        guards=guards,
        ruling=secrets.hide(ruling),
        problems=secrets.hide(tuple(problems)),
    )


def _read_commits(store: Store, span: Span) -> dict[str, LastCommit]:
    """The last commit of each record in the span."""
    last: dict[str, LoggedCommit] = {}
    times: Counter[str] = Counter()
    cuts = read_cuts(store.repository)
    for commit in read_log(store.repository, RECORDS, revision=f"{span.base}..{span.head}"):
        if commit.revision in cuts:  # in a shallow clone, such a commit seems to have brought every file
            continue
        for file in commit.files:
            path = file.path.removeprefix(store.repository.prefix)
            if is_record_path(path):
                last.setdefault(config_id_of(path), commit)
                times[config_id_of(path)] += 1
    return {
        key: LastCommit(
            revision=commit.revision,
            author=commit.author,
            at=commit.at,
            notes=notes_of(commit.message),
            of=times[key],
        )
        for key, commit in last.items()
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
        removal.config_id: Former(removal.at[:10], tested_digest(document))
        for removal, document in zip(removals, documents, strict=True)
    }


def _documents(
    changes: Iterable[RecordChange], commits: Iterable[LastCommit], clean: Callable[[str], bool]
) -> Iterator[Document]:
    """What is read of a span and may hold secrets. Nothing is looked through twice: that is what takes longest.

    A record that is `clean`, by its path, has been found to hold none as it is afterwards; then of what it was before,
    only fields that were otherwise may hold one.
    """
    for change in changes:
        before, after = change.before or {}, change.after or {}
        if after and clean(record_path(change.config_id)):
            before = {name: value for name, value in before.items() if after.get(name) != value}
            after = {}
        yield from (document for document in (before, after) if document)
    for notes, author in {(commit.notes, commit.author) for commit in commits}:
        yield {"notes": notes, "author": author}


def _other_files(store: Store, span: Span) -> tuple[tuple[str, ...], tuple[Guard, ...]]:
    """What else changed: files of the registry that are not records, and those that say how it is reviewed."""
    prefix = store.repository.prefix
    others, guards = [], []
    for file in read_whole_difference(store.repository, span.base, span.head):
        path = file.path.removeprefix(prefix) if file.path.startswith(prefix) else ""
        is_ours = path.startswith(f"{REGISTRY_FOLDER}/") or path == REGISTRY_FOLDER
        if is_ours and not is_record_path(path):
            others.append(path)
        if decides := guarded_by(file.path):
            kind: Change = "added" if not file.before else "changed" if file.after else "removed"
            guards.append(Guard(path=file.path, change=kind, decides=decides))
    return tuple(others), tuple(guards)


def _fate(store: Store, span: Span) -> Fate:
    """What becomes of a registry that the base has."""
    reader, prefix = store.reader, store.repository.prefix
    if reader.read(f"{span.base}:{prefix}{MARKER}") is None:
        return ""
    modes = [reader.mode(span.head, prefix + folder) for folder in (REGISTRY_FOLDER, RECORDS)]
    if not modes[0]:
        return "deleted"
    if any(mode not in {"", FOLDER_MODE} for mode in modes):
        return "replaced"
    return "unmarked" if reader.read(f"{span.head}:{prefix}{MARKER}") is None else ""


def _importance(record: RecordReview) -> tuple[bool, int, bool, str, str]:
    """What a reviewer must not miss comes first: problems, then the worst consequence."""
    return (
        not record.problems,
        CONSEQUENCES.index(consequences(record)[0]),
        not record.retest.due,
        record.identity["projectName"],
        record.config_id,
    )
