"""Reviewing what a pull request brings to a registry, and keeping the review as one comment on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.validate import check_span, committed_rules
from registry_tool.errors import RegistryError
from registry_tool.git.span import find_span
from registry_tool.review import Review
from registry_tool.review import review as review_span
from registry_tool.store.reading import Store

if TYPE_CHECKING:
    from registry_tool.hosts.comment import Kept


def review(context: Context, words: str) -> Review:
    """What the range BASE..HEAD brings, as a pull request of HEAD into BASE does."""
    with Store(context.registry_to_read(), context.environment) as store:
        span = find_span(store.repository, words)
        problems = check_span(store, span).problems
        allow = committed_rules(store, span.head).settings.allow
        return review_span(store, span, problems, allow=allow, on_progress=context.progress)


def comment(context: Context, file: Path) -> Kept:
    """Make the text in `file` the comment that begins with its first line, on the pull request of this CI job."""
    from registry_tool.hosts.comment import keep_comment

    try:
        text = (context.directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise RegistryError(f"cannot read {file}", hint="registry review BASE..HEAD --format markdown > FILE") from err
    return keep_comment(text, context.environment)
