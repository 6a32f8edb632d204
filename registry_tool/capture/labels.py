"""The labels that a project or its caller gives: lines of do/labels, and variables called REGISTRY_LABEL_NAME."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.capture.draft import CaptureError, Source
from registry_tool.capture.scope import FoundValue
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope
    from registry_tool.capture.tree import Tree

LABELS = "do/labels"
"""A file of lines NAME=VALUE. Empty lines, and those that begin with #, say nothing."""

_PREFIX = "REGISTRY_LABEL_"


def read_labels(project: Project, shared: Scope) -> dict[str, Tree]:
    """The labels by name. A variable counts more than a line: it can be set for one registration.

    REGISTRY_LABEL_COST_CENTER gives the label cost_center. Raises `CaptureError` for a line that is not NAME=VALUE.
    """
    labels: dict[str, Tree] = {}
    for number, line in enumerate(project.read_if_there(LABELS).splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value):
            raise CaptureError(
                f"{LABELS}:{number} is not NAME=VALUE but '{one_line(text[:60])}'",
                hint="write a label a line, such as owner=ml-search",
            )
        labels[name] = FoundValue(value, Source("file", LABELS, number, f"the label {name}"))
    for name in sorted(shared.exported):
        if name.startswith(_PREFIX) and (found := shared.text(name)):
            labels[name.removeprefix(_PREFIX).lower()] = found
    return labels
