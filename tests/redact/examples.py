"""Made-up secrets of every known kind: the same for the same seed, and none is ever stored."""

from __future__ import annotations

import re
from random import Random

from registry_tool.redact.rules import ALPHABETS, RUN, Rule, losable


def example(rule: Rule, seed: int) -> tuple[str, str]:
    """A text with a made-up secret of this kind, and the secret."""
    for attempt in range(9):
        text, secret = _made_up(rule, f"{rule.id} {seed} {attempt}")
        # Some kinds refuse one draw in a thousand: a key without a digit.
        if any(rule.finder(text, frozenset())):
            break
    return text, secret


def look_alike(rule: Rule, seed: int) -> str:
    """A harmless text that resembles the example."""
    return rule.resembles or _made_up(rule, f"{rule.id} {seed}", is_short=True)[0]


def _made_up(rule: Rule, seed: str, *, is_short: bool = False) -> tuple[str, str]:
    draw = Random(seed)  # noqa: S311  the examples are public
    before, body, after = rule.shapes
    secret = draw.choice(rule.prefixes) + _draw(body, draw, is_short=is_short)
    secret = rule.finish(secret) if rule.finish else secret
    return _draw(before, draw) + secret + _draw(after, draw), secret


def _draw(shape: str, draw: Random, *, is_short: bool = False) -> str:
    """A random text of this shape, at its published (the least) lengths; too short for it in its last run, if asked."""
    pieces = re.split(RUN, shape)
    runs = list(zip(*[iter(pieces[1:])] * 4, strict=True))
    text = pieces[0]
    for number, (least, more, alphabet, literal) in enumerate(runs, start=1):
        missing = losable(least, more) + 1 if is_short and number == len(runs) else 0
        text += "".join(draw.choices(_characters(alphabet), k=int(least) - missing)) + literal
    return text


def _characters(alphabet: str) -> str:
    def between(ends: re.Match[str]) -> str:
        return "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1)))

    return re.sub("(.)-(.)", between, ALPHABETS[alphabet])
