"""The last gate: whether the exact bytes that are about to become a git object hold a secret."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from registry_tool.redact.finding import Finding
from registry_tool.redact.search import ALL, Known, find, rank

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry_tool.redact.search import Hit


def scan(data: bytes, *, field: str, secrets: Collection[str] = (), allow: Collection[str] = ()) -> tuple[Finding, ...]:
    """What in `data` is a secret by its format or context, or is one of `secrets` in whatever encoding.

    `field` says what the bytes are, for the findings. `allow` lists the variables whose names say nothing, as in
    `redact_document`. Bytes that are not UTF-8 are read as far as they are.
    """
    rules = dict.fromkeys(rule for _, _, rule, _ in _hits(data, secrets, allow)[1])
    return tuple(Finding(field, rule) for rule in rules)


def locate(data: bytes, *, allow: Collection[str] = ()) -> tuple[tuple[int, str], ...]:
    """What `scan` finds in `data`, as the line in which it begins (from 1) and the rule; once for each line."""
    text, hits = _hits(data, (), allow)
    if not hits:
        return ()
    most_telling: dict[int, str] = {}
    for start, _, rule, _ in hits:
        line = text.count("\n", 0, start) + 1
        most_telling[line] = min(most_telling.get(line, rule), rule, key=rank)
    return tuple(sorted(most_telling.items()))


def _hits(data: bytes, secrets: Collection[str], allow: Collection[str]) -> tuple[str, list[Hit]]:
    text = data.decode("utf-8", "surrogateescape")
    for name in allow:
        # As canonical YAML writes a variable down; anywhere else the name keeps its meaning.
        text = text.replace(f"\n  {name}: ", "\n  _: ")
    return text, find(text, ALL, _known(frozenset(secrets)))


@lru_cache(maxsize=4)
def _known(secrets: frozenset[str]) -> Known:
    """The search for secrets that are the same in all the parts of a commit, and in most commits of an import."""
    return Known(secrets)
