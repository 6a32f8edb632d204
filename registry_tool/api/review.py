"""Reviewing what a pull request brings to a registry."""

from __future__ import annotations

from registry_tool.api.context import Context
from registry_tool.api.validate import check_span, committed_rules
from registry_tool.git.span import find_span
from registry_tool.review import Review
from registry_tool.review import review as review_span
from registry_tool.store.reading import Store


def review(context: Context, words: str) -> Review:
    """What the range BASE..HEAD brings, as a pull request of HEAD into BASE does."""
    with Store(context.registry_to_read(), context.environment) as store:
        span = find_span(store.repository, words)
        problems = check_span(store, span).problems
        allow = committed_rules(store, span.head).settings.allow
        return review_span(store, span, problems, allow=allow, on_progress=context.progress)
