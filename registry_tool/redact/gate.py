"""The last gate: whether the exact bytes that are about to become a git object hold a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.redact.finding import Finding
from registry_tool.redact.search import ALL, Known, find

if TYPE_CHECKING:
    from collections.abc import Collection


def scan(data: bytes, *, field: str, secrets: Collection[str] = (), allow: Collection[str] = ()) -> tuple[Finding, ...]:
    """What in `data` is a secret by its format or context, or is one of `secrets` in whatever encoding.

    `field` says what the bytes are, for the findings. `allow` lists the variables whose names say nothing, as in
    `redact_document`. Bytes that are not UTF-8 are read as far as they are.
    """
    text = data.decode("utf-8", "surrogateescape")
    for name in allow:
        # As canonical YAML writes a variable down; anywhere else the name keeps its meaning.
        text = text.replace(f"\n  {name}: ", "\n  _: ")
    rules = dict.fromkeys(rule for _, _, rule, _ in find(text, ALL, Known(secrets)))
    return tuple(Finding(field, rule) for rule in rules)
