"""What happens to records, in the words that every form of a review shares; data stands apart from the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import text_of
from registry_tool.review import Review
from registry_tool.review.elsewhere import IDENTITY, Other
from registry_tool.review.fields import Group, Noted
from registry_tool.review.records import KINDS, Kind, RecordReview
from registry_tool.views.forms import counted

KIND_WORDS: Mapping[Kind, str] = {
    "unreadable": "unreadable",
    "removed": "removed",
    "changed": "changed",
    "added": "new",
    "restored": "restored",
}
"""What happened to a record, in a word."""

_MOST_PHRASES = 4
_MOST_NAMES = 5
_GROUPS: Mapping[Group, str] = {"component": "component", "adapter": "adapter", "parameter": "parameter"}
_PLACE_WORDS = {field.name: field.heading.lower() for field in FIELDS if field.role == "identity"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words with a `{}` for each of the `values`, which are data."""

    words: str
    values: tuple[str, ...] = ()

    def written(self, quote: Callable[[str], str]) -> str:
        """The phrase with each value as `quote` makes it."""
        return self.words.format(*map(quote, self.values))


def summary_line(review: Review) -> str:
    """The whole review in a line, without any data."""
    kinds = Counter(record.kind for record in review.records)
    directions = Counter(note.meaning for record in review.records for note in record.fields)
    differing = sum(any(other.differences for other in record.elsewhere.others) for record in review.records)
    counts = [
        (", ".join(f"{kinds[kind]:,} {KIND_WORDS[kind]}" for kind in KINDS if kinds[kind]), True),
        (", ".join(counted(directions[word], word) for word in ("upgrade", "downgrade") if directions[word]), True),
        (f"{review.retests:,} to be retested", bool(review.records)),
        (f"{differing:,} differ{'s' if differing == 1 else ''} from elsewhere", bool(differing)),
        (counted(len(review.problems), "problem"), bool(review.problems)),
    ]
    return "; ".join(text for text, shown in counts if text and shown) or "no record changes"


def count_kinds(records: Sequence[RecordReview]) -> str:
    """How many records there are of each kind."""
    kinds = Counter(record.kind for record in records)
    return ", ".join(f"{kinds[kind]:,} {KIND_WORDS[kind]}" for kind in KINDS if kinds[kind])


def highlights(record: RecordReview) -> list[Phrase]:
    """What a reviewer should know of a record before its fields, the most important first."""
    phrases = list(_highlights(record))
    if len(phrases) <= _MOST_PHRASES:
        return phrases
    return [*phrases[: _MOST_PHRASES - 1], Phrase(f"{len(phrases) - _MOST_PHRASES + 1} more")]


def retest_words(record: RecordReview) -> str:
    """Whether the record will be tested, in a word or two; nothing for what is not there to be tested."""
    if record.retest.due:
        return "to be tested" if record.kind == "added" else "to be retested"
    return "" if record.kind in {"removed", "unreadable"} else "no retest"


def retest_sentence(record: RecordReview) -> Phrase:
    """Whether the next sync will have the record tested, and why or why not."""
    retest = record.retest
    due = "to be tested on the next sync" if retest.due else "not to be tested"
    fields = retest.fields[:_MOST_NAMES]
    names = ", ".join(["{}"] * len(fields)) + (" and more" if len(fields) < len(retest.fields) else "")
    told = f" ({names})" if retest.due else f" (only {names} changed)"
    return Phrase(f"{due}: {retest.why}{told if fields else ''}", fields)


def shown_fields(record: RecordReview) -> list[Noted]:
    """The record's fields, less the notes that are the commit's message and so are read there."""
    message = record.commit.notes.split() if record.commit else []
    return [
        note
        for note in record.fields
        if note.change.path != "notes" or message == [] or text_of(note.change.after).split() != message
    ]


def place_of(other: Other, record: RecordReview) -> Phrase:
    """Where another record is, by what of its identity is not this one's."""
    apart = [other.identity[name] or "no model" for name in IDENTITY if other.identity[name] != record.identity[name]]
    if not apart:
        return Phrase("same place ({})", (other.config_id,))
    return Phrase(" ".join(["{}"] * len(apart)) + " ({})", (*apart, other.config_id))


def _highlights(record: RecordReview) -> Iterator[Phrase]:
    if record.problems:
        yield Phrase(counted(len(record.problems), "problem"))
    if record.counterpart:
        yield Phrase("replaced by {}" if record.kind == "removed" else "in place of {}", (record.counterpart,))
    if record.kind in {"added", "restored"} and not record.counterpart:
        yield from (Phrase("{}", (text_of(note.change.after),)) for note in record.fields if _is_base_image(note))
        return
    fields = record.fields
    yield from (_from_to(_PLACE_WORDS[note.change.path], note) for note in fields if note.change.path in _PLACE_WORDS)
    yield from (_image(note) for note in fields if note.meaning)
    yield from _parts(record)
    yield from (_from_to("status", note) for note in fields if note.change.path == "status")
    yield from _other_fields(record)


def _is_base_image(note: Noted) -> bool:
    return note.change.path == "baseImage"


def _image(note: Noted) -> Phrase:
    component = note.change.path.rpartition(".image")[0].removeprefix("icList.")
    whose, values = (" of {}", (component,)) if component else ("", ())
    if note.meaning in {"upgrade", "downgrade", "another tag"}:
        return Phrase(
            f"{note.meaning}{whose} {{}} \N{RIGHTWARDS ARROW} {{}}",
            (*values, text_of(note.change.before), text_of(note.change.after)),
        )
    return Phrase(note.meaning + whose, values)


def _from_to(word: str, note: Noted) -> Phrase:
    before, after = text_of(note.change.before), text_of(note.change.after)
    return Phrase(f"{word} {{}} \N{RIGHTWARDS ARROW} {{}}", (before or "-", after or "-"))


def _parts(record: RecordReview) -> Iterator[Phrase]:
    for group, word in _GROUPS.items():
        for change in ("added", "removed", "changed"):
            names = [part.name for part in record.parts if part.group == group and part.change == change]
            if len(names) == 1:
                yield Phrase(f"{word} {{}} {change}", (names[0],))
            elif names:
                yield Phrase(f"{len(names)} {word}s {change}")


def _other_fields(record: RecordReview) -> Iterator[Phrase]:
    said = {
        "parameters",
        "icList",
        "status",
        *(note.change.path.partition(".")[0] for note in record.fields if note.meaning),
    }
    tops = dict.fromkeys(note.change.path.partition(".")[0] for note in record.fields)
    for top in tops:
        if top not in said and top not in _PLACE_WORDS and (top != "notes" or len(tops) == 1):
            yield Phrase("{} changed", (top,))
