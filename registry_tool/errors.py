"""Every expected failure: what happened, what to do next, and the exit code it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from types import FrameType


class RegistryError(Exception):
    """An expected failure.

    `str(error)` tells what happened: the record, file or rule, in lower case and without any secret value;
    `hint` says what to do next. The command line prints both and exits with `exit_code`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Say what happened and what to do next."""
        super().__init__(message)
        self.hint = hint


class UsageError(RegistryError):
    """The request itself cannot be meant: a bad flag value, a name that is not text."""

    exit_code = 2


class TimeUpError(Exception):
    """A check has used up its processor time. Only who sets the limit sees it."""


def time_is_up(_signal: int, _frame: FrameType | None) -> None:
    """The handler of SIGVTALRM with which a program lets checks be limited in time.

    A signal belongs to the program, so the command line installs it, and no function of this package does.
    """
    raise TimeUpError
