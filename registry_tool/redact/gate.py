"""The last gate: whether the exact bytes that are about to become a git object hold a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.record.canonical import parse_canonical
from registry_tool.redact.document import redact_document
from registry_tool.redact.finding import Finding
from registry_tool.redact.identities import Identities
from registry_tool.redact.search import ALL, find, look_for, rank

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from registry_tool.record.identity import Document
    from registry_tool.redact.search import Hit


def scan(
    data: bytes,
    *,
    field: str,
    secrets: Collection[str] = (),
    about: Callable[[], Iterable[Document]] = tuple,
) -> tuple[Finding, ...]:
    """What in a text is a secret by its format or context, or is one of `secrets` in whatever encoding.

    `field` says what the bytes are, for the findings. `about` gives the records that the text is about, if it is asked:
    what identifies one of them is no secret for its place alone. Bytes that are not UTF-8 are read as far as they are.
    """
    rules = dict.fromkeys(rule for _, _, rule, _ in _hits(data, secrets, about)[1])
    return tuple(Finding(field, rule) for rule in rules)


def scan_file(
    data: bytes, *, field: str, secrets: Collection[str] = (), allow: Collection[str] = ()
) -> tuple[Finding, ...]:
    """As `scan`, for a file. In a record, what capture would have taken out, and nothing else, is a finding.

    `allow` lists the variables whose names say nothing, as in `redact_document`.
    """
    document = parse_canonical(data)
    if document is None:
        return scan(data, field=field, secrets=secrets)
    # The record is exactly these bytes: nothing stands beside its fields.
    findings = redact_document(document, allow=allow, known=frozenset(secrets)).findings
    return tuple(Finding(f"{field}: {finding.field}", finding.rule) for finding in findings)


def locate(data: bytes, *, about: Callable[[], Iterable[Document]] = tuple) -> tuple[tuple[int, str], ...]:
    """What `scan` finds in `data`, as the line in which it begins (from 1) and the rule; once for each line."""
    text, hits = _hits(data, (), about)
    if not hits:
        return ()
    most_telling: dict[int, str] = {}
    for start, _, rule, _ in hits:
        line = text.count("\n", 0, start) + 1
        most_telling[line] = min(most_telling.get(line, rule), rule, key=rank)
    return tuple(sorted(most_telling.items()))


def _hits(data: bytes, secrets: Collection[str], about: Callable[[], Iterable[Document]]) -> tuple[str, list[Hit]]:
    text = data.decode("utf-8", "surrogateescape")
    hits = find(text, ALL, look_for(frozenset(secrets)))
    if hits:
        identities = [Identities(document) for document in about()]
        hits = [hit for hit in hits if not any(one.spare(hit) for one in identities)]
    return text, hits
