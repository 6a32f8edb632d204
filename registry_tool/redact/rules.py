"""How a secret format is written down: a shape, from which its pattern and its examples are made.

A shape is literal text with runs in between: `<36:alnum>` is 36 letters or digits, `<20-40:url>` 20 to 40 characters of
the URL-safe alphabet, `<36+:alnum>` 36 or more. One shape finds a token, and in tests makes one up: no example is ever
stored.
A token of open length still matches with up to a sixth missing, because a truncated token leaks most of the secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Where a secret stands in a text: its start and its end."""

Finder: TypeAlias = Callable[[str, frozenset[int]], Iterator[Span]]
"""What yields the secrets of one kind in a text; the set holds the places where the text was unfolded."""

RUN = r"<(\d+)(-\d+|\+)?:(\w+)>"
ALPHABETS = {
    "alnum": "0-9A-Za-z",
    "b32": "A-Z2-7",
    "b64": "0-9A-Za-z+/",
    "bech32": "02-9AC-HJ-NP-Z",
    "digit": "0-9",
    "dots": "0-9A-Za-z_.-",
    "hex": "0-9a-f",
    "hexes": "0-9A-Fa-f",
    "letter": "A-Za-z",
    "lower": "0-9a-z",
    "pad": "=",
    "tilde": "0-9A-Za-z_.~-",
    "upper": "0-9A-Z",
    "url": "0-9A-Za-z_-",
    "word": "0-9A-Za-z_",
}


class Rule(NamedTuple):
    """One known kind of secret: where it may be, where it is, and what it looks like.

    `id` is stable, `title` is its name for people, `source` says whose documentation it follows. Without one of its
    `anchors` in a text (in lower case if `folded`), `finder` finds nothing there and need not be asked. The example is
    three `shapes`: what stands before the secret, the secret, what stands after it; `prefixes` are what a token may
    start with; `finish` puts the right checksum or encoding onto a made-up secret. `shaped` says that the finder asks
    for the secret's shape. `resembles` is a harmless text that looks like the example; where it is empty, an example
    that is too short is one.
    """

    id: str
    title: str
    source: str
    anchors: tuple[str, ...]
    finder: Finder
    shapes: tuple[str, str, str]
    prefixes: tuple[str, ...] = ("",)
    finish: Callable[[str], str] | None = None
    resembles: str = ""
    folded: bool = False
    shaped: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the finder knows where the secret ends even when words follow it without a seam."""
        return self.shaped and not re.search(r"<\d+[-+]", self.shapes[1])


def token(  # noqa: PLR0913  a row of a table
    kind: str,
    title: str,
    source: str,
    prefixes: tuple[str, ...],
    body: str,
    *,
    within: str = "",
    accept: Callable[[str], bool] | None = None,
    seal: Callable[[str], str] | None = None,
    resembles: str = "",
) -> Rule:
    """The rule for a token that is known by its shape: one of the prefixes, then the body.

    `within` is one literal that stands for all prefixes, or for a shape that starts with a run. `accept` refuses what
    only looks like a token. `seal` puts the right checksum into a made-up token; a token whose checksum is right is one
    even in the middle of a word. A wrong checksum acquits nobody: a mistyped token is one edit away from a working one.
    """

    def find(text: str, joins: frozenset[int]) -> Iterator[Span]:
        pattern = _token_pattern(prefixes, body)
        at = 0
        while match := pattern.search(text, at):
            is_sealed = seal is not None and seal(match[0]) == match[0]
            end = match.end() if is_sealed else _lone_end(match, joins)
            if end and (accept is None or accept(match[0])):
                at = end
                yield match.start(), end
            else:
                at = match.start() + 1

    return Rule(
        id=f"format/{kind}",
        title=title,
        source=source,
        anchors=(within,) if within else prefixes,
        finder=find,
        shapes=("", body, ""),
        prefixes=prefixes or ("",),
        finish=seal,
        resembles=resembles,
        shaped=True,
    )


def shape_pattern(shape: str) -> str:
    """The regular expression that matches what has this shape."""
    pieces = re.split(RUN, shape)
    pattern = re.escape(pieces[0])
    for least, more, alphabet, literal in zip(*[iter(pieces[1:])] * 4, strict=True):
        most = least if more is None else "" if more == "+" else more[1:]
        pattern += f"[{ALPHABETS[alphabet]}]{{{int(least) - losable(least, more)},{most}}}{re.escape(literal)}"
    return pattern


def losable(least: str, more: str | None) -> int:
    """How many characters of a run may be missing: of one with an open end, a sixth."""
    return int(least) // 6 if more == "+" else 0


@cache
def _token_pattern(prefixes: tuple[str, ...], body: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(map(re.escape, prefixes))}){shape_pattern(body)}")


def _lone_end(match: re.Match[str], joins: frozenset[int]) -> int:
    """Where the token ends if it is a word of its own, else 0. A line's end ends it, if that leaves a whole token."""
    text, (start, end) = match.string, match.span()
    if start not in joins and _is_alnum(text[max(start - 1, 0) : start]):
        return 0
    if end in joins or not _is_alnum(text[end : end + 1]):
        return end
    ends = (at for at in range(end - 1, start, -1) if at in joins)
    return next((at for at in ends if match.re.fullmatch(text, start, at)), 0)


def _is_alnum(text: str) -> bool:
    return text.isascii() and text.isalnum()
