"""Reviewing what a pull request brings to a registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.gitrepo.log import read_difference
from registry_tool.gitrepo.span import Span, find_span
from registry_tool.layout import MARKER, REGISTRY_FOLDER
from registry_tool.review import Review
from registry_tool.review import review as review_span
from registry_tool.store.reading import Store
from registry_tool.validate import check_file

if TYPE_CHECKING:
    from registry_tool.problems import Problem


def review(context: Context, words: str) -> Review:
    """What the range BASE..HEAD brings, as a pull request of HEAD into BASE does."""
    with Store(context.registry_to_read(), context.environment) as store:
        span = find_span(store.repository, words)
        return review_span(store, span, list(_problems(store, span)), on_progress=context.progress)


def _problems(store: Store, span: Span) -> Iterator[Problem]:
    settings = store.settings(span.head)
    for file in read_difference(store.repository, span.base, span.head, REGISTRY_FOLDER):
        path = file.path.removeprefix(store.repository.prefix)
        if file.after and path != MARKER:
            yield from check_file(store.reader.read(file.after) or b"", path=path, settings=settings)
