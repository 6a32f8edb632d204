"""Keeping the review of a pull request as one comment on it."""

from __future__ import annotations

from pathlib import Path

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError
from registry_tool.hosts.comment import Kept, keep_comment


def comment(context: Context, file: Path) -> Kept:
    """Make the text in `file` the comment that begins with its first line, on the pull request of this CI job."""
    try:
        text = (context.directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise RegistryError(f"cannot read {file}", hint="registry review BASE..HEAD --format markdown > FILE") from err
    return keep_comment(text, context.environment)
