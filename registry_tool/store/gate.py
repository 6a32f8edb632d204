"""The last gate: a change becomes a commit only if no secret is in the exact bytes that are about to be git objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from registry_tool.errors import RegistryError
from registry_tool.git.commits import Commit
from registry_tool.git.identity import Identity
from registry_tool.record.canonical import parse_canonical
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER
from registry_tool.redact import Finding, rule_title, scan, scan_file
from registry_tool.store.messages import on_one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A commit to make in the registry: files by path below its root, None to remove one, and why.

    `at` is the author's time and, without `committed_at`, the committer's. `secrets` are clear values that must appear
    in none of it. `decided_on` is what stood in the files that decided it: where something else stands by the time of
    the write, nothing is written.
    """

    files: Mapping[str, bytes | None]
    message: str
    at: datetime
    committed_at: datetime | None = None
    decided_on: Mapping[str, bytes | None] = field(default_factory=dict)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


class Gate(NamedTuple):
    """The last gate, as this registry and this author set it. Other processes can have it too."""

    prefix: str
    author: Identity
    committer: Identity
    branch: str
    allow: frozenset[str]

    def let_pass(self, change: Change) -> Commit:
        """The commit to make of a change; a `SecretError` if a secret stands in any byte of it."""
        files = {self.prefix + path: data for path, data in change.files.items()}
        commit = Commit(
            message=change.message,
            author=self.author,
            committer=self.committer,
            at=change.at,
            committed_at=change.committed_at,
            files=files,
        )
        findings = (
            *_scan_commit(commit, change, self.allow),
            *_scan_again(self.branch, "name of the branch", change.secrets),
        )
        if findings:
            raise SecretError(findings)
        return commit


class SecretError(RegistryError):
    """The last gate found a secret in what was about to be committed."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Name the places and rules, never the values."""
        places = "".join(f"\n  {finding.field}: {rule_title(finding.rule)} ({finding.rule})" for finding in findings)
        super().__init__(f"a secret was about to be committed:{places}", hint=_way_on(findings))
        self.findings = tuple(findings)


def _way_on(findings: Iterable[Finding]) -> str:
    """What to do about a refusal: the exact setting, if it is a variable that may be harmless."""
    ends = (re.search(r"(?:parameters|icEnvironment|environment)\.(\w+)\Z", finding.field) for finding in findings)
    names = ", ".join(dict.fromkeys(end[1] for end in ends if end))
    allow = f"; if it is harmless, write into {MARKER}: redaction: {{allow: [{names}]}}" if names else ""
    return f"take it out{allow}; nothing was registered"


def _scan_commit(commit: Commit, change: Change, allow: frozenset[str]) -> Iterator[Finding]:
    """The last gate: every byte of a commit that comes from outside."""

    def about() -> Iterator[Document]:
        # A removal is about what stood there.
        for content in (*change.files.values(), *change.decided_on.values()):
            yield (parse_canonical(content) if content else None) or {}

    texts = {
        "commit message": f"{commit.message}\n{on_one_line(commit.message)}".encode(),
        "names of the files": "\n".join(commit.files).encode("utf-8", "surrogateescape"),
    }
    for name, data in texts.items():
        yield from scan(data, field=name, secrets=change.secrets, about=about)
    for path, content in commit.files.items():
        if content is not None:
            yield from scan_file(content, field=path, secrets=change.secrets, allow=allow)
    for name, identity in (("author", commit.author), ("committer", commit.committer)):
        yield from _scan_again(str(identity), name, change.secrets)


@lru_cache(maxsize=16)
def _scan_again(text: str, field: str, secrets: frozenset[str]) -> tuple[Finding, ...]:
    """The last gate for what is the same in every commit of a stream."""
    return scan(text.encode(), field=field, secrets=secrets)
