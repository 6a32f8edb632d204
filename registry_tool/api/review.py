"""Reviewing what a pull request brings to a registry, and keeping the review as one comment on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.validate import check_by, check_span, committed_rules
from registry_tool.errors import RegistryError
from registry_tool.git.repository import open_repository
from registry_tool.git.span import Span, find_span
from registry_tool.hosts.links import Links, find_links
from registry_tool.problems import Problem
from registry_tool.record.layout import MARKER, POLICY
from registry_tool.review import Review
from registry_tool.review import review as review_span
from registry_tool.review.ruling import Ruling, compare_rules, judge
from registry_tool.rules.checks import Rules
from registry_tool.store.reading import NotARegistryError, Store
from registry_tool.trail.changes import changed_paths

if TYPE_CHECKING:
    from registry_tool.hosts.comment import Outcome


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review, and the pages to which it can link."""

    review: Review
    links: Links


def review(context: Context, words: str, *, accept_new_rules: bool = False) -> Reviewed:
    """What the range BASE..HEAD brings, as a pull request of HEAD into BASE does.

    The registry may be at either end: a pull request can delete it. With `accept_new_rules`, a record that only the
    pull request's own change of the rules allows is listed, and does not make the review fail.
    """
    with Store(_folder(context, words), context.environment) as store:
        span = find_span(store.repository, words)
        ends = _marker(store, span.base), _marker(store, span.head)
        if ends == (None, None):
            root = store.repository.root
            raise NotARegistryError(f"{root} has no {MARKER} at either end of {words}", hint="name it: --registry PATH")
        base, head = committed_rules(store, span.base), committed_rules(store, span.head)
        problems = check_span(store, span).problems
        ruling = _judge_rules(store, span, base, problems) if None not in ends else Ruling()
        # What one end's rules call a secret is not repeated; a registry that is new or gone has rules at one end only.
        ends_with_rules = [rules for rules, marker in zip((base, head), ends, strict=True) if marker is not None]
        allow = frozenset.intersection(*(frozenset(rules.settings.allow) for rules in ends_with_rules))
        found = review_span(
            store, span, problems, ruling=ruling, allow=allow, is_checked=allow == frozenset(head.settings.allow)
        )
        links = find_links(context.environment, prefix=store.repository.prefix, site=base.settings.site_url)
    return Reviewed(replace(found, accept_new_rules=accept_new_rules), links)


def comment(context: Context, file: Path) -> Outcome:
    """Make the text in `file` the comment that begins with its first line, on the pull request of this CI job."""
    from registry_tool.hosts.comment import post_comment

    try:
        text = (context.directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise RegistryError(f"cannot read {file}", hint="registry review BASE..HEAD --format markdown > FILE") from err
    return post_comment(text, context.environment)


def _folder(context: Context, words: str) -> Path:
    """The registry's folder: that of the work also if the registry is not there any more, but was at the base."""
    named = context.registry or context.environment.get("REGISTRY_PATH")
    here = context.directory
    if not named and not any((folder / MARKER).is_file() for folder in (here, *here.parents)):
        repository = open_repository(here, context.environment)
        base = words.partition("..")[0] or "HEAD"
        path = f"{base}:{repository.prefix}{MARKER}" if repository else ""
        if repository and repository.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", path)[0] == 0:
            return here
    return context.registry_to_read()


def _judge_rules(store: Store, span: Span, base: Rules, by_head: Sequence[Problem]) -> Ruling:
    """How the rules change, and what that does to records; nothing if they do not change."""
    old, new = ([_read(store, end, path) for path in (MARKER, POLICY)] for end in (span.base, span.head))
    files = list(compare_rules(old, new))
    if not files:
        return Ruling()
    changed = frozenset(changed_paths(store.repository, span.base, span.head))
    return judge(files, check_by(store, span.head, base), by_head, changed)


def _marker(store: Store, revision: str) -> bytes | None:
    return _read(store, revision, MARKER)


def _read(store: Store, revision: str, path: str) -> bytes | None:
    return store.reader.read(f"{revision}:{store.repository.prefix}{path}")
