"""What a check reports: one violation of a rule, and its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A violation of the schema or of a rule. Checks return all of them and raise none.

    `rule` is a stable id such as `schema/enum` or `layout/shard`. `path` is the field (`icList[1].gpuCount`), empty for
    the whole document. `line` and `column` count from 1; 0 means that the place in the file is not known.
    `explanation` is a team's own text about its rule.
    """

    rule: str
    message: str
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    found: str = ""
    expected: str = ""
    nearest: str = ""
    explanation: str = ""

    def describe(self) -> str:
        """What is wrong, in one line: field, message, what was found, what was expected, what is near, and why."""
        subject = f"{self.path} {self.message}" if self.path else self.message
        found = f", found {self.found}" if self.found else ""
        expected = f", expected {self.expected}" if self.expected else ""
        nearest = f" (did you mean {self.nearest}?)" if self.nearest else ""
        explanation = f"; {self.explanation}" if self.explanation else ""
        return f"{subject}{found}{expected}{nearest}{explanation}"

    def describe_at(self) -> str:
        """As compilers print theirs: file, line and column as far as they are known, and what is wrong."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.describe()}"


def field_path(parts: Iterable[str | int]) -> str:
    """The path of a field as people write it.

    >>> field_path(["icList", 1, "gpuCount"])
    'icList[1].gpuCount'
    >>> field_path(["parameters", "config.pbtxt"])
    'parameters["config.pbtxt"]'
    """
    return reduce(below, parts, "")


@lru_cache(maxsize=10_000)
def below(path: str, part: str | int) -> str:
    """The path of a field, or of an entry, inside the one at `path`."""
    if isinstance(part, int):
        return f"{path}[{part}]"
    if _PLAIN_KEY.fullmatch(part):
        return f"{path}.{part}" if path else part
    return f"{path}[{json.dumps(part, ensure_ascii=False)}]"
