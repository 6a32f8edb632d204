"""What a container image's name says: its name, tag and digest, and which of two tags is the newer version.

A tag that could be something other than a version is neither newer nor older than another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Literal, NamedTuple, TypeAlias

Direction: TypeAlias = Literal["upgrade", "downgrade", ""]

_IMAGE = re.compile(r"(?P<name>(?:[^/@]*/)*[^/:@]+)(?::(?P<tag>[^/:@]+))?(?:@(?P<digest>[^/@]+))?")
_TAG = re.compile(
    r"[vV]?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[._-]?(?P<stage>dev|a|alpha|b|beta|c|rc|pre|preview|post)[._-]?(?P<step>\d*)(?![A-Za-z0-9]))?"
    r"(?P<rest>(?:[-_+.].*)?)"
)
# What container registries allow.
_LONGEST = 128
# A commit id may be of digits alone, which no version's number is that has as many.
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_DATE = re.compile(r"[vV]?(?:19|20)\d\d([-._]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d).*")
_LONG_NUMBER = re.compile(r"\d{7,}")
_NUMBER = re.compile(r"\d+")
_STAGES = {"dev": -4, "a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1, "pre": -1, "preview": -1, "post": 1}


class _Version(NamedTuple):
    """A tag read as a version; `rest` is what follows, such as `-cu124`."""

    release: tuple[int, ...]
    stage: tuple[int, int]
    rest: str


def image_parts(image: str) -> Mapping[str, str]:
    """The name of a container image, and its tag and digest if it has them; nothing if it is not an image.

    >>> image_parts("localhost:5000/vllm:v0.8.5@sha256:0f")
    {'name': 'localhost:5000/vllm', 'tag': 'v0.8.5', 'digest': 'sha256:0f'}
    """
    match = _IMAGE.fullmatch(image)
    return {part: text for part, text in match.groupdict().items() if text} if match else {}


def image_version(image: str) -> str:
    """The tag of a container image; empty if it has none.

    >>> image_version("localhost:5000/vllm:v0.8.5@sha256:0f")
    'v0.8.5'
    >>> image_version("localhost:5000/vllm")
    ''
    """
    _, colon, tag = image.partition("@")[0].rpartition("/")[2].rpartition(":")
    return tag if colon else ""


def direction(before: str, after: str) -> Direction:
    """Whether the tag `after` is a newer version than `before` or an older one; empty if that cannot be said.

    >>> direction("v0.8.5", "v0.10.0"), direction("24.12-py3", "24.09-py3"), direction("0.9.0-cu124", "0.9.0-cu128")
    ('upgrade', 'downgrade', 'upgrade')
    >>> direction("v0.9.0rc1", "v0.9.0"), direction("v0.9.0", "latest"), direction("0.9.0-cpu", "0.9.0-gpu")
    ('upgrade', '', '')
    >>> direction("v0.8.5", "4225332"), direction("v0.8.5", "2026-03-01")  # a commit id, a date
    ('', '')
    """
    old, new = _read(before), _read(after)
    if old is None or new is None:
        return ""
    if (old.release, old.stage) != (new.release, new.stage):
        return "upgrade" if (new.release, new.stage) > (old.release, old.stage) else "downgrade"
    if old.rest == new.rest or _NUMBER.sub("#", old.rest) != _NUMBER.sub("#", new.rest):
        return ""
    pairs = zip_longest(map(int, _NUMBER.findall(old.rest)), map(int, _NUMBER.findall(new.rest)), fillvalue=0)
    first = next((pair for pair in pairs if pair[0] != pair[1]), None)
    return "" if first is None else "upgrade" if first[1] > first[0] else "downgrade"


def _read(tag: str) -> _Version | None:
    match = _TAG.fullmatch(tag) if len(tag) <= _LONGEST and tag.isascii() else None
    if match is None or _COMMIT.fullmatch(tag) or _DATE.fullmatch(tag) or _LONG_NUMBER.search(tag):
        return None
    release = tuple(map(int, match["release"].split(".")))
    while len(release) > 1 and release[-1] == 0:  # 1.0 is 1
        release = release[:-1]
    return _Version(release, (_STAGES.get(match["stage"], 0), int(match["step"] or 0)), match["rest"])
