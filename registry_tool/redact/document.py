"""Which parts of a record's document are secrets, and the document without them.

Both gates ask here: capture takes out what is found, and the last gate refuses what capture has left. So they agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from registry_tool.problems import field_path
from registry_tool.record.fields import VARIABLE_MAPS
from registry_tool.redact.finding import REDACTED, Finding, Kept
from registry_tool.redact.harmless import Harmless
from registry_tool.redact.identities import Identities
from registry_tool.redact.names import holds_credential, name_rule
from registry_tool.redact.search import ALL, Known, find, find_named, look_for, may_hold_secret, narrow, rank
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


class Redacted(NamedTuple):
    """A document without its secrets, and what was found where.

    `secrets` are their clear values, for the last gate alone. `kept` is what stayed although a variable with a secret's
    name has the same value.
    """

    document: Document
    findings: tuple[Finding, ...]
    secrets: frozenset[str]
    kept: tuple[Kept, ...] = ()

    def __repr__(self) -> str:
        """The class alone: what it holds may be secret."""
        return f"{type(self).__name__}(...)"


def redact_document(
    document: Document,
    *,
    allow: Collection[str] = (),
    variables: Mapping[str, str] = {},
    known: frozenset[str] = frozenset(),
) -> Redacted:
    """`document` with every secret in it replaced by `REDACTED` (itself, if it holds none), and what was found where.

    Names of variables decide in the fields of `VARIABLE_MAPS`; `allow` lists those whose names are exempt. Formats,
    contexts and values that were redacted elsewhere decide in every string. `variables` are the environment of the
    document, and `known` other clear values: no secret of theirs stays either. What identifies the deployment is no
    secret only because a variable with a secret's name has the same value. An entry whose key is a secret is dropped;
    its finding names the map that held it. Redacting the result finds nothing more.
    """
    redaction = _Redaction(Identities(document), allow)
    redaction.know(variables)
    if not (known or redaction.secrets) and _harmless(frozenset(allow)).holds(document):
        return Redacted(document, (), frozenset(), tuple(dict.fromkeys(redaction.kept)))
    redacted = redaction.by_name(document)
    for _ in range(_ROUNDS):
        before, text = redacted, _SEPARATOR.join(_strings(redacted))
        redaction.secrets |= redaction.unless_identifying(look_for(known).values_in(text))
        redacted = redaction.in_map(before, (), narrow(text), Known(redaction.secrets))
        if redacted == before:
            break
    return Redacted(
        redacted,
        tuple(dict.fromkeys(redaction.findings)),
        frozenset(redaction.secrets),
        tuple(dict.fromkeys(redaction.kept)),
    )


@lru_cache(maxsize=8)
def _harmless(allow: frozenset[str]) -> Harmless:
    """What is known of the texts of the documents before: record after record says the same."""
    return Harmless(allow)


def redact_text(text: str, secrets: Collection[str] = ()) -> str:
    """`text` without what is a secret in it by format or context, and without any of `secrets` in whatever encoding."""
    redaction = _Redaction(Identities({}), ())
    for _ in range(_ROUNDS):
        before, text = text, redaction.without_secrets(text, (), find(text, ALL, Known({*secrets, *redaction.secrets})))
        if text == before:
            break
    return text


def redact_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """As `redact_text`, for several texts that are shown together; quick where nothing may be in any of them."""
    text = _SEPARATOR.join(texts)
    if not may_hold_secret(text):
        return tuple(texts)
    return tuple(map(_redact_one, texts))


@lru_cache(maxsize=4096)
def _redact_one(text: str) -> str:
    """As `redact_text`: record after record says the same."""
    return redact_text(text) if find(text, ALL, look_for(frozenset())) else text


def secret_values(variables: Mapping[str, str], *, allow: Collection[str] = ()) -> frozenset[str]:
    """The clear values of an environment's secret-named variables, for the last gate.

    Without those that a verbatim search would find everywhere: numbers, paths, references, single plain words.
    """
    secrets = (value for name, value in variables.items() if name not in allow and holds_credential(name, value))
    return frozenset(filter(is_searchable, secrets))


class _Redaction:
    """What has been taken out so far."""

    def __init__(self, identities: Identities, allow: Collection[str]) -> None:
        self.findings: list[Finding] = []
        self.secrets: set[str] = set()
        self.kept: list[Kept] = []
        self._identities = identities
        self._allow = allow

    def know(self, variables: Mapping[str, str]) -> None:
        """Take note of the secrets of an environment, which may be anywhere in the document."""
        for name, value in variables.items():
            if name not in self._allow and holds_credential(name, value):
                self._keep(value, name)

    def unless_identifying(self, values: Collection[str]) -> set[str]:
        """Those of the values that do not say which deployment this is."""
        return {value for value in values if not self._identities.fields_with(value)}

    def by_name(self, document: Mapping[str, Json]) -> dict[str, Json]:
        """The document without the values of those variables whose names promise a secret."""
        return {key: self._by_name(value, (key,)) for key, value in document.items()}

    def _by_name(self, value: Json, path: Path) -> Json:
        if isinstance(value, list):
            return [self._by_name(item, (*path, at)) for at, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if path[-1] not in VARIABLE_MAPS:
            return {key: self._by_name(item, (*path, key)) for key, item in value.items()}
        return {name: self._variable(item, name, (*path, name)) for name, item in value.items()}

    def _variable(self, value: Json, name: str, path: Path) -> Json:
        rule = name_rule(name, value, self._allow)
        if not rule:
            return value
        self.findings.append(Finding(field_path(path), rule))
        if isinstance(value, str):
            self._keep(value, field_path(path), is_secret=holds_credential(name, value))
        return REDACTED

    def in_map(self, value: Mapping[str, Json], path: Path, candidates: Candidates, known: Known) -> dict[str, Json]:
        """The map without the secrets in its strings, and without the entries whose keys are secrets."""
        is_named = bool(path) and path[-1] in VARIABLE_MAPS
        return {
            key: self._in_value(
                item, (*path, key), key if is_named and key not in self._allow else "", candidates, known
            )
            for key, item in value.items()
            if _is_plain(key) or self.without_secrets(key, path, find(key, candidates, known)) == key
        }

    def _in_value(self, value: Json, path: Path, name: str, candidates: Candidates, known: Known) -> Json:
        if isinstance(value, str):
            return self.without_secrets(value, path, find_named(name, value, candidates, known))
        if isinstance(value, list):
            return [self._in_value(item, (*path, at), name, candidates, known) for at, item in enumerate(value)]
        if isinstance(value, dict):
            return self.in_map(value, path, candidates, known)
        return value

    def without_secrets(self, text: str, path: Path, hits: list[Hit]) -> str:
        """The text without the hits in it, which are noted as findings at `path`."""
        redacted, at = "", 0
        hits = [hit for hit in hits if not self._identities.spare(hit)] if hits else hits
        for start, end, rule in _merged(hits):
            self.findings.append(Finding(field_path(path), rule))
            redacted += text[at:start] + REDACTED
            at = end
        for _, _, _, secret in hits:
            self._keep(secret)
        return redacted + text[at:]

    def _keep(self, value: str, variable: str = "", *, is_secret: bool = True) -> None:
        """Look for the secret everywhere else, unless it says which deployment this is."""
        if not is_searchable(value):
            return
        if places := self._identities.fields_with(value):
            self.kept += (Kept(place, variable) for place in places if variable)
        elif is_secret:
            self.secrets.add(value)


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
