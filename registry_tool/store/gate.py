"""The last gate: a change becomes a commit only if no secret is in the exact bytes that are about to be git objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol

from registry_tool.errors import RegistryError
from registry_tool.git.commits import Commit
from registry_tool.git.identity import Identity
from registry_tool.record.canonical import parse_canonical
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER
from registry_tool.redact import KNOWN_VALUE, Finding, rule_title, scan, scan_file
from registry_tool.store.messages import on_one_line


class UsersWords(Protocol):
    """What the user knows things as: `DB_PASSWORD (do/config:12)`. Each is empty where nothing is known."""

    def of_field(self, path: str) -> str:
        """The variable that set the field of a record at this path."""

    def of_secret(self, secret: str) -> str:
        """The variable that holds the secret."""


class Change(NamedTuple):
    """A commit to make in the registry: files by path below its root, None to remove one, and why.

    `at` is the author's time and, without `committed_at`, the committer's. `secrets` are clear values that must appear
    in none of it. `decided_on` is what stood in the files that decided it: where something else stands by the time of
    the write, nothing is written. `words` are asked for the user's own if it is refused.
    """

    files: Mapping[str, bytes | None]
    message: str
    at: datetime
    committed_at: datetime | None = None
    decided_on: Mapping[str, bytes | None] = {}
    secrets: frozenset[str] = frozenset()
    words: UsersWords | None = None

    def __repr__(self) -> str:
        """The class alone: what it holds may be secret."""
        return f"{type(self).__name__}(...)"


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
        findings = self._scan(commit, change)
        if findings:
            raise SecretError(findings, self._variables(findings, commit, change))
        return commit

    def _scan(self, commit: Commit, change: Change) -> tuple[Finding, ...]:
        return (
            *_scan_commit(commit, change, self.allow),
            *_scan_again(self.branch.removeprefix("refs/heads/"), "name of the branch", change.secrets),
        )

    def _variables(self, findings: Iterable[Finding], commit: Commit, change: Change) -> dict[Finding, str]:
        """The variable of each finding, as the user knows it: what set the field, or what holds the secret."""
        words = change.words
        if words is None:
            return {}
        variables = {finding: words.of_field(finding.field.rpartition(": ")[2]) for finding in findings}
        for secret in change.secrets if any(rule == KNOWN_VALUE for _, rule in findings) else ():
            for finding in self._scan(commit, change._replace(secrets=frozenset((secret,)))):
                if finding.rule == KNOWN_VALUE:
                    variables[finding] = words.of_secret(secret) or variables.get(finding, "")
        return variables


class SecretError(RegistryError):
    """The last gate found a secret in what was about to be committed."""

    def __init__(self, findings: Sequence[Finding], variables: Mapping[Finding, str] = MappingProxyType({})) -> None:
        """Name the places and rules, never the values; `variables` are what the user knows the findings as."""
        places = "".join(f"\n  {_described(finding, variables.get(finding, ''))}" for finding in findings)
        super().__init__(f"a secret was about to be committed:{places}", hint=_way_on(findings, variables))
        self.findings = tuple(findings)


def _described(finding: Finding, variable: str) -> str:
    said = f"{finding.field}: {rule_title(finding.rule)} ({finding.rule})"
    return f"{said}: {variable}" if variable else said


def _way_on(findings: Iterable[Finding], variables: Mapping[Finding, str]) -> str:
    """What to do about a refusal: the exact setting, if it is a variable that may be harmless."""
    known = (variables.get(finding, "").partition(" ")[0] or finding.field for finding in findings)
    ends = (re.search(r"(?:^|(?:parameters|icEnvironment|environment)\.)(\w+)\Z", name) for name in known)
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
        yield from _scan_again("\n".join((str(identity), *identity)), name, change.secrets)


@lru_cache(maxsize=16)
def _scan_again(text: str, field: str, secrets: frozenset[str]) -> tuple[Finding, ...]:
    """The last gate for what is the same in every commit of a stream."""
    return scan(text.encode(), field=field, secrets=secrets)
