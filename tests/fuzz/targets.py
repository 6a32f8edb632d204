"""What is fuzzed: functions of any bytes, each of which fails if a promise is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from registry_tool.capture.evaluation import parse_answer
from registry_tool.record.canonical import parse_canonical, to_yaml
from registry_tool.record.diff import diff, flatten
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.record.yamldoc import MOST_PROBLEMS, parse
from registry_tool.redact import redact_document
from registry_tool.rules.leaks import find_leaks
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_file
from registry_tool.views import record as record_view
from registry_tool.views import validate as problems_view

DOCUMENTS = Path(__file__).parents[1] / "record"
_FILES = ("do/config", "do/ic/a.conf", "do/adapters/b.conf")


def yaml(data: bytes) -> None:
    """Any bytes are a document or problems, and what passes for canonical is read the same by the strict reader."""
    parsed = parse(data)
    assert (parsed.document is not None) or parsed.problems
    assert len(parsed.problems) <= MOST_PROBLEMS
    quickly = parse_canonical(data)
    assert quickly is None or (quickly == parsed.document and not parsed.problems)


def record(data: bytes) -> None:
    """Any bytes are a record that can be checked, shown, compared and redacted, or a reason why not."""
    path = record_path("ec3f1a0072d1b3d4")
    problems = check_file(data, path=path, settings=Settings())
    for view in problems_view.FORMATS.values():
        assert "\x1b" not in view(problems, "")
    find_leaks(data, file=path)
    document, reason = load_record(data, path=path)
    assert (document is None) == bool(reason)
    if document is not None and not problems:
        assert parse_canonical(to_yaml(document)) == document
        for show in record_view.FORMATS.values():
            assert "\x1b" not in show(document, {})
        assert diff(document, document) == ()
        assert list(flatten(document))
        redacted = redact_document(document)
        assert redact_document(redacted.document).findings == ()


def dump(data: bytes) -> None:
    """Any bytes that come back from bash are an answer, or an error that says so."""
    try:
        answer = parse_answer(data, _FILES, _FILES[1:])
    except (ValueError, LookupError):
        return
    assert answer.finished <= answer.started + 1 or answer.finished <= data.count(b"s")


TARGETS: Mapping[str, Callable[[bytes], None]] = {"yaml": yaml, "record": record, "dump": dump}
"""Each target by its name."""


def corpus(target: str) -> list[bytes]:
    """What fuzzing starts from: real documents, good and bad, and an answer of bash."""
    if target == "dump":
        shared = b"f\0s0\0f\0vIC_IMAGE_TAG=x\0vIC_GPU_COUNT=1\0s0\0"
        return [
            shared + b"vA=b\nc\0vB=\xff\0xA\nB\0",
            b"f\0s3\0",
            b"f\0",
            b"q\0",
            b"sX\0",
            b"vA\0",
            b"x\0f\0f\0f\0f\0vA=\0",
        ]
    return [file.read_bytes() for file in sorted(DOCUMENTS.glob("*valid/*.yaml"))]
