"""The first gate: which parts of a captured document are secrets, and the document without them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from registry_tool.problems import field_path
from registry_tool.record.fields import VARIABLES
from registry_tool.redact.finding import REDACTED, Finding
from registry_tool.redact.names import holds_credential, is_literal
from registry_tool.redact.search import ALL, Known, find, narrow, rank
from registry_tool.redact.values import is_searchable

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json
    from registry_tool.redact.search import Candidates, Hit

Path: TypeAlias = tuple[str | int, ...]

# Taking one secret out may bring another together; two rounds have always been enough.
_ROUNDS = 5
_SHORTEST_TOKEN = 20
# A character in which no rule is interested.
_SEPARATOR = "\x1e"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A document without its secrets. `secrets` are their clear values, for the last gate alone."""

    document: Document
    findings: tuple[Finding, ...]
    secrets: frozenset[str] = field(repr=False)


def redact_document(document: Document, *, allow: Collection[str] = ()) -> Redacted:
    """A copy of `document` in which every secret is replaced by `REDACTED`, and what was found where.

    Names of variables decide in the fields of `VARIABLES`; `allow` lists those whose names are exempt. Formats,
    contexts and values that were redacted elsewhere decide in every string. An entry whose key is a secret is dropped;
    its finding names the map that held it. Redacting the result finds nothing more.
    """
    redaction = _Redaction()
    named = {
        key: redaction.by_name(value, key, allow) if key in VARIABLES and isinstance(value, dict) else value
        for key, value in document.items()
    }
    for _ in range(_ROUNDS):
        candidates = narrow(_SEPARATOR.join(_strings(named)))
        redacted = redaction.in_map(named, (), candidates, Known(redaction.secrets))
        if redacted == named:
            break
        named = redacted
    return Redacted(named, tuple(dict.fromkeys(redaction.findings)), frozenset(redaction.secrets))


def redact_text(text: str, secrets: Collection[str] = ()) -> str:
    """`text` without what is a secret in it by format or context, and without any of `secrets` in whatever encoding."""
    redaction = _Redaction()
    for _ in range(_ROUNDS):
        before, text = text, redaction.without_secrets(text, (), find(text, ALL, Known({*secrets, *redaction.secrets})))
        if text == before:
            break
    return text


def find_named(document: Mapping[str, Json], allow: Collection[str] = ()) -> Iterator[Finding]:
    """The variables of a document that their names alone give away, and whose values are there to be read."""
    for field_name in VARIABLES:
        variables = document.get(field_name)
        for name, value in variables.items() if isinstance(variables, dict) else ():
            if rule := _name_rule(name, value, allow):
                yield Finding(field_path([field_name, name]), rule)


def secret_values(variables: Mapping[str, str], *, allow: Collection[str] = ()) -> frozenset[str]:
    """The clear values of an environment's secret-named variables, for the last gate.

    Without those that a verbatim search would find everywhere: numbers, paths, references, single plain words.
    """
    secrets = (value for name, value in variables.items() if name not in allow and holds_credential(name, value))
    return frozenset(filter(is_searchable, secrets))


class _Redaction:
    """What has been taken out so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.secrets: set[str] = set()

    def by_name(self, variables: dict[str, Json], field: str, allow: Collection[str]) -> dict[str, Json]:
        """The variables without the values of those whose names promise a secret."""
        kept: dict[str, Json] = {}
        for name, value in variables.items():
            rule = _name_rule(name, value, allow)
            if rule:
                self.findings.append(Finding(field_path([field, name]), rule))
                if isinstance(value, str) and holds_credential(name, value):
                    self._keep(value)
            kept[name] = REDACTED if rule else value
        return kept

    def in_map(self, value: Mapping[str, Json], path: Path, candidates: Candidates, known: Known) -> dict[str, Json]:
        """The map without the secrets in its strings, and without the entries whose keys are secrets."""
        return {
            key: self._in_value(item, (*path, key), candidates, known)
            for key, item in value.items()
            if _is_plain(key) or self.without_secrets(key, path, find(key, candidates, known)) == key
        }

    def _in_value(self, value: Json, path: Path, candidates: Candidates, known: Known) -> Json:
        if isinstance(value, str):
            return self.without_secrets(value, path, find(value, candidates, known))
        if isinstance(value, list):
            return [self._in_value(item, (*path, at), candidates, known) for at, item in enumerate(value)]
        if isinstance(value, dict):
            return self.in_map(value, path, candidates, known)
        return value

    def without_secrets(self, text: str, path: Path, hits: list[Hit]) -> str:
        """The text without the hits in it, which are noted as findings at `path`."""
        redacted, at = "", 0
        for start, end, rule in _merged(hits):
            self.findings.append(Finding(field_path(path), rule))
            redacted += text[at:start] + REDACTED
            at = end
        for _, _, _, secret in hits:
            self._keep(secret)
        return redacted + text[at:]

    def _keep(self, secret: str) -> None:
        if is_searchable(secret):
            self.secrets.add(secret)


def _name_rule(name: str, value: Json, allow: Collection[str]) -> str:
    if name in allow or value in ("", None, REDACTED):
        return ""
    if is_literal(name):
        return "name/literal"
    return "name/credential" if isinstance(value, str) and holds_credential(name, value) else ""


def _is_plain(key: str) -> bool:
    """Whether a key is a name like any other: nearly all are, and none of the known secrets is that short."""
    return len(key) < _SHORTEST_TOKEN and key.isidentifier()


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def _merged(hits: list[Hit]) -> Iterator[tuple[int, int, str]]:
    """The hits in order; those that overlap as one, under the rule that is the most telling."""
    merged: list[tuple[int, int, str]] = []
    for start, end, rule, _ in sorted(hits):
        if merged and start < merged[-1][1]:
            first, last, name = merged[-1]
            merged[-1] = first, max(last, end), min(name, rule, key=rank)
        else:
            merged.append((start, end, rule))
    return iter(merged)
