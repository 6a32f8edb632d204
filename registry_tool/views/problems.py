"""How problems look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from registry_tool.printable import json_text, one_line
from registry_tool.problems import Problem

FORMAT_VERSION = 1
"""The version that JSON output carries; it changes when a reader of the old one would break."""


def as_text(problems: Sequence[Problem]) -> str:
    """One line each, as compilers print theirs: file, line, column, what is wrong, the rule."""
    return "".join(one_line(_line(problem)) + "\n" for problem in problems)


def as_json(problems: Sequence[Problem]) -> str:
    """One object: the version of the format, and the problems."""
    listed = [asdict(problem) for problem in problems]
    return json_text({"version": FORMAT_VERSION, "problems": listed}, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {"text": as_text, "json": as_json}
"""Each format that problems can be written in."""


def _line(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    return f"{place}: {problem.describe()} [{problem.rule}]"
