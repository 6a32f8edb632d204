"""How problems look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from registry_tool.printable import json_text, one_line
from registry_tool.problems import Problem
from registry_tool.views.forms import versioned_json


def as_text(problems: Sequence[Problem], prefix: str = "") -> str:  # noqa: ARG001  one form for all formats
    """One line each, as compilers print theirs: file, line, column, what is wrong, the rule."""
    return "".join(one_line(_line(problem)) + "\n" for problem in problems)


def as_json(problems: Sequence[Problem], prefix: str = "") -> str:  # noqa: ARG001  one form for all formats
    """One object: the version of the format, and the problems."""
    listed = [asdict(problem) for problem in problems]
    return versioned_json({"problems": listed})


def as_jsonl(problems: Sequence[Problem], prefix: str = "") -> str:  # noqa: ARG001  one form for all formats
    """An object on a line for each problem."""
    return "".join(json_text(asdict(problem)) + "\n" for problem in problems)


def as_github(problems: Sequence[Problem], prefix: str = "") -> str:
    """Workflow commands of GitHub Actions, which show each problem at its line of the pull request's files.

    `prefix` is where the registry lies in its repository. Nothing in a problem can end its command or begin another.
    """
    return "".join(_annotation(problem, prefix) + "\n" for problem in problems)


FORMATS: Mapping[str, Callable[[Sequence[Problem], str], str]] = {
    "text": as_text,
    "json": as_json,
    "jsonl": as_jsonl,
    "github": as_github,
}
"""Each format that problems can be written in; all are told where the registry lies in its repository."""

# What would end a command's message, and what would end one of its properties.
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _annotation(problem: Problem, prefix: str) -> str:
    place = {"file": prefix + problem.file, "line": str(problem.line or 1), "col": str(problem.column or 1)}
    properties = {**place, "title": problem.rule}
    written = ",".join(f"{name}={one_line(text).translate(_PROPERTY)}" for name, text in properties.items())
    return f"::error {written}::{one_line(problem.describe()).translate(_MESSAGE)}"


def _line(problem: Problem) -> str:
    return f"{problem.describe_at()} [{problem.rule}]"
