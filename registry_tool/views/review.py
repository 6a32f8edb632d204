"""How a review looks in a terminal and to programs; as a comment, see `comment`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from registry_tool.printable import one_line
from registry_tool.review import Review
from registry_tool.review.records import RecordReview
from registry_tool.views import validate as problems
from registry_tool.views.comment import as_markdown
from registry_tool.views.forms import columns, versioned_json
from registry_tool.views.phrases import (
    KIND_WORDS,
    highlights,
    place_of,
    retest_sentence,
    retest_words,
    shown_fields,
    summary_line,
)
from registry_tool.views.record import cut


def as_text(review: Review) -> str:
    """The summary line, problems as `validate` prints them, then a paragraph for each record."""
    files = "".join(f"also changed: {one_line(path)}\n" for path in review.other_files)
    return "".join(
        [summary_line(review) + "\n", problems.as_text(review.problems), files, *map(_record, review.records)]
    )


def as_json(review: Review) -> str:
    """One object: the version of the format, the two commits, and everything that the other forms show."""
    document = {
        "summary": summary_line(review),
        "base": review.span.base,
        "head": review.span.head,
        "retests": review.retests,
        "records": [_as_object(record) for record in review.records],
        "otherFiles": list(review.other_files),
        "problems": [asdict(problem) for problem in review.problems],
    }
    return versioned_json(document)


FORMATS: Mapping[str, Callable[[Review], str]] = {"text": as_text, "markdown": as_markdown, "json": as_json}
"""Each format that a review can be written in."""


def _record(record: RecordReview) -> str:
    names = " ".join(one_line(text) for text in record.identity.values() if text)
    said = ", ".join(filter(None, [*(phrase.written(one_line) for phrase in highlights(record)), retest_words(record)]))
    parts = [
        f"\n{KIND_WORDS[record.kind]} {record.config_id} {names}\n",
        f"  {said}\n" if said else "",
        *_commit(record),
        f"  {retest_sentence(record).written(one_line)}\n",
        _fields(record),
        *_elsewhere(record),
    ]
    return "".join(parts)


def _commit(record: RecordReview) -> Iterator[str]:
    if commit := record.commit:
        of = f" (the last of {commit.of:,} commits)" if commit.of > 1 else ""
        when = f"{commit.at[:10]}, {commit.revision[:12]}{of}"
        yield f"  {one_line(commit.author)}, {when}: {one_line(commit.notes.strip())}\n"


def _fields(record: RecordReview) -> str:
    fields = shown_fields(record)
    if not fields:
        return ""
    rows = [(note.change.path, *cut(note.change.before, note.change.after), note.meaning) for note in fields]
    return columns([("FIELD", "BEFORE", "AFTER", ""), *rows], indent="  ")


def _elsewhere(record: RecordReview) -> Iterator[str]:
    for other in record.elsewhere.others:
        where = place_of(other, record).written(one_line)
        yield f"  elsewhere: {where}{'' if other.differences else ' runs the same'}\n"
        rows = [
            (difference.path, *cut(difference.here, difference.there), "new" if difference.is_new else "")
            for difference in other.differences
        ]
        if rows:
            yield columns([("FIELD", "HERE", "THERE", ""), *rows], indent="    ")
    if (hidden := record.elsewhere.of - len(record.elsewhere.others)) > 0:
        yield f"  elsewhere: {hidden:,} more not compared\n"


def _as_object(record: RecordReview) -> dict[str, object]:
    commit = record.commit
    return {
        "change": record.kind,
        "configId": record.config_id,
        **record.identity,
        "counterpart": record.counterpart,
        "commit": asdict(commit) if commit else None,
        "fields": [
            {
                "path": note.change.path,
                "before": note.change.before,
                "after": note.change.after,
                "meaning": note.meaning,
            }
            for note in record.fields
        ],
        "parts": [asdict(part) for part in record.parts],
        "retest": asdict(record.retest),
        "problems": len(record.problems),
        "elsewhere": {
            "of": record.elsewhere.of,
            "others": [
                {
                    "configId": other.config_id,
                    **other.identity,
                    "differences": [
                        {"path": one.path, "here": one.here, "there": one.there, "new": one.is_new}
                        for one in other.differences
                    ],
                }
                for other in record.elsewhere.others
            ],
        },
    }
