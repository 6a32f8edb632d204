"""registry-tool: a git-backed registry of model deployments. docs/reference/python.md shows its use from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry_tool.face import (
        AmbiguousError,
        Entry,
        FieldChange,
        Filters,
        Finding,
        Hit,
        Listing,
        NotFoundError,
        Problem,
        Record,
        RecordChange,
        Registered,
        Registry,
        RegistryError,
        Review,
        Summary,
        UsageError,
        ValidationReport,
    )

__version__ = "0.2.0"

__all__ = [
    "AmbiguousError",
    "Entry",
    "FieldChange",
    "Filters",
    "Finding",
    "Hit",
    "Listing",
    "NotFoundError",
    "Problem",
    "Record",
    "RecordChange",
    "Registered",
    "Registry",
    "RegistryError",
    "Review",
    "Summary",
    "UsageError",
    "ValidationReport",
    "__version__",
]


def __getattr__(name: str) -> object:
    # Loaded when it is used: the command line imports this package, and does without.
    if name not in __all__:
        raise AttributeError(f"module 'registry_tool' has no attribute {name!r}")
    from registry_tool import face

    return getattr(face, name)


def __dir__() -> list[str]:
    return __all__
