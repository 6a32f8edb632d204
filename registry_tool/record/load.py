"""Reading a record's bytes: the quick way for canonical YAML, the strict and patient one for anything else."""

from __future__ import annotations

from registry_tool.record.canonical import parse_canonical
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.record.yamldoc import MAX_BYTES, Parsed, parse


def load(data: bytes, *, file: str = "") -> Parsed:
    """The document in `data`, the places of its fields (none for canonical YAML), and what is wrong with it."""
    document = parse_canonical(data) if len(data) <= MAX_BYTES else None
    if document is not None:
        return Parsed(document, {}, ())
    return parse(data, file=file)


def load_record(data: bytes, *, path: str) -> tuple[Document | None, str]:
    """The record that the file at `path` holds, or None and the reason why there is none that can be read."""
    parsed = load(data, file=path)
    if parsed.document is None:
        first = parsed.problems[0]
        return None, f"line {first.line}: {first.message}"
    if record_path(str(parsed.document.get("configId", ""))) != path:
        return None, "its configId is not its name"
    return parsed.document, ""
