"""How a review looks in a terminal and to programs; as a comment, see `comment`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from registry_tool.hosts.links import Links
from registry_tool.printable import one_line
from registry_tool.record.identity import text_of
from registry_tool.review import Review
from registry_tool.review.consequences import consequences
from registry_tool.review.records import RecordReview
from registry_tool.views import validate as problems
from registry_tool.views.comment import as_markdown
from registry_tool.views.fitting import Fit
from registry_tool.views.forms import columns, counted, versioned_json
from registry_tool.views.phrases import (
    KIND_WORDS,
    capacity_rows,
    consequence_rows,
    highlights,
    place_of,
    remarks,
    retest_sentence,
    retest_words,
    shown_fields,
    summary_line,
    unmentioned_files,
)
from registry_tool.views.record import cut

_HEADINGS = (
    "FIELD",
    "BEFORE",
    "AFTER",
    "HERE",
    "THERE",
    "WHAT HAPPENS",
    "RECORDS",
    "INSTANCES",
    "CAPACITY",
    "GPUS",
    "",
)


def as_text(review: Review, _links: Links, *, room: int = 0) -> str:
    """The verdict, rules, problems as `validate` prints them, numbers, then a paragraph for each record.

    With `room`, its tables are fitted to so many columns of a terminal.
    """
    return "".join(
        [
            summary_line(review) + "\n",
            *(f"note: {remark}\n" for remark in remarks(review)),
            *_rules(review),
            problems.as_text(review.problems),
            *_numbers(review, room),
            *(f"{guard.change} {one_line(guard.path)}: {guard.decides}\n" for guard in review.guards),
            *(f"also changed: {one_line(path)}\n" for path in unmentioned_files(review)),
            *(_record(record, room) for record in review.records),
        ]
    )


def as_json(review: Review, _links: Links) -> str:
    """One object: the version of the format, the two commits, and everything that the other forms show."""
    document = {
        "summary": summary_line(review),
        "good": review.is_good,
        "base": review.span.base,
        "otherBases": review.span.other_bases,
        "head": review.span.head,
        "registry": review.fate,
        "rules": {
            "files": [
                {"path": file.path, "change": file.change, "changes": [asdict(change) for change in file.rules]}
                for file in review.ruling.files
            ],
            "reliedOn": [asdict(problem) for problem in review.ruling.relied_on],
            "freed": [asdict(problem) for problem in review.ruling.freed],
            "broken": [asdict(problem) for problem in review.ruling.broken],
        },
        "guards": [asdict(guard) for guard in review.guards],
        "retests": review.retests,
        "capacity": [asdict(one) for one in review.capacity],
        "records": [_as_object(record) for record in review.records],
        "otherFiles": list(review.other_files),
        "problems": [asdict(problem) for problem in review.problems],
    }
    return versioned_json(document)


FORMATS: Mapping[str, Callable[[Review, Links], str]] = {"text": as_text, "markdown": as_markdown, "json": as_json}
"""Each format that a review can be written in; only Markdown has links."""


def _rules(review: Review) -> Iterator[str]:
    for file in review.ruling.files:
        yield f"{file.change} {file.path}\n"
        yield from (
            f"  {sign} {one_line(change.path)}: {one_line(text_of(value))}\n"
            for change in file.rules
            for sign, value in (("-", change.before), ("+", change.after))
            if value is not None
        )
    ruling = review.ruling
    for found, words in (
        (ruling.relied_on, "only the new rules allow"),
        (ruling.freed, "the new rules free, elsewhere"),
        (ruling.broken, "the new rules break, elsewhere"),
    ):
        yield from (f"{words}: {line}\n" for line in problems.as_text(found).splitlines())


def _numbers(review: Review, room: int) -> Iterator[str]:
    if len(review.records) > 1:
        rows = [
            (words, f"{count:,}", ", ".join(f"{name} x {number:,}" for name, number in types))
            for words, count, types in consequence_rows(review.records)
        ]
        yield columns([("WHAT HAPPENS", "RECORDS", "INSTANCES"), *rows], indent="  ", fit=_fit(room))
    if capacity := list(capacity_rows(review.capacity)):
        yield columns([("CAPACITY", "INSTANCES", "GPUS"), *capacity], indent="  ", fit=_fit(room))


def _record(record: RecordReview, room: int) -> str:
    names = " ".join(one_line(text) for text in record.identity.values() if text)
    said = ", ".join(filter(None, [*(phrase.written(one_line) for phrase in highlights(record)), retest_words(record)]))
    parts = [
        f"\n{KIND_WORDS[record.kind]} {record.config_id} {names}\n",
        f"  {said}\n" if said else "",
        *_commit(record),
        f"  {retest_sentence(record).written(one_line)}\n",
        _fields(record, room),
        *_elsewhere(record, room),
    ]
    return "".join(parts)


def _commit(record: RecordReview) -> Iterator[str]:
    if commit := record.commit:
        of = f" (the last of {commit.of:,} commits)" if commit.of > 1 else ""
        when = f"{commit.at[:10]}, {commit.revision[:12]}{of}"
        yield f"  {one_line(commit.author)}, {when}: {one_line(commit.notes.strip())}\n"


def _fields(record: RecordReview, room: int) -> str:
    fields = shown_fields(record)
    if not fields:
        return ""
    rows = [(note.change.path, *cut(note.change.before, note.change.after), note.meaning) for note in fields]
    return columns([("FIELD", "BEFORE", "AFTER", ""), *rows], indent="  ", fit=_fit(room))


def _elsewhere(record: RecordReview, room: int) -> Iterator[str]:
    for other in record.elsewhere.others:
        where = place_of(other, record).written(one_line)
        new = [one for one in other.differences if one.is_new]
        old = len(other.differences) - len(new)
        said = "" if new else " runs the same" if not old else " differed before"
        yield f"  elsewhere: {where}{said}\n"
        rows = [(one.path, *cut(one.here, one.there)) for one in new]
        if rows:
            yield columns([("FIELD", "HERE", "THERE"), *rows], indent="    ", fit=_fit(room))
        if old:
            yield f"    {counted(old, 'difference')} from before\n"
    if (hidden := record.elsewhere.of - len(record.elsewhere.others)) > 0:
        yield f"  elsewhere: {hidden:,} more not compared\n"


def _fit(room: int) -> Fit | None:
    """Every column of a review stays: its cells are shortened as far as it takes."""
    return Fit(room=room, shortened=_HEADINGS, kept=_HEADINGS, least=8) if room else None


def _as_object(record: RecordReview) -> dict[str, object]:
    commit = record.commit
    return {
        "change": record.kind,
        "consequences": consequences(record),
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
        "retest": {"due": record.retest.due, "why": record.retest.why, "fields": list(record.retest.fields)},
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
