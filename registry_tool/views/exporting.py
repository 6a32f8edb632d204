"""What an export looks like in each of its text formats, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import json_text
from registry_tool.record.canonical import in_order
from registry_tool.views import listing

if TYPE_CHECKING:
    from registry_tool.api.moving_out import Export


def as_jsonl(found: Export) -> Iterator[str]:
    """Each record on a line, with all its fields: nothing is lost when it is imported again."""
    return (json_text(in_order(document)) + "\n" for document in found.documents)


def as_csv(found: Export) -> Iterator[str]:
    """The summaries, as `list` writes them."""
    yield listing.as_csv(found.summaries)


def as_mlcc(found: Export) -> Iterator[str]:
    """The export format of ml-container-creator; unlike its own, with the region of each entry."""
    from registry_tool.transfer.mlcc import EXPORT_VERSION, to_entry

    yield (
        f'{{\n  "version": "{EXPORT_VERSION}",\n  "exportedAt": "{found.at}",\n'
        '  "exportedBy": "anonymous",\n  "entries": ['
    )
    separator = "\n"
    for document in found.documents:
        yield separator + json_text(to_entry(document), indent=2)
        separator = ",\n"
    yield "\n  ]\n}\n"


FORMATS: Mapping[str, Callable[[Export], Iterator[str]]] = {"jsonl": as_jsonl, "csv": as_csv, "mlcc": as_mlcc}
"""The formats that are text."""
