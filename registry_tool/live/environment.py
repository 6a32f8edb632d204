"""A live environment, sealed: deployments hold tokens in it in clear text, and no value may leave this module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NoReturn

from registry_tool.redact import REDACTED, redact_text

_SHORTEST = 4
"""Shorter values stand in any sentence by chance."""


class VariableComparison(StrEnum):
    """All that can be learned of one variable."""

    EQUAL = "equal"
    OTHER = "another value"
    ABSENT = "not set"


class Sealed:
    """An environment that tells only whether a variable is set, and whether it has a value that the asker knows."""

    __slots__ = ("__values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        """Keep the values to itself."""
        self.__values = dict(values)

    def __repr__(self) -> str:
        """Not the values."""
        return f"<{len(self.__values)} variables>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a live environment is not written anywhere")

    def __len__(self) -> int:
        """How many variables are set."""
        return len(self.__values)

    def compare(self, name: str, recorded: str) -> VariableComparison:
        """How the variable compares with the value that the record holds in clear."""
        if name not in self.__values:
            return VariableComparison.ABSENT
        return VariableComparison.EQUAL if self.__values[name] == recorded else VariableComparison.OTHER

    def without_values(self, text: str) -> str:
        """`text`, which AWS or a container wrote, without any of the values and without what else looks secret."""
        for value in sorted(self.__values.values(), key=len, reverse=True):
            if len(value) >= _SHORTEST:
                text = text.replace(value, REDACTED)
        return redact_text(text)


def seal(answer: dict[str, Any]) -> Sealed:
    """Take every environment out of what AWS described; the first is the one of its (primary) container."""
    found = list(_take(answer))
    return Sealed(found[0] if found else {})


def _take(value: Any) -> Iterator[Mapping[str, str]]:  # noqa: ANN401  whatever JSON may hold
    if isinstance(value, dict):
        if isinstance(environment := value.pop("Environment", None), dict):
            yield environment
        for inner in value.values():
            yield from _take(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _take(inner)
