"""What is promised about speed: each row divides the time of one command by that of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Command:
    """Something to time.

    - python: `python -c pass`
    - version: `registry --version`
    - list: `registry list`, its output to a pipe; list-20 with `--limit 20`, list-some with filters; list-changed after
      one record has changed; list-cold with no index there yet
    - show, log: of one record
    - review: `registry review` of a branch that changes many records; review-20: of one that changes 20, with no cache
    - register: `./do/register` in an example project, with new notes each time; register-bare into a bare repository
    - commit: `git add` and `git commit` of one changed record in a clone of the same registry
    - validate: `registry validate` of everything, which has been checked before; validate-cold: which has not;
      validate-20: of a pull request that changes 20 records
    - scan: `registry scan` of all history
    - ls-tree: `git ls-tree -r HEAD`; git-log: `git log` of one record's path, without a commit-graph
    - import: of as many entries of ml-container-creator's into an empty registry; fast-import: git's of a ready-made
      stream of the same commits, and Python's parsing of the file
    - git-patches: `git log --raw -p` of all history
    - load-yaml: a loop of PyYAML's CSafeLoader over all records

    `size` is the number of records in the registry; 0 for a command that reads none.
    """

    kind: Literal[
        "python", "version", "list", "list-20", "list-some", "list-changed", "list-cold", "show", "log", "review",
        "review-20", "register", "register-bare", "commit", "validate", "validate-cold", "validate-20", "ls-tree",
        "git-log", "load-yaml", "import", "fast-import", "git-patches", "scan",
    ]  # fmt: skip
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


_VERSION = Command("version")

ROWS = (
    Row("registry --version : python -c pass", _VERSION, Command("python"), 6.0),
    Row("./do/register : --version, 1,000 records", Command("register", 1_000), _VERSION, 1.8),
    Row("./do/register : git add + commit, 10,000", Command("register", 10_000), Command("commit", 10_000), 3.5),
    Row("./do/register : git add + commit, 100,000", Command("register", 100_000), Command("commit", 100_000), 0.9),
    Row("./do/register, 10,000 : 10 records", Command("register", 10_000), Command("register", 10), 1.2),
    Row("./do/register, 100,000 : 1,000", Command("register", 100_000), Command("register", 1_000), 1.5),
    Row("the same in a bare repository", Command("register-bare", 100_000), Command("register-bare", 1_000), 1.1),
    Row("registry list : --version, 1,000 records", Command("list", 1_000), _VERSION, 1.6),
    Row("registry list --limit 20 : --version, 100,000", Command("list-20", 100_000), _VERSION, 1.6),
    Row("registry list with filters : --version, 100,000", Command("list-some", 100_000), _VERSION, 1.6),
    Row("registry show : --version, 100,000", Command("show", 100_000), _VERSION, 1.6),
    Row("registry list : git ls-tree -r HEAD, 100,000", Command("list", 100_000), Command("ls-tree", 100_000), 6.0),
    Row("list after a change : unchanged, 10,000", Command("list-changed", 10_000), Command("list", 10_000), 1.5),
    Row("cold index : CSafeLoader in a loop, 10,000", Command("list-cold", 10_000), Command("load-yaml", 10_000), 0.6),
    Row(
        "validate --changed of 20 records, 100,000 : 20",
        Command("validate-20", 100_000),
        Command("validate-20", 20),
        2.0,
    ),
    Row("validate everything : CSafeLoader, 10,000", Command("validate", 10_000), Command("load-yaml", 10_000), 0.5),
    Row("the same, never checked before", Command("validate-cold", 10_000), Command("load-yaml", 10_000), 2.0),
    Row("import : git fast-import + parsing, 10,000", Command("import", 10_000), Command("fast-import", 10_000), 1.6),
    Row("registry scan : git log --raw -p, 10,000", Command("scan", 10_000), Command("git-patches", 10_000), 4.0),
    Row("registry log ID : git log, 100,000 commits", Command("log", 100_000), Command("git-log", 100_000), 0.2),
)
