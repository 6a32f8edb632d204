"""A variable as a field's value: decoded, of the right type, and with its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.capture.draft import CaptureError, Source
from registry_tool.capture.project import CONFIG
from registry_tool.capture.provenance import find_source
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry_tool.capture.provenance import Assignment
    from registry_tool.record.identity import Json

# At most 15 digits, which a float holds exactly; no exponents, no infinities.
_NUMBER = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")


class Found(NamedTuple):
    """A field's value and where it came from."""

    value: Json
    source: Source


class Scope(NamedTuple):
    """The variables that one file sees, the assignments that led to them, and the caller's own environment."""

    variables: Mapping[str, str]
    assignments: Mapping[str, Sequence[Assignment]]
    environment: Mapping[str, str]

    def text(self, name: str) -> Found | None:
        """The variable's text; None if it is unset or empty, a `CaptureError` if it is not UTF-8."""
        value = self.variables.get(name)
        if not value:
            return None
        source = find_source(
            name, value, self.assignments.get(name, ()), variables=self.variables, environment=self.environment
        )
        try:
            value.encode()
        except UnicodeEncodeError as err:
            raise CaptureError(f"{name} is not valid UTF-8 ({place(source)})", hint="set it to UTF-8 text") from err
        return Found(value, source)

    def required(self, name: str, hint: str) -> Found:
        """The variable's text; a `CaptureError` if it is unset or empty."""
        if (found := self.text(name)) is None:
            raise CaptureError(f"{name} is not set in do/config", hint=hint)
        return found

    def number(self, name: str) -> Found | None:
        """The variable's number, an int where it is whole; None if it is unset or empty."""
        found = self.text(name)
        if found is None:
            return None
        written = str(found.value).strip()
        if not _NUMBER.fullmatch(written):
            shown = one_line(written[:40])
            raise CaptureError(
                f"{name} is not a number but '{shown}' ({place(found.source)})",
                hint="write it in digits, such as 1 or 0.5",
            )
        value = float(written)
        return Found(int(value) if value.is_integer() else value, found.source)

    def is_set_by_project(self, name: str) -> bool:
        """Whether do/config sets the variable, in so many words or in a way that shows in its value."""
        changed = self.environment.get(name) != self.variables.get(name)
        return changed or any(made.file == CONFIG for made in self.assignments.get(name, ()))


def place(source: Source) -> str:
    """The source as people say it: `do/config:12`, `the environment`."""
    if source.kind == "environment":
        return "the environment"
    file = one_line(source.file)
    return f"{file}:{source.line}" if source.line else file
