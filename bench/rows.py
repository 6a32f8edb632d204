"""What is promised about speed: each row divides the time of one command by that of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Command:
    """Something to time.

    - python: `python -c pass`
    - version: `registry --version`
    - list: `registry list`, its output to a pipe
    - register: `./do/register` in an example project, with new notes each time
    - commit: `git add` and `git commit` of one changed record in a clone of the same registry

    `size` is the number of records in the registry; 0 for a command that reads none.
    """

    kind: Literal["python", "version", "list", "register", "commit"]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A promise: the median time of `numerator` is at most `target` times that of `denominator`."""

    label: str
    numerator: Command
    denominator: Command
    target: float

    @property
    def sizes(self) -> frozenset[int]:
        """The registries that this row needs, by their number of records."""
        return frozenset({self.numerator.size, self.denominator.size} - {0})


ROWS = (
    Row("registry --version : python -c pass", Command("version"), Command("python"), 6.0),
    Row("./do/register : git add + commit, 1,000 records", Command("register", 1_000), Command("commit", 1_000), 8.0),
    Row(
        "./do/register : git add + commit, 10,000 records",
        Command("register", 10_000),
        Command("commit", 10_000),
        3.5,
    ),
    Row("./do/register, 10,000 : 10 records", Command("register", 10_000), Command("register", 10), 1.2),
    Row("registry list : --version, 1,000 records", Command("list", 1_000), Command("version"), 1.6),
)
