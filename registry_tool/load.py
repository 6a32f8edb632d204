"""Reading a record's bytes: the quick way for canonical YAML, the strict and patient one for anything else."""

from __future__ import annotations

from registry_tool.serialize import parse_canonical
from registry_tool.yamldoc import Parsed, parse


def load(data: bytes, *, file: str = "") -> Parsed:
    """The document in `data`, the places of its fields (none for canonical YAML), and what is wrong with it."""
    document = parse_canonical(data)
    if document is not None:
        return Parsed(document, {}, ())
    return parse(data, file=file)
