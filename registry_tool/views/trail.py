"""How the audit trail looks, an entry at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from registry_tool.git.signatures import Signature
from registry_tool.printable import json_text, one_line, printable
from registry_tool.trail.history import Entry
from registry_tool.views.record import change_lines


def as_text(entry: Entry, *, changes: bool) -> str:
    """What and when, who, and the first line of why; with `changes`, all of why and the fields that changed."""
    status = f" ({one_line(entry.status)})" if entry.kind != "removed" else ""
    what = f"{entry.kind} {entry.config_id} {one_line(entry.project_name)}{status}"
    author = one_line(entry.author)
    signed = f" {_signed(entry.signature)}" if entry.signature else ""
    head = f"{entry.revision[:12]}  {entry.at}  {what}\n"
    if not changes:
        return f"{head}    {author}{signed}: {one_line(entry.notes.partition(chr(10))[0])}\n"
    notes = "".join(f"    {line}".rstrip() + "\n" for line in printable(entry.notes).split("\n"))
    return (
        f"{head}  {author} <{one_line(entry.email)}>{signed}\n{notes}{change_lines(entry.changes, indent='      ')}\n"
    )


def as_json_line(entry: Entry, *, changes: bool) -> str:
    """A JSON object on a line, with the record's own field names; with `changes`, the fields that changed."""
    value: dict[str, object] = {
        "revision": entry.revision,
        "author": entry.author,
        "email": entry.email,
        "at": entry.at,
        "kind": entry.kind,
        "configId": entry.config_id,
        "projectName": entry.project_name,
        "status": entry.status,
        "notes": entry.notes,
    }
    if changes:
        value["changes"] = [
            {"path": change.path, "before": change.before, "after": change.after} for change in entry.changes
        ]
    if entry.signature:
        value["signature"] = asdict(entry.signature)
    return json_text(value) + "\n"


FORMATS: Mapping[str, Callable[..., str]] = {"text": as_text, "jsonl": as_json_line}
"""Each format that the trail can be written in, an entry at a time; `changes` says whether with changed fields."""


def _signed(signature: Signature) -> str:
    if signature.state == "none":
        return "[not signed]"
    by = f" by {one_line(signature.signer)}" if signature.signer else ""
    return f"[{signature.state}: signed{by}{f' with {one_line(signature.key)}' if signature.key else ''}]"
