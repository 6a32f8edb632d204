"""What happens to records, in the words that every form of a review shares; data stands apart from the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import text_of
from registry_tool.review import Fate, Review
from registry_tool.review.capacity import Capacity
from registry_tool.review.consequences import Consequence, by_consequence
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

FATE_WORDS: Mapping[Fate, str] = {
    "": "stays",
    "deleted": "is deleted",
    "replaced": "is replaced by something that is not a folder",
    "unmarked": "loses its registry.yaml",
}
"""What becomes of the registry's folder."""

CONSEQUENCE_WORDS: Mapping[Consequence, str] = {
    "unreadable": "unreadable",
    "fails": "now failed",
    "removed": "removed",
    "downgrade": "downgrade",
    "moved": "moved to another place",
    "added": "new place",
    "restored": "restored",
    "upgrade": "upgrade",
    "works": "no longer failed",
    "other": "other change of what runs",
    "told": "only what is said of it",
}
"""What follows from a change, in a word or a few."""

# Those that the kinds of change do not say already.
_TOLD: Sequence[Consequence] = ("fails", "downgrade", "upgrade", "works")
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
    """The whole review in a line, without any data: the verdict, then what happens in numbers."""
    kinds = count_kinds(review.records)
    found = by_consequence(review.records)
    differing = sum(
        any(one.is_new for other in _others(record) for one in other.differences) for record in review.records
    )
    counts = [
        kinds,
        ", ".join(_counted_words(consequence, found[consequence]) for consequence in _TOLD if consequence in found),
        f"{review.retests:,} to be retested" if review.records else "",
        f"{differing:,} differ{'s' if differing == 1 else ''} from elsewhere" if differing else "",
    ]
    return f"{_verdict(review)}: {'; '.join(filter(None, counts)) or 'no record changes'}"


def remarks(review: Review) -> Iterator[str]:
    """What a reader should know about how the review was made."""
    if more := len(review.span.other_bases):
        yield (
            f"the branches were merged crosswise, so they parted in {more + 1} commits. This compares with the first "
            "of them; changes of the target may be shown too. To see the branch alone, merge the target into it."
        )


def unmentioned_files(review: Review) -> Sequence[str]:
    """The other files that changed, without those that a review says more about anyway."""
    told = {*(file.path for file in review.ruling.files), *(guard.path for guard in review.guards)}
    return [path for path in review.other_files if path not in told and review.prefix + path not in told]


def consequence_rows(records: Sequence[RecordReview]) -> Iterator[tuple[str, int, Sequence[tuple[str, int]]]]:
    """What happens, the worst first: words, how many records, and of which types of instance, the most first."""
    for consequence, those in by_consequence(records).items():
        chosen = [record for record in those if record.kind != "removed" or not record.counterpart]
        yield CONSEQUENCE_WORDS[consequence], len(chosen), _instance_types(chosen)
    if due := [record for record in records if record.retest.due]:
        yield "to be retested", len(due), _instance_types(due)


def capacity_rows(capacity: Sequence[Capacity]) -> Iterator[tuple[str, str, str]]:
    """The type of instance, and how many instances and GPUs of it there are before and after."""
    for one in capacity:
        yield (
            one.instance_type,
            _before_after(one.instances_before, one.instances_after),
            _before_after(one.gpus_before, one.gpus_after),
        )


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


def _verdict(review: Review) -> str:
    found = [
        f"the registry {FATE_WORDS[review.fate]}" if review.fate else "",
        "the rules change" if review.ruling.files else "",
        f"{counted(len(review.ruling.relied_on), 'problem')} that only the new rules allow"
        if review.ruling.relied_on
        else "",
        counted(len(review.problems), "problem") if review.problems else "",
        f"{counted(len(review.guards), 'file')} that decide{'s' if len(review.guards) == 1 else ''} about reviews"
        if review.guards
        else "",
    ]
    return ", ".join(filter(None, found)) or "OK"


def _counted_words(consequence: Consequence, records: Sequence[RecordReview]) -> str:
    number, words = len(records), CONSEQUENCE_WORDS[consequence]
    return counted(number, words) if consequence in {"upgrade", "downgrade"} else f"{number:,} {words}"


def _others(record: RecordReview) -> Sequence[Other]:
    return record.elsewhere.others


def _instance_types(records: Sequence[RecordReview]) -> list[tuple[str, int]]:
    return Counter(record.identity["instanceType"] for record in records).most_common()


def _before_after(before: int, after: int) -> str:
    return f"{before:,}" if before == after else f"{before:,} \N{RIGHTWARDS ARROW} {after:,}"


def _highlights(record: RecordReview) -> Iterator[Phrase]:
    if record.problems:
        yield Phrase(counted(len(record.problems), "problem"))
    if record.counterpart:
        yield Phrase("replaced by {}" if record.kind == "removed" else "in place of {}", (record.counterpart,))
    yield from (_status(note) for note in record.fields if _is_telling_status(record, note))
    if record.kind in {"added", "restored"} and not record.counterpart:
        yield from (Phrase("{}", (text_of(note.change.after),)) for note in record.fields if _is_base_image(note))
        return
    fields = record.fields
    yield from (_from_to(_PLACE_WORDS[note.change.path], note) for note in fields if note.change.path in _PLACE_WORDS)
    yield from (_image(note) for note in fields if note.meaning)
    yield from _parts(record)
    yield from _other_fields(record)


def _status(note: Noted) -> Phrase:
    return _from_to("status", note) if note.change.before else Phrase("status {}", (text_of(note.change.after),))


def _is_telling_status(record: RecordReview, note: Noted) -> bool:
    """A status that changed, or that a new record has although it does not work."""
    return note.change.path == "status" and (record.kind == "changed" or note.change.after != "success")


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
