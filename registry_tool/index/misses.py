"""What to say of a filter that matches nothing: values that cannot be, and values that nobody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registry_tool.errors import UsageError
from registry_tool.record.identity import ARCHITECTURES, STATUSES, TARGETS

CLOSED: Mapping[str, Sequence[str]] = {"status": STATUSES, "target": TARGETS, "architecture": ARCHITECTURES}
"""The filters whose values are a closed set."""


def check_values(filters: Mapping[str, Sequence[str]]) -> None:
    """Raise a `UsageError` for a value that no record can have. Any case is accepted, and `*` stands for anything."""
    for name, allowed in CLOSED.items():
        for value in filters.get(name, ()):
            if "*" not in value and value.lower() not in allowed:
                near = _nearest(value, allowed)
                meant = f"did you mean {near}? " if near else ""
                raise UsageError(f"there is no {name} {value!r}", hint=f"{meant}it is one of {', '.join(allowed)}")


def explain(name: str, value: str, there: Sequence[str]) -> str:
    """That no record has a value for the filter `name`, and which of the values that are `there` is near."""
    near = _nearest(value, there)
    what = f"no project is called {value!r}" if name == "project" else f"no record has the {name} {value!r}"
    return f"{what}; did you mean {near!r}?" if near else what


def _nearest(value: str, there: Sequence[str]) -> str:
    from difflib import get_close_matches  # for few answers

    by_case = {one.lower(): one for one in there if one}
    low = value.lower()
    close = get_close_matches(low, by_case, 1, 0.6) or [one for one in by_case if one.startswith(low)]
    return by_case[close[0]] if close else ""
