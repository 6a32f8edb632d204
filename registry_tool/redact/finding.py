"""What is said about a secret once it is gone: the mark in its place, and where it was by which rule."""

from __future__ import annotations

from typing import NamedTuple

REDACTED = "***REDACTED***"
"""What stands where a secret stood."""


class Finding(NamedTuple):
    """A suspected secret: the field it was in and the id of the rule that knew it. Never the value."""

    field: str
    rule: str


class Kept(NamedTuple):
    """A field that stays as it is, although a variable whose name promises a secret has the same value."""

    field: str
    variable: str
