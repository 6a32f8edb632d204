"""A variable as a field's value: decoded, of the right type, and with its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.capture.draft import CaptureError, Source, place
from registry_tool.capture.project import CONFIG
from registry_tool.capture.provenance import find_source
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry_tool.capture.provenance import Assignment
    from registry_tool.record.identity import Json

# At most 15 digits, which a float holds exactly; no exponents, no infinities.
_NUMBER = re.compile(r"(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
_WHOLE = re.compile(r"[0-9]{1,15}(?:\.0{0,15})?")


class FoundValue(NamedTuple):
    """A field's value and where it came from."""

    value: Json
    source: Source


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables that one file sees, the assignments that led to them, and the caller's own environment.

    `file` is that file, and `exported` the names of the variables that programs see.
    """

    file: str
    variables: Mapping[str, str]
    exported: frozenset[str]
    assignments: Mapping[str, Sequence[Assignment]]
    environment: Mapping[str, str]

    def text(self, name: str) -> FoundValue | None:
        """The variable's text; None if it is unset or empty.

        Raises a `CaptureError` if it is not UTF-8, or if it ends in what a Windows line end leaves behind.
        """
        value = self.variables.get(name)
        if not value:
            return None
        source = self.source(name)
        try:
            value.encode()
        except UnicodeEncodeError as err:
            raise CaptureError(f"{name} is not valid UTF-8 ({place(source)})", hint="set it to UTF-8 text") from err
        if value.endswith("\r"):
            raise CaptureError(
                f"{name} ends in a carriage return ({place(source)})",
                hint="it came from a file with Windows line ends: convert that, or strip the value with tr -d '\\r'",
            )
        return FoundValue(value, source)

    def required(self, name: str, hint: str) -> FoundValue:
        """The variable's text; a `CaptureError` if it is unset or empty."""
        if (found := self.text(name)) is None:
            raise CaptureError(f"{name} is not set in do/config", hint=hint)
        return found

    def number(self, name: str) -> FoundValue | None:
        """The variable's number from 0, an int where it is whole; None if it is unset or empty."""
        return self._number(name, _NUMBER, "a number", "write it in digits, such as 1 or 0.5")

    def count(self, name: str) -> FoundValue | None:
        """The variable's whole number from 0; None if it is unset or empty."""
        return self._number(name, _WHOLE, "a whole number", "write it in digits, such as 1")

    def gpu_count(self, name: str) -> FoundValue | None:
        """Like `count`; a `CaptureError` where the project's last word on it is nothing at all."""
        made = self.assignments.get(name, ())
        if self.variables.get(name) == "" and made and made[-1].default is None:
            raise CaptureError(
                f"{name} is empty ({place(Source('file', made[-1].file, made[-1].line, name))})",
                hint="write a whole number, such as 1, or take the line out",
            )
        return self.count(name)

    def source(self, name: str) -> Source:
        """Where the variable got its value from."""
        return find_source(
            name,
            self.variables[name],
            self.assignments.get(name, ()),
            variables=self.variables,
            environment=self.environment,
        )

    def is_set_by_project(self, name: str) -> bool:
        """Whether do/config sets the variable, in so many words or in a way that shows in its value."""
        changed = self.environment.get(name) != self.variables.get(name)
        return changed or any(made.file in {CONFIG, self.file} for made in self.assignments.get(name, ()))

    def set_by_file(self, name: str) -> FoundValue | None:
        """The variable's text if a line of the scope's own `file` sets it, and not from the environment; else None."""
        if not any(made.file == self.file for made in self.assignments.get(name, ())):
            return None
        found = self.text(name)
        return found if found and found.source.kind == "file" else None

    def set_in_config(self) -> frozenset[str]:
        """The names of the variables that a line of do/config sets."""
        return frozenset(
            name for name, made in self.assignments.items() if any(assignment.file == CONFIG for assignment in made)
        )

    def _number(self, name: str, pattern: re.Pattern[str], kind: str, hint: str) -> FoundValue | None:
        found = self.text(name)
        if found is None:
            return None
        written = str(found.value)
        if not pattern.fullmatch(written):
            shown = one_line(written[:40])
            raise CaptureError(f"{name} is not {kind} from 0 but '{shown}' ({place(found.source)})", hint=hint)
        value = float(written)
        return FoundValue(int(value) if value.is_integer() else value, found.source)
