"""How the past looks: the audit trail, the differences between two revisions, and who set each field.

The trail and the differences come piece by piece, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from registry_tool.git.signatures import Signature
from registry_tool.printable import json_text, one_line, printable
from registry_tool.record.canonical import public_document
from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import text_of
from registry_tool.trail.blame import Origin
from registry_tool.trail.changes import RecordChange
from registry_tool.trail.history import Entry
from registry_tool.views.fitting import Fit, cells, shortened_middle
from registry_tool.views.forms import FORMAT_VERSION, columns, inert, shortened, versioned_json
from registry_tool.views.record import change_lines, field_table

_WIDTH = 40
_SHORTEST_NAME = 8


def entry_text(entry: Entry, *, changes: bool, room: int = 0) -> str:
    """What and when, who, and the first line of why; with `changes`, all of why and the fields that changed.

    With `room`, all but the notes is fitted to so many columns of a terminal.
    """
    author = one_line(entry.author)
    signed = f" {_signed(entry.signature)}" if entry.signature else ""
    head = _head(entry, room)
    if not changes:
        why = f"    {author}{signed}: {one_line(entry.notes.partition(chr(10))[0])}"
        return f"{head}\n{shortened_middle(why, room) if room else why}\n"
    notes = "".join(f"    {line}".rstrip() + "\n" for line in printable(entry.notes).split("\n"))
    lines = change_lines(entry.changes, indent="      ", room=room)
    return f"{head}\n  {author} <{one_line(entry.email)}>{signed}\n{notes}{lines}\n"


def entry_json(entry: Entry, *, changes: bool) -> str:
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


def log_text(entries: Iterable[Entry], *, changes: bool, room: int = 0) -> Iterator[str]:
    """Each entry for people."""
    return (entry_text(entry, changes=changes, room=room) for entry in entries)


def log_json(entries: Iterable[Entry], *, changes: bool) -> Iterator[str]:
    """One object: the version of the format, and the entries."""
    return _enveloped("entries", (entry_json(entry, changes=changes).rstrip("\n") for entry in entries))


def log_jsonl(entries: Iterable[Entry], *, changes: bool) -> Iterator[str]:
    """An object on a line for each entry."""
    return (entry_json(entry, changes=changes) for entry in entries)


LOG_FORMATS: Mapping[str, Callable[..., Iterator[str]]] = {"text": log_text, "json": log_json, "jsonl": log_jsonl}
"""Each format that the trail can be written in, piece by piece; `changes` says whether with changed fields."""


def changes_table(changes: Iterable[RecordChange], *, room: int = 0) -> Iterator[str]:
    """A line for each record, and under it a table of the fields that changed; long values from where they differ."""
    for change in changes:
        yield f"{change.kind} {change.config_id} {one_line(_project(change))}\n{field_table(change.fields, room=room)}"


def changes_json(changes: Iterable[RecordChange]) -> Iterator[str]:
    """One object: the version of the format, and the changes as in the feed."""
    return _enveloped("changes", (json_text(_feed(change)) for change in changes))


def change_feed(changes: Iterable[RecordChange]) -> Iterator[str]:
    """The change feed: an object a line, with the whole record as it is afterwards, null for a removed one."""
    for change in changes:
        yield json_text(_feed(change)) + "\n"


def changes_markdown(changes: Iterable[RecordChange]) -> Iterator[str]:
    """One table; nothing in a cell is a link, a mention or HTML to whoever renders it."""
    heading = "| Change | Record | Project | Field | Before | After |\n|---|---|---|---|---|---|\n"
    for change in changes:
        record = (change.kind, inert(change.config_id), inert(_project(change)))
        for field in change.fields or (FieldChange("", None, None),):
            cells = (*record, inert(field.path), inert(text_of(field.before)), inert(text_of(field.after)))
            yield heading + "| " + " | ".join(cells) + " |\n"
            heading = ""


DIFF_FORMATS: Mapping[str, Callable[[Iterable[RecordChange]], Iterator[str]]] = {
    "table": changes_table,
    "json": changes_json,
    "jsonl": change_feed,
    "markdown": changes_markdown,
}
"""Each format that differences can be written in, piece by piece."""


def origins_text(origins: Sequence[Origin], *, room: int = 0) -> str:
    """A row for each field: since when it has had this value, by whom and why; with `room`, fitted to a terminal."""
    heading = ("FIELD", "VALUE", "COMMIT", "DAY", "BY", "NOTES")
    how = Fit(room=room, kept=heading[:4], shortened=("VALUE", "BY", "NOTES"), expendable=("NOTES", "BY"))
    return columns([heading, *map(_row, origins)], fit=how if room else None)


def origins_json(origins: Sequence[Origin]) -> str:
    """One object: the version of the format, and the fields."""
    return versioned_json({"fields": list(map(_origin, origins))})


def origins_jsonl(origins: Sequence[Origin]) -> str:
    """An object on a line for each field."""
    return "".join(json_text(_origin(origin)) + "\n" for origin in origins)


BLAME_FORMATS: Mapping[str, Callable[[Sequence[Origin]], str]] = {
    "text": origins_text,
    "json": origins_json,
    "jsonl": origins_jsonl,
}
"""Each format that origins can be written in."""


def _head(entry: Entry, room: int) -> str:
    """The commit, the time and what it did to which record. Where that is too long, first the seconds go."""
    status = f" ({one_line(entry.status)})" if entry.kind != "removed" else ""
    before, name, after = f"{entry.revision[:12]}  ", one_line(entry.project_name), status
    what = f"  {entry.kind} {entry.config_id} "
    if not room or len(before + entry.at + what) + cells(name + after) <= room:
        return f"{before}{entry.at}{what}{name}{after}"
    start = f"{before}{entry.at[:16].replace('T', ' ')}{what}"
    return f"{start}{shortened_middle(name, max(_SHORTEST_NAME, room - len(start) - len(after)))}{after}"


def _signed(signature: Signature) -> str:
    if signature.state == "none":
        return "[not signed]"
    by = f" by {one_line(signature.signer)}" if signature.signer else ""
    return f"[{signature.state}: signed{by}{f' with {one_line(signature.key)}' if signature.key else ''}]"


def _project(change: RecordChange) -> str:
    return str((change.after or change.before or {}).get("projectName", ""))


def _feed(change: RecordChange) -> dict[str, object]:
    return {
        "change": change.kind,
        "configId": change.config_id,
        "fields": [{"path": field.path, "before": field.before, "after": field.after} for field in change.fields],
        "record": public_document(change.after) if change.after is not None else None,
    }


def _origin(origin: Origin) -> dict[str, object]:
    return {
        "path": origin.path,
        "value": origin.value,
        "revision": origin.entry.revision,
        "at": origin.entry.at,
        "author": origin.entry.author,
        "email": origin.entry.email,
        "notes": origin.entry.notes.partition("\n")[0],
    }


def _row(origin: Origin) -> tuple[str, ...]:
    entry = origin.entry
    value = shortened(one_line(text_of(origin.value)), _WIDTH)
    return origin.path, value, entry.revision[:12], entry.at[:10], entry.author, entry.notes.partition("\n")[0]


def _enveloped(name: str, objects: Iterable[str]) -> Iterator[str]:
    """One JSON object around others, piece by piece."""
    yield f'{{"version": {FORMAT_VERSION}, "{name}": ['
    separator = "\n"
    for one in objects:
        yield separator + one
        separator = ",\n"
    yield "\n]}\n"
