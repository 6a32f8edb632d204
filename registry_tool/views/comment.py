"""A review as the one comment that a bot keeps up to date: Markdown in which data means nothing but itself.

GitHub refuses a comment of more than 65,536 characters. What does not fit is left out by whole rows and whole records,
and counted. Data stands in code only: in code spans within Markdown, in `code` elements within HTML; there neither
Markdown and HTML nor GitHub's own mentions, references and emoji are looked for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from registry_tool.printable import one_line, printable
from registry_tool.problems import Problem
from registry_tool.record.diff import Scalar
from registry_tool.record.identity import text_of
from registry_tool.record.layout import is_record_path
from registry_tool.review import Review
from registry_tool.review.elsewhere import Other
from registry_tool.review.fields import Noted
from registry_tool.review.records import RecordReview
from registry_tool.views.forms import inert
from registry_tool.views.phrases import (
    KIND_WORDS,
    count_kinds,
    highlights,
    place_of,
    retest_sentence,
    retest_words,
    shown_fields,
    summary_line,
)
from registry_tool.views.record import cut

MARKER = "<!-- registry-tool: review -->"
"""The first line, the same in every review: by it a bot finds the comment that it is to edit."""

LIMIT = 65_536
"""What a comment may be long. Counted in bytes of UTF-8, which is the strictest way to count characters."""

# For the frame around the records, and for whoever adds a line to the comment.
_RESERVED = 4_000
_PROBLEMS = 16_000
_ROWS = 6_000
_NOTES = 1_000
_LONGEST_TEXT = 80
_MOST_FILES = 10


def as_markdown(review: Review) -> str:
    """The comment: its marker, the summary, problems, then a folded part for each record."""
    span = f"{review.span.base[:12]}..{review.span.head[:12]}"
    pieces = [f"{MARKER}\n### {_capital(summary_line(review))}\n\n", *_problems(review.problems), *_files(review)]
    room = LIMIT - _RESERVED - sum(map(_size, pieces))
    records, left_out = _fitting((_record(record, alone=len(review.records) == 1) for record in review.records), room)
    pieces += records
    if left_out is not None:
        rest = review.records[left_out:]
        pieces.append(f"**{_more(len(rest), 'record')} not shown here:** {count_kinds(rest)}.\n\n")
    pieces.append(f"Commits `{span}`; all of it in a terminal: `registry review {span}`\n")
    return "".join(pieces)


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        rows = (
            f"| {inert(_place(problem))} | {inert(_shortened(problem.describe(), 300))} | {inert(problem.rule)} |\n"
            for problem in problems
        )
        yield _table(("Where", "Problem", "Rule"), rows, _PROBLEMS, len(problems), "problem")


def _place(problem: Problem) -> str:
    """Where it stands; of a record's path, which follows from its name, the name."""
    file = problem.file.rpartition("/")[2] if is_record_path(problem.file) else problem.file
    return ":".join(str(part) for part in (_shortened(file), problem.line, problem.column) if part)


def _files(review: Review) -> Iterator[str]:
    if review.other_files:
        shown = [inert(_shortened(path)) for path in review.other_files[:_MOST_FILES]]
        if (hidden := len(review.other_files) - len(shown)) > 0:
            shown.append(_more(hidden, "file"))
        yield f"Also changed: {', '.join(shown)}\n\n"


def _record(record: RecordReview, *, alone: bool) -> str:
    title = f"<b>{KIND_WORDS[record.kind]}</b> {_identity(record)}"
    phrases = [phrase.written(_code) for phrase in highlights(record)]
    title += "".join(f", {text}" for text in (*phrases, retest_words(record)) if text)
    return (
        f"<details{' open' if alone else ''}><summary>{title}</summary>\n\n"
        f"{_commit(record)}{_fields(record)}{_capital(retest_sentence(record).written(inert))}.\n\n{_elsewhere(record)}</details>\n\n"
    )


def _identity(record: RecordReview) -> str:
    project, model, *place = (record.identity[name] for name in record.identity)
    return " ".join(_code(text) for text in (project, model, *place) if text)


def _commit(record: RecordReview) -> str:
    commit = record.commit
    head = inert(record.config_id)
    if commit is None:
        return f"{head}\n\n"
    of = f", the last of {commit.of:,} commits" if commit.of > 1 else ""
    head += f" by {inert(_shortened(commit.author))} on {commit.at[:10]} in `{commit.revision[:12]}`{of}"
    notes = commit.notes.strip()
    if not notes:
        return f"{head}\n\n"
    if "\n" not in notes and len(notes) <= 2 * _LONGEST_TEXT:
        return f"{head}: {inert(notes)}\n\n"
    return f"{head}:\n\n{_fenced(_shortened(notes, _NOTES))}\n\n"


def _fields(record: RecordReview) -> str:
    fields = shown_fields(record)
    if not fields:
        return ""
    if record.kind in {"added", "restored"} and not record.counterpart:
        rows = (f"| {inert(_shortened(note.change.path))} | {_value(note.change.after)} |\n" for note in fields)
        return _table(("Field", "Value"), rows, _ROWS, len(fields), "field")
    rows = (_field_row(note) for note in fields)
    return _table(("Field", "Before", "After"), rows, _ROWS, len(fields), "field")


def _field_row(note: Noted) -> str:
    change = note.change
    before, after = cut(change.before, change.after)
    field = inert(_shortened(change.path)) + (f" {note.meaning}" if note.meaning else "")
    return f"| {field} | {_cell(before, change.before)} | {_cell(after, change.after)} |\n"


def _elsewhere(record: RecordReview) -> str:
    elsewhere = record.elsewhere
    if not elsewhere.others:
        return ""
    same = [place_of(other, record).written(inert) for other in elsewhere.others if not other.differences]
    differing = [other for other in elsewhere.others if other.differences]
    rows = [row for other in differing for row in _difference_rows(other, record)]
    hidden = elsewhere.of - len(elsewhere.others)
    return "".join(
        [
            "**Elsewhere**, the same project or model:\n\n",
            _table(("Where", "Field", "Here", "There"), rows, _ROWS, len(rows), "difference") if rows else "",
            f"Runs the same: {'; '.join(same)}\n\n" if same else "",
            f"{_more(hidden, 'record')} not compared.\n\n" if hidden > 0 else "",
        ]
    )


def _difference_rows(other: Other, record: RecordReview) -> Iterator[str]:
    where = place_of(other, record).written(inert)
    for difference in other.differences:
        here, there = cut(difference.here, difference.there)
        field = inert(_shortened(difference.path)) + (" **new**" if difference.is_new else "")
        cells = (where, field, _cell(here, difference.here), _cell(there, difference.there))
        yield f"| {' | '.join(cells)} |\n"
        where = ""


def _cell(text: str, value: Scalar) -> str:
    """A value as it was cut; nothing for what is absent."""
    return inert(text) if value is not None else ""


def _value(value: Scalar) -> str:
    return _cell(_shortened(one_line(text_of(value))), value)


def _table(heading: Sequence[str], rows: Iterable[str], room: int, count: int, word: str) -> str:
    """A table of as many whole rows as fit `room`, and how many of the `count` do not."""
    shown, left_out = _fitting(rows, room)
    lines = [f"| {' | '.join(heading)} |\n|{'---|' * len(heading)}\n", *shown, "\n"]
    if left_out is not None:
        lines.append(f"{_more(count - left_out, word)} not shown here.\n\n")
    return "".join(lines)


def _fitting(pieces: Iterable[str], room: int) -> tuple[list[str], int | None]:
    """The first pieces, as many as fit, and the place of the first that does not; None if all do."""
    shown: list[str] = []
    for place, piece in enumerate(pieces):
        room -= _size(piece)
        if room < 0:
            return shown, place
        shown.append(piece)
    return shown, None


def _size(text: str) -> int:
    return len(text.encode())


def _code(text: str) -> str:
    """`text` as code within HTML."""
    return f"<code>{html.escape(one_line(_shortened(text)))}</code>"


def _fenced(text: str) -> str:
    """`text` as a block of code, with fences that it cannot hold."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}text\n{printable(text)}\n{fence}"


def _shortened(text: str, length: int = _LONGEST_TEXT) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _more(number: int, word: str) -> str:
    return f"{number:,} more {word}" + ("" if number == 1 else "s")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
