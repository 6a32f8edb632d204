"""A review as the one comment that a bot keeps up to date: Markdown in which data means nothing but itself.

GitHub refuses a comment of more than 65,536 characters. What does not fit is left out by whole rows and whole records,
and counted; before any detail, each record has a line of its own. Data is in code only: in code spans within Markdown,
in `code` elements within HTML, and in blocks each line of which begins with a mark of ours. So neither Markdown and
HTML nor a host's mentions, references, emoji and commands find anything to act on.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import chain
from urllib.parse import quote

from registry_tool.hosts.links import Links
from registry_tool.printable import one_line
from registry_tool.problems import Problem
from registry_tool.record.diff import FieldChange
from registry_tool.record.identity import text_of
from registry_tool.record.layout import REGISTRY_FOLDER, is_record_path, record_path
from registry_tool.review import Review
from registry_tool.review.consequences import Alike, SharedChange, consequences, find_shared, group_alike
from registry_tool.review.elsewhere import Other
from registry_tool.review.fields import Noted
from registry_tool.review.records import RecordReview
from registry_tool.review.ruling import RuleFile
from registry_tool.views.forms import counted, inert
from registry_tool.views.markdown import (
    LONGEST_TEXT,
    block,
    capital,
    cell,
    code,
    fitting,
    link,
    more,
    shortened,
    size,
    table,
    value_cell,
)
from registry_tool.views.phrases import (
    CONSEQUENCE_WORDS,
    FATE_WORDS,
    KIND_WORDS,
    capacity_rows,
    consequence_rows,
    count_kinds,
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

LIMIT = 65_536
"""What a comment may be long. Counted in bytes of UTF-8, which is the strictest way to count characters."""

# For the frame around the records, and for whoever adds a line to the comment.
_RESERVED = 3_000
_RULES = 8_000
_PROBLEMS = 12_000
_SHARED = 5_000
_INDEX = 34_000
_ROWS = 6_000
_NOTES = 1_000
_MOST_FILES = 10
_MOST_SHARED = 8


def as_markdown(review: Review, links: Links) -> str:
    """The comment: its marker, the verdict, rules and problems, counts, then a folded part for each record."""
    writer = _Writer(links, review.span.head)
    top = "".join(
        chain(
            [f"{marker(review.prefix)}\n### {capital(summary_line(review))}\n\n"],
            _fate(review),
            writer.rules(review),
            writer.problems(review.problems, _PROBLEMS),
            _tables(review),
            _guards(review),
            _files(review),
            writer.shared(review.records),
        )
    )
    end = _footer(review, links)
    room = LIMIT - _RESERVED - size(top) - size(end)
    return top + "".join(writer.records(review.records, room)) + end


def marker(prefix: str) -> str:
    """The first line: by it a bot finds the comment of a registry, which is in the folder `prefix` of its repository.

    >>> marker(""), marker("team-a/")
    ('<!-- registry-tool: review -->', '<!-- registry-tool: review of team-a -->')
    """
    folder = quote(prefix.rstrip("/"), safe="/ ").replace("--", "%2D%2D")
    return f"<!-- registry-tool: review{f' of {folder}' if folder else ''} -->"


class _Writer:
    """Writes what happens to records; `links` lead to them as they are at `head`."""

    def __init__(self, links: Links, head: str) -> None:
        self._links, self._head = links, head

    def rules(self, review: Review) -> Iterator[str]:
        """What happens to the rules, under a heading of its own; nothing if nothing does."""
        ruling = review.ruling
        if not ruling.files:
            return
        yield "#### The rules change\n\n"
        for file in ruling.files:
            yield _rule_file(file)
        if ruling.relied_on:
            yield "**Only the new rules allow** what this pull request does with them. By the rules of the base:\n\n"
            yield from self.problems(ruling.relied_on, _RULES)
        if ruling.broken:
            yield f"They **break** {_records_of(ruling.broken)}: see the problems.\n\n"
        if ruling.freed:
            yield f"<details><summary>They free {_records_of(ruling.freed)}</summary>\n\n"
            yield from self.problems(ruling.freed, _RULES // 2)
            yield "</details>\n\n"

    def problems(self, problems: Sequence[Problem], room: int) -> Iterator[str]:
        """A line for each problem, with where it is: unlike a table's, a long line wraps on a phone."""
        if problems:
            lines = (
                f"- {self._place(problem)}: {inert(shortened(problem.describe(), 300))} {inert(problem.rule)}\n"
                for problem in problems
            )
            shown, left_out = fitting(lines, room)
            yield "".join([*shown, "\n"])
            if left_out is not None:
                yield f"{more(len(problems) - left_out, 'problem')} not shown here.\n\n"

    def shared(self, records: Sequence[RecordReview]) -> Iterator[str]:
        """The changes that many records have in common."""
        shared = find_shared(records)
        if not shared:
            return
        shown, left_out = fitting((self._shared(one) for one in shared[:_MOST_SHARED]), _SHARED)
        yield "".join(["**The same in several records:**\n\n", *shown, "\n"])
        rest = len(shared) - (len(shown) if left_out is not None else min(len(shared), _MOST_SHARED))
        if rest > 0:
            yield f"{more(rest, 'shared change')} not shown here.\n\n"

    def records(self, records: Sequence[RecordReview], room: int) -> Iterator[str]:
        """The details of all records if they fit; else a line for each of as many as fit first."""
        groups = group_alike(records)
        details = [self._group(group, alone=len(groups) == 1) for group in groups]
        if sum(map(size, details)) <= room:
            yield from details
            return
        index = list(self._index(records))
        yield from index
        room -= sum(map(size, index))
        shown, left_out = fitting(details, room)
        yield from shown
        if left_out is not None:
            rest = [record for group in groups[left_out:] for record in group.records]
            yield f"**Details of {more(len(rest), 'record')} are not shown here:** {count_kinds(rest)}.\n\n"

    def _index(self, records: Sequence[RecordReview]) -> Iterator[str]:
        """A line for each record, the ones that matter most first; short ones if they would not fit otherwise."""
        for line in (self._long_line, _short_line):
            lines = list(map(line, records))
            if sum(map(size, lines)) <= _INDEX:
                break
        shown, left_out = fitting(lines, _INDEX)
        yield f"<details><summary>{counted(len(records), 'record')}, one a line</summary>\n\n"
        yield from shown
        yield "\n"
        if left_out is not None:
            rest = records[left_out:]
            yield f"**{more(len(rest), 'record')} not shown here:** {count_kinds(rest)}.\n\n"
        yield "</details>\n\n"

    def _long_line(self, record: RecordReview) -> str:
        said = [*(phrase.written(code) for phrase in highlights(record)), retest_words(record)]
        return f"- {_kind(record)} {_identity(record)}" + "".join(f", {text}" for text in said if text) + "\n"

    def _shared(self, shared: SharedChange) -> str:
        change = shared.change
        before, after = (value_cell(value) or "nothing" for value in (change.before, change.after))
        return (
            f"- **{counted(len(shared.records), 'record')}**: {inert(shortened(change.path))} "
            f"{before} \N{RIGHTWARDS ARROW} {after}\n"
        )

    def _group(self, group: Alike, *, alone: bool) -> str:
        if len(group.records) == 1:
            return self._record(group.records[0], alone=alone)
        first = group.records[0]
        phrases = [phrase.written(code) for phrase in highlights(first)]
        said = "".join(f", {text}" for text in (*phrases, retest_words(first)) if text)
        title = f"<b>{KIND_WORDS[first.kind]}</b> {counted(len(group.records), 'record')} alike{said}"
        lines, left_out = fitting((self._member(record) for record in group.records), _ROWS)
        rest, word = len(group.records) - len(lines), "record"
        return (
            f"<details{' open' if alone else ''}><summary>{title}</summary>\n\n{_fields(first)}"
            f"{capital(retest_sentence(first).written(inert))}.\n\n{''.join(lines)}"
            f"{'' if left_out is None else f'- {more(rest, word)}{chr(10)}'}\n"
            f"{self._elsewhere(first)}</details>\n\n"
        )

    def _member(self, record: RecordReview) -> str:
        names = " ".join(inert(shortened(text)) for text in record.identity.values() if text)
        return f"- {names} {self._record_link(record)}\n"

    def _record(self, record: RecordReview, *, alone: bool) -> str:
        phrases = [phrase.written(code) for phrase in highlights(record)]
        said = "".join(f", {text}" for text in (*phrases, retest_words(record)) if text)
        return (
            f"<details{' open' if alone else ''}><summary>{_kind(record)} {_identity(record)}{said}</summary>\n\n"
            f"{self._commit(record)}{_fields(record)}{capital(retest_sentence(record).written(inert))}.\n\n"
            f"{self._elsewhere(record)}</details>\n\n"
        )

    def _record_link(self, record: RecordReview) -> str:
        """The record's id, which leads to its file; and the way to its page on the site."""
        address = "" if record.kind == "removed" else self._links.file(record_path(record.config_id), self._head)
        page = self._links.record(record.config_id)
        return link(inert(record.config_id), address) + (f" ({link('page', page)})" if page else "")

    def _commit(self, record: RecordReview) -> str:
        commit = record.commit
        head = self._record_link(record)
        if commit is None:
            return f"{head}\n\n"
        of = f", the last of {commit.of:,} commits" if commit.of > 1 else ""
        revision = link(f"`{commit.revision[:12]}`", self._links.commit(commit.revision))
        head += f" by {inert(shortened(commit.author))} on {commit.at[:10]} in {revision}{of}"
        notes = commit.notes.strip()
        if not notes:
            return f"{head}\n\n"
        if "\n" not in notes and len(notes) <= 2 * LONGEST_TEXT:
            return f"{head}: {inert(notes)}\n\n"
        return f"{head}:\n\n{block(shortened(notes, _NOTES).split(chr(10)), 'text', '> ')}\n\n"

    def _place(self, problem: Problem) -> str:
        """Where it is; of a record's path, which follows from its name, the name."""
        file = problem.file.rpartition("/")[2] if is_record_path(problem.file) else problem.file
        shown = ":".join(str(part) for part in (shortened(file), problem.line, problem.column) if part)
        return link(inert(shown), self._links.file(problem.file, self._head, problem.line))

    def _elsewhere(self, record: RecordReview) -> str:
        elsewhere = record.elsewhere
        if not elsewhere.others:
            return ""
        new = [row for other in elsewhere.others for row in _difference_rows(other, record, is_new=True)]
        old = [row for other in elsewhere.others for row in _difference_rows(other, record, is_new=False)]
        same = [place_of(other, record).written(inert) for other in elsewhere.others if not other.differences]
        hidden = elsewhere.of - len(elsewhere.others)
        heading = ("Where and field", "Here", "There")
        parts = []
        if new:
            parts += ["**Elsewhere** it ran the same and does not any more:\n\n"]
            parts += [table(heading, new, _ROWS, len(new), "difference")]
        if same:
            parts += [f"Runs the same: {'; '.join(same)}\n\n"]
        if old:
            parts += [f"<details><summary>{counted(len(old), 'difference')} from before, elsewhere</summary>\n\n"]
            parts += [table(heading, old, _ROWS // 2, len(old), "difference"), "</details>\n\n"]
        if hidden > 0:
            parts += [f"{more(hidden, 'record')} of the same project or model not compared.\n\n"]
        return "".join(parts)


def _fate(review: Review) -> Iterator[str]:
    if review.fate:
        yield f"**`{REGISTRY_FOLDER}` {FATE_WORDS[review.fate]}**: there is no registry here any more.\n\n"
    yield from (f"**Note:** {remark}\n\n" for remark in remarks(review))


def _records_of(problems: Sequence[Problem]) -> str:
    number = len({problem.file for problem in problems})
    return f"{counted(number, 'record')} that this pull request does not change"


def _rule_file(file: RuleFile) -> str:
    words = {"added": "is new", "removed": "is **deleted**; what it demanded goes", "changed": "changes"}[file.change]
    if file.unread:
        return f"`{file.path}` {words}; it cannot be read, so its rules are not compared\n\n"
    if not file.rules:
        return f"`{file.path}` {words}, in no rule\n\n"
    lines, left_out = fitting(list(chain.from_iterable(map(_rule_lines, file.rules))), _RULES)
    more = "" if left_out is None else "\n\nMore rules change than are shown here."
    return f"`{file.path}` {words}:\n\n{block(lines, 'diff', '')}{more}\n\n"


def _rule_lines(change: FieldChange) -> Iterator[str]:
    path = shortened(one_line(change.path))
    if change.before is not None:
        yield f"- {path}: {shortened(one_line(text_of(change.before)), 300)}"
    if change.after is not None:
        yield f"+ {path}: {shortened(one_line(text_of(change.after)), 300)}"


def _tables(review: Review) -> Iterator[str]:
    """What follows, in numbers; nothing where a single record says it all itself."""
    if len(review.records) > 1:
        rows = (
            f"| {words} | {count:,} | {_types(types)} |\n" for words, count, types in consequence_rows(review.records)
        )
        yield table(("What happens", "Records", "Instances"), rows, _SHARED, 20, "row")
    if capacity := list(capacity_rows(review.capacity)):
        cells = (f"| {inert(name)} | {instances} | {gpus} |\n" for name, instances, gpus in capacity)
        yield table(("Capacity", "Instances", "GPUs"), cells, _SHARED, len(capacity), "type")


def _types(types: Sequence[tuple[str, int]]) -> str:
    shown = [f"{inert(shortened(name))} \N{MULTIPLICATION SIGN} {count:,}" for name, count in types[:3]]
    return ", ".join([*shown, more(len(types) - 3, "type")] if len(types) > len(shown) else shown)


def _guards(review: Review) -> Iterator[str]:
    """Files outside the records that decide how they are reviewed."""
    if review.guards:
        yield "**These files decide how the registry is reviewed:**\n\n"
        shown = [f"- {inert(shortened(guard.path))} {guard.change} ({guard.decides})\n" for guard in review.guards]
        yield "".join(shown[: 2 * _MOST_FILES])
        if (hidden := len(shown) - 2 * _MOST_FILES) > 0:
            yield f"- {more(hidden, 'file')}\n"
        yield "\n"


def _files(review: Review) -> Iterator[str]:
    files = unmentioned_files(review)
    if files:
        shown = [inert(shortened(path)) for path in files[:_MOST_FILES]]
        if (hidden := len(files) - len(shown)) > 0:
            shown.append(more(hidden, "file"))
        yield f"Also changed: {', '.join(shown)}\n\n"


def _footer(review: Review, links: Links) -> str:
    span = f"{review.span.base[:12]}..{review.span.head[:12]}"
    shown = link(f"`{span}`", links.comparison(review.span.base, review.span.head))
    folder = review.prefix.rstrip("/")
    command = f"registry review {span}" + (f" --registry {shlex.quote(folder)}" if folder else "")
    return f"Commits {shown}; all of it in a terminal: {inert(command)}\n"


def _kind(record: RecordReview) -> str:
    return f"<b>{KIND_WORDS[record.kind]}</b>"


def _identity(record: RecordReview) -> str:
    return " ".join(code(text) for text in record.identity.values() if text)


def _short_line(record: RecordReview) -> str:
    worst = consequences(record)[0]
    said = f", {CONSEQUENCE_WORDS[worst]}" if worst in {"fails", "downgrade"} else ""
    return f"- {_kind(record)} {code(record.identity['projectName'][:40])} {code(record.config_id[:8])}{said}\n"


def _fields(record: RecordReview) -> str:
    fields = shown_fields(record)
    if not fields:
        return ""
    if record.kind in {"added", "restored"} and not record.counterpart:
        rows = (f"| {inert(shortened(note.change.path))} | {value_cell(note.change.after)} |\n" for note in fields)
        return table(("Field", "Value"), rows, _ROWS, len(fields), "field")
    rows = (_field_row(note) for note in fields)
    return table(("Field", "Before", "After"), rows, _ROWS, len(fields), "field")


def _field_row(note: Noted) -> str:
    change = note.change
    before, after = cut(change.before, change.after)
    field = inert(shortened(change.path)) + (f" {note.meaning}" if note.meaning else "")
    return f"| {field} | {cell(before, change.before)} | {cell(after, change.after)} |\n"


def _difference_rows(other: Other, record: RecordReview, *, is_new: bool) -> Iterator[str]:
    where = place_of(other, record).written(inert)
    for difference in other.differences:
        if difference.is_new == is_new:
            here, there = cut(difference.here, difference.there)
            field = f"{where} {inert(shortened(difference.path))}"
            yield f"| {field} | {cell(here, difference.here)} | {cell(there, difference.there)} |\n"
