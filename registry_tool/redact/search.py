"""What is secret in a text: every rule and every known value, looked for in every view of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from registry_tool.redact.contexts import CONTEXTS
from registry_tool.redact.finding import REDACTED
from registry_tool.redact.formats import FORMATS
from registry_tool.redact.rules import Rule
from registry_tool.redact.views import STANDARD_BASE64, View, base64_needles, base64_texts, may_hold_base64, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Anchored: TypeAlias = list[tuple[str, Rule]]
"""Rules under their anchors."""

Candidates: TypeAlias = tuple[Anchored, Anchored]
"""The formats and the contexts that may be in a text."""

RULES: tuple[Rule, ...] = (*FORMATS, *CONTEXTS)
"""Every known kind of secret, the most telling first."""

ALL: Candidates = (
    [(anchor, rule) for rule in FORMATS for anchor in rule.anchors],
    [(anchor, rule) for rule in CONTEXTS for anchor in rule.anchors],
)
"""Every rule, as long as nothing is known about the text."""

Hit: TypeAlias = tuple[int, int, str, str]
"""A secret in a text: its start, its end, the id of the rule that knew it, its clear value."""

KNOWN_VALUE = "known-value"
"""The rule of a value that was redacted elsewhere, or that the environment holds."""

ASSIGNMENT = "context/assignment"
"""The rule of a setting with a credential's name inside a text."""

BY_PLACE = frozenset(
    {
        KNOWN_VALUE,
        ASSIGNMENT,
        "context/argument",
        "context/call",
        "context/directive",
        "context/element",
        "context/model-parameter",
        "context/named-value",
        "context/sql-password",
    }
)
"""The rules that a name or another place decides, and the value's own looks hardly."""

_TITLES = {
    KNOWN_VALUE: "the value of another secret",
    "name/literal": "its name contains SECRET or TOKEN",
    "name/credential": "its name means a credential",
}
_DEPTH = 2
_OFTEN = 500
# How far before a secret may stand what makes it one.
_NEAR = 1000
# No secret's format is shorter.
_SHORTEST = 8
# Every token has this many characters in a row, of these; ordinary text seldom does.
_LONG_RUN = r"[A-Za-z0-9_.~+/=:$@-]{20,}"
# A line that goes on with a word, a date, an option, a list or a setting does not go on with the secret.
_NEXT_LINE = (
    r"[A-Za-z]?[a-z']{0,15}[^\w+/=-]{0,2}\Z|[A-Z]{2,12}[ ]\Z|[0-9][0-9.:/-]{0,9}\Z|--|- "
    r"|[A-Za-z_][\w.-]*(?::|=(?![=\s]|\Z))"
)


class Known:
    """Clear values to be found verbatim, in whatever encoding."""

    __slots__ = ("bare", "encoded", "verbatim")

    def __init__(self, secrets: Iterable[str]) -> None:
        """Prepare the search for `secrets`; empty ones are in every text and therefore in none."""
        values = [secret for secret in secrets if secret]
        # A needle is read the way the haystack is.
        self.verbatim = [(needle, value) for value in values for needle in {view.text for view in views(value)}]
        # Of a backslash before an escape nobody can tell how often it was doubled.
        self.bare = [(needle.replace("\\", ""), value) for needle, value in self.verbatim if "\\" in needle]
        self.encoded = [(needle, value) for value in values for needle in base64_needles(value)]

    def values_in(self, text: str) -> set[str]:
        """Those values that may be found in `text` or in a part of it: of thousands nearly always none."""
        if not self.verbatim:
            return set()
        seen = [view.text for view in views(text)]
        bare, digits = "\n".join(seen).replace("\\", ""), seen[-1].translate(STANDARD_BASE64)
        return {
            *(value for needle, value in self.verbatim if any(needle in text for text in seen)),
            *(value for needle, value in self.bare if needle in bare),
            *(value for needle, value in self.encoded if needle in digits),
        }


@lru_cache(maxsize=4)
def look_for(secrets: frozenset[str]) -> Known:
    """The search for secrets that are the same in all the parts of a commit, and in most commits of an import."""
    return Known(secrets)


def narrow(text: str) -> Candidates:
    """The rules that may find something in `text` or in a part of it. Cheap: nearly all texts have nearly none."""
    return _narrow(views(text), ALL)


def may_hold_secret(text: str) -> bool:
    """Whether `find` may find anything by a rule; nearly as cheap as `narrow`."""
    seen = views(text)
    return any(_narrow(seen, ALL)) or may_hold_base64(seen[-1].text)


def find(text: str, candidates: Candidates, known: Known, depth: int = 0) -> list[Hit]:
    """The secrets in `text`, some of them found twice. `candidates` is what `narrow` left of the rules."""
    hits: list[Hit] = []
    if len(text) < _SHORTEST:
        return hits
    seen = views(text)
    formats, contexts = _narrow(seen, candidates)
    rules = tuple({rule.id: rule for _, rule in formats + contexts}.values())
    for view in seen:
        hits += _by_rule(view, rules)
        hits += _verbatim(view, known)
    if depth < _DEPTH and may_hold_base64(seen[-1].text):
        # The text as it stands adds nothing to the decoded one here: nothing that is decoded is base64.
        for view in seen[-2:]:
            hits += _in_base64(view, known, depth)
    hits += _across_base64(seen[-1], known)
    return hits


def find_named(name: str, text: str, candidates: Candidates, known: Known) -> list[Hit]:
    """The secrets in a variable's text, read with its name: that gives away what the text alone does not."""
    if not name or text == REDACTED:
        return find(text, candidates, known)
    skip = len(name) + 1
    if text.isascii() and not any(sign in text for sign in ":= \t\n\"'%\\"):
        # Nothing is set in it, however it is encoded.
        formats, contexts = candidates
        candidates = formats, [pair for pair in contexts if pair[1].id != ASSIGNMENT]
    return [
        (max(start - skip, 0), end - skip, rule, secret)
        for start, end, rule, secret in find(f"{name}={text}", candidates, known)
        # What the name itself says of the value has been decided; what was found in its base64 has not.
        if end > skip and not (rule == ASSIGNMENT and start == skip and text.startswith(secret))
    ]


def rank(rule: str) -> int:
    """How telling a rule's id is, the smaller the more: a format, then a service, then a place, then a known value."""
    return next((number for number, known in enumerate(RULES) if known.id == rule), len(RULES))


def rule_title(rule: str) -> str:
    """The name of a rule for people, by its id."""
    titles = {known.id: known.title for known in RULES}
    return titles.get(rule) or _TITLES[rule]


def _narrow(seen: Sequence[View], candidates: Candidates) -> Candidates:
    formats, contexts = candidates
    # Unfolding takes no anchor apart. Decoding does, where an escape ends in an anchor's first letter.
    haystack = seen[-1].text
    if len(seen) > (2 if seen[-1].is_unfolded else 1):
        haystack += "\n" + seen[0].text
    if formats:
        runs = "\n".join(re.findall(_LONG_RUN, haystack))
        formats = _present(formats, runs) if runs else []
    if contexts:
        contexts = _present(contexts, haystack.lower())
    return formats, contexts


def _present(anchored: Anchored, text: str) -> Anchored:
    """Those whose anchors are in `text`."""
    sieve = _SIEVES.get(id(anchored))
    return sieve.present(text) if sieve else [pair for pair in anchored if pair[0] in text]


class _Sieve:
    """Which of many anchors are in a text: learns which of them ordinary texts have, and looks for the others at once.

    One pattern for hundreds of anchors takes a fraction of the time of looking for each, and milliseconds to make: too
    much for the few texts of a registration.
    """

    def __init__(self, anchored: Anchored) -> None:
        self._all = anchored
        self._asked = 0
        self._met: set[str] = set()
        self._ordinary = anchored
        self._others: re.Pattern[str] | None = None

    def present(self, text: str) -> Anchored:
        if self._others and not self._others.search(text):
            return [pair for pair in self._ordinary if pair[0] in text]
        found = [pair for pair in self._all if pair[0] in text]
        if not self._others:
            self._learn(found)
        return found

    def _learn(self, found: Anchored) -> None:
        self._met.update(anchor for anchor, _ in found)
        self._asked += 1
        if self._asked == _OFTEN:
            self._ordinary = [pair for pair in self._all if pair[0] in self._met]
            self._others = re.compile(_any_of({anchor for anchor, _ in self._all} - self._met))


def _any_of(words: set[str]) -> str:
    """A pattern that finds any of the words, by their letters in common: re tries far fewer alternatives."""
    if "" in words:
        return ""
    branches: dict[str, set[str]] = {}
    for word in words:
        branches.setdefault(word[0], set()).add(word[1:])
    return f"(?:{'|'.join(re.escape(letter) + _any_of(rest) for letter, rest in sorted(branches.items()))})"


def _by_rule(view: View, rules: Sequence[Rule]) -> Iterator[Hit]:
    joins = view.joins if rules else frozenset()
    for rule in rules:
        for start, end in rule.finder(view.text, joins):
            stop = end if rule.is_exact else _trimmed(view, start, end)
            if stop < end and rule.id == ASSIGNMENT and not _is_found(view.text, start, stop, rule, joins):
                continue
            if any(map(str.isalnum, view.text[start:stop])):
                yield *view.origin(start, stop), rule.id, view.text[start:stop]


def _is_found(text: str, start: int, stop: int, rule: Rule, joins: frozenset[int]) -> bool:
    """Whether the rule finds what begins at `start` without what follows, too: a number may have been made random."""
    near = max(start - _NEAR, 0)
    return any(near + at == start for at, _ in rule.finder(text[near:stop], joins))


def _verbatim(view: View, known: Known) -> Iterator[Hit]:
    for needle, secret in known.verbatim:
        at = view.text.find(needle)
        while at >= 0:
            yield *view.origin(at, at + len(needle)), KNOWN_VALUE, secret
            at = view.text.find(needle, at + len(needle))
    bare = view.text.replace("\\", "") if known.bare else ""
    for needle, secret in known.bare:
        if needle and needle in bare:
            yield *view.origin(0, len(view.text)), KNOWN_VALUE, secret


def _in_base64(view: View, known: Known, depth: int) -> Iterator[Hit]:
    for start, end, text in base64_texts(view):
        for _, _, rule, secret in find(text, ALL, known, depth + 1):
            yield *view.origin(_led(view, start, end), _trimmed(view, start, end)), rule, secret


def _across_base64(view: View, known: Known) -> Iterator[Hit]:
    if not known.encoded:
        return
    digits = view.text.translate(STANDARD_BASE64)
    for needle, secret in known.encoded:
        if needle in digits:
            runs = (run for run in re.finditer("[A-Za-z0-9+/]+={0,2}", digits) if needle in run[0])
            yield from ((*view.origin(*run.span()), KNOWN_VALUE, secret) for run in runs)


def _trimmed(view: View, start: int, end: int) -> int:
    """The end of a secret without the next line's words, which the unfolded text runs into it."""
    for join in reversed(view.joins_within(start, end)):
        if not re.match(_NEXT_LINE, view.text[join : end + 1]):
            return end
        end = join
    return end


def _led(view: View, start: int, end: int) -> int:
    """The start of a base64 run without the last word of the line before."""
    joins = view.joins_within(start + 1, end)
    return joins[0] if joins and re.fullmatch("[A-Za-z]?[a-z]{0,15}", view.text[start : joins[0]]) else start


_SIEVES = {id(anchored): _Sieve(anchored) for anchored in ALL}
