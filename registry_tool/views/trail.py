"""How the audit trail looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry_tool.history import Entry
from registry_tool.printable import json_text, one_line, printable
from registry_tool.views.record import change_lines


def as_text(entry: Entry) -> str:
    """What and when, who, why, and the fields that changed."""
    what = f"{entry.kind} {entry.config_id} {one_line(entry.project_name)}"
    status = f" ({one_line(entry.status)})" if entry.kind != "removed" else ""
    notes = "".join(f"    {line}".rstrip() + "\n" for line in printable(entry.notes).split("\n"))
    return (
        f"{entry.revision[:12]}  {entry.at}  {what}{status}\n"
        f"  {one_line(entry.author)} <{one_line(entry.email)}>\n"
        f"{notes}{change_lines(entry.changes, indent='      ')}\n"
    )


def as_json_line(entry: Entry) -> str:
    """A JSON object on a line, with the record's own field names."""
    return (
        json_text(
            {
                "revision": entry.revision,
                "author": entry.author,
                "email": entry.email,
                "at": entry.at,
                "kind": entry.kind,
                "configId": entry.config_id,
                "projectName": entry.project_name,
                "status": entry.status,
                "notes": entry.notes,
                "changes": [
                    {"path": change.path, "before": change.before, "after": change.after} for change in entry.changes
                ],
            }
        )
        + "\n"
    )


FORMATS: Mapping[str, Callable[[Entry], str]] = {"text": as_text, "jsonl": as_json_line}
"""Each format that the trail can be written in, an entry at a time."""
