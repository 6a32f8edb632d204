"""What a registry has to offer for a word that is being typed: records, values, revisions. Quickly, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from registry_tool.api.context import Context
from registry_tool.index import Index, is_quick
from registry_tool.index.misses import CLOSED
from registry_tool.index.query import FILTERS, ORDERS, is_id_prefix
from registry_tool.record.layout import RECORDS
from registry_tool.store.reading import Store

_MOST = 200
_LATELY = 20


def complete(context: Context, kind: str, word: str) -> Iterator[tuple[str, str]]:
    """Each value of a kind that begins with `word`, and what it is in words.

    A kind is a filter, `record`, `revision`, `record or revision`, `branch`, `status` or `order`.
    """
    if kind == "order":
        yield from ((name, "") for name in ORDERS if name.startswith(word))
    elif kind in CLOSED:
        yield from ((value, "") for value in CLOSED[kind] if value.startswith(word))
    else:
        with context.open_registry() as store:
            if kind in {"revision", "branch", "record or revision"}:
                yield from _revisions(store, word, with_commits=kind != "branch")
            if kind not in {"revision", "branch"} and is_quick(store.repository, store.reader):
                with Index(store.repository, store.reader) as index:
                    yield from _records(index, word) if kind.startswith("record") else _values(index, kind, word)


def _records(index: Index, word: str) -> Iterator[tuple[str, str]]:
    if word and is_id_prefix(word):
        start = f"{RECORDS}/{word[:2]}" + (f"/{word}" if len(word) > 1 else "")
        fields = ("configId", "projectName", "modelName", "instanceType", "awsRegion")
        for config_id, *rest in index.select(fields, "path BETWEEN ? AND ?", [start, start + "~"], "path", _MOST):
            yield config_id, " ".join(filter(None, rest))
    yield from ((name, "a project's record") for name, _ in _values(index, "project", word))


def _values(index: Index, filter_name: str, word: str) -> Iterator[tuple[str, str]]:
    yield from ((value, "") for value in index.distinct(FILTERS[filter_name], word, _MOST) if value)


def _revisions(store: Store, word: str, *, with_commits: bool) -> Iterator[tuple[str, str]]:
    git, places = store.repository.git, ["refs/heads", *(["refs/tags", "refs/remotes"] if with_commits else [])]
    names = git.run("for-each-ref", "--format=%(refname:short)%09%(contents:subject)", *places)
    for line in names.decode(errors="replace").splitlines():
        name, _, subject = line.partition("\t")
        if name.startswith(word):
            yield name, subject
    if with_commits:
        # The index of git's log is not needed for the last few.
        lately = git.attempt("log", f"-{_LATELY}", "--format=%h%x09%as %s", "--abbrev=12")[1]
        for line in lately.decode(errors="replace").splitlines():
            commit, _, subject = line.partition("\t")
            if commit.startswith(word):
                yield commit, subject
