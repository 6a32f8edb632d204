"""What the site's data files hold: the table of records, the log, and whole records with their history in shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from registry_tool.record.diff import Scalar
from registry_tool.record.image import image_parts
from registry_tool.site.columns import PackedTable, as_json
from registry_tool.site.past import Past, Step

FORMAT = 1
# A shard is read whole when a record is opened, and a folder of many files is a burden to publish.
_RECORDS_IN_A_SHARD = 200
_LONGEST_PREFIX = 2
_WEEK = 7 * 86_400
_WEEKS = 26
_LATEST = 6
_LABELS = 8
_LONGEST_VALUE = 120
_KINDS = ("registered", "updated", "removed")


@dataclass(frozen=True, slots=True)
class Test:
    """What the CI table says of a record: `status`, and the time of the last test in seconds, 0 for never."""

    status: str
    at: int


class LiveDifference(NamedTuple):
    """A field, what is registered, what ran, and a remark. A value of an environment is in neither."""

    path: str
    registered: Scalar
    running: Scalar
    why: str


@dataclass(frozen=True, slots=True)
class ShownLook:
    """What the last look at what really runs said of a record: in a word, whether that is wrong, and when it was.

    `reason` explains the word; `differences` are the fields in which what ran was not what is registered.
    """

    said: str
    is_wrong: bool
    at: int
    reason: str = ""
    differences: Sequence[LiveDifference] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a site is made of. `at` is the time of the commit `revision`, in seconds since 1970.

    `tests` is by configId, None if the CI table was not asked; `looks` likewise, None if they were not asked for.
    `joined_at` says when these were read. `views` are named lists, each with its state as in an address.
    """

    name: str
    revision: str
    at: int
    records: Sequence[Past]
    tests: Mapping[str, Test] | None = None
    looks: Mapping[str, ShownLook] | None = None
    joined_at: int = 0
    views: Mapping[str, str] = field(default_factory=dict)

    def data_files(self) -> Iterator[tuple[str, bytes]]:
        """Each data file by its name below `data/`, without an ending."""
        yield "records", self._table()
        yield "log", self._log()
        yield from ((f"r/{prefix or 'all'}", as_json(records)) for prefix, records in self._shards())

    def rows(self) -> Iterator[Sequence[str]]:
        """The records that are there, as rows for people without JavaScript; the first row names the columns."""
        names = ("configId", *_TEXTS)
        yield names
        for past in self.records:
            if not past.is_removed:
                yield (past.config_id, *(text(self, past) for text in _TEXTS.values()))

    def _table(self) -> bytes:
        table = PackedTable()
        table.add_numbers("id", (byte for past in self.records for byte in bytes.fromhex(past.config_id)))
        for name, text in _TEXTS.items():
            table.add_texts(name, [text(self, past) for past in self.records])
        labels = self._label_names()
        for label in labels:
            table.add_texts(f"label.{label}", [past.version.labels.get(label, "") for past in self.records])
        table.add_numbers("changed", (past.steps[-1].at for past in self.records))
        table.add_numbers("created", (past.steps[0].at for past in self.records))
        table.add_numbers("tested", (_test(self, past).at for past in self.records))
        table.add_numbers("looked", (_look(self, past).at for past in self.records))
        table.add_numbers("removed", (int(past.is_removed) for past in self.records))
        table.add_numbers("hasOwner", (int(bool(past.version.labels.get("owner"))) for past in self.records))
        table.add_lists("words", (_words(past) for past in self.records))
        return table.packed(
            {
                "format": FORMAT,
                "name": self.name,
                "revision": self.revision,
                "at": self.at,
                "count": len(self.records),
                "prefix": self._prefix_length(),
                "labels": labels,
                "views": list(self.views.items()),
                "testsAt": self.joined_at if self.tests is not None else None,
                "looksAt": self.joined_at if self.looks is not None else None,
                "wrongLooks": sorted({look.said for look in (self.looks or {}).values() if look.is_wrong}),
                "latest": [_latest(past, step) for past, step in self._newest_steps()],
                "weeks": self._weeks(),
            }
        )

    def _log(self) -> bytes:
        steps = sorted(
            ((step, row) for row, past in enumerate(self.records) for step in past.steps),
            key=lambda one: (one[0].at, one[1]),
        )
        table = PackedTable()
        table.add_numbers("at", (step.at for step, _ in steps))
        table.add_numbers("row", (row for _, row in steps))
        table.add_texts("author", [step.author for step, _ in steps])
        table.add_numbers("kind", (_KINDS.index(step.kind) for step, _ in steps))
        changes = [change for step, _ in steps for change in step.changes]
        starts = [0]
        for step, _ in steps:
            starts.append(starts[-1] + len(step.changes))
        table.add_numbers("changes.start", starts)
        table.add_texts("field", [change.path for change in changes])
        table.add_texts("before", [_short(change.before) for change in changes])
        table.add_texts("after", [_short(change.after) for change in changes])
        return table.packed({"format": FORMAT})

    def _shards(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        length = self._prefix_length()
        shards: dict[str, dict[str, object]] = {}
        for past in self.records:  # by configId, so shards come in order too
            shards.setdefault(past.config_id[:length], {})[past.config_id] = {
                "fields": [[path, value] for path, value in past.version.leaves.items()],
                "history": [_as_history(step) for step in reversed(past.steps)],
                **_as_look(_look(self, past)),
            }
        yield from shards.items()

    def _prefix_length(self) -> int:
        length = 0
        while len(self.records) > _RECORDS_IN_A_SHARD * 16**length and length < _LONGEST_PREFIX:
            length += 1
        return length

    def _label_names(self) -> list[str]:
        """The labels that most records have, except the owner, which is a column of its own."""
        count = Counter(name for past in self.records for name in past.version.labels if name != "owner")
        return sorted(sorted(count, key=lambda name: (-count[name], name))[:_LABELS])

    def _newest_steps(self) -> list[tuple[Past, Step]]:
        steps = [(past, step) for past in self.records for step in past.steps[-_LATEST:]]
        return sorted(steps, key=lambda one: (one[1].at, one[0].config_id), reverse=True)[:_LATEST]

    def _weeks(self) -> list[list[int]]:
        """Of each of the last weeks: when it began, and how many registrations were new and how many were not."""
        weeks = [[self.at - (_WEEKS - week) * _WEEK, 0, 0] for week in range(_WEEKS)]
        for past in self.records:
            for step in past.steps:
                week = _WEEKS - 1 - (self.at - step.at) // _WEEK
                if 0 <= week < _WEEKS and step.kind != "removed":
                    weeks[week][1 if step.kind == "registered" else 2] += 1
        return weeks


_Text: TypeAlias = Callable[[Content, Past], str]
_NO_TEST = Test("", 0)
_NO_LOOK = ShownLook("", is_wrong=False, at=0)


def _named(name: str) -> _Text:
    return lambda _content, past: past.version.text(name)


def _image(part: str) -> _Text:
    return lambda _content, past: image_parts(past.version.text("baseImage")).get(part, "")


def _words(past: Past) -> list[str]:
    """What a record says beside its columns, as NAME=value."""
    return [
        f"{path.removeprefix('parameters.')}={_short(value)}"
        for path, value in past.version.leaves.items()
        if path not in _IN_COLUMNS
    ]


def _short(value: object) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _last_author(_content: Content, past: Past) -> str:
    return past.steps[-1].author


def _owner(_content: Content, past: Past) -> str:
    """Who owns a record: its label says so, else who changed it last stands in."""
    return past.version.labels.get("owner") or past.steps[-1].author


def _test(content: Content, past: Past) -> Test:
    return (content.tests or {}).get(past.config_id, _NO_TEST)


def _test_status(content: Content, past: Past) -> str:
    return _test(content, past).status


def _look(content: Content, past: Past) -> ShownLook:
    return (content.looks or {}).get(past.config_id, _NO_LOOK)


def _looked(content: Content, past: Past) -> str:
    return _look(content, past).said


_TEXTS: Mapping[str, _Text] = {
    "project": _named("projectName"),
    "model": _named("modelName"),
    "config": _named("deploymentConfig"),
    "instance": _named("instanceType"),
    "region": _named("awsRegion"),
    "target": _named("deploymentTarget"),
    "status": _named("status"),
    "image": _image("name"),
    "tag": _image("tag"),
    "author": _last_author,
    "owner": _owner,
    "test": _test_status,
    "live": _looked,
}
"""The columns of text and what each holds. The page's `search.js` knows them by these names."""
_IN_COLUMNS = frozenset(
    {
        "configId",
        "projectName",
        "modelName",
        "deploymentConfig",
        "instanceType",
        "awsRegion",
        "deploymentTarget",
        "status",
        "baseImage",
        "registeredAt",
        "schemaVersion",
    }
)


def _latest(past: Past, step: Step) -> Mapping[str, object]:
    return {
        "id": past.config_id,
        "project": past.version.text("projectName"),
        "at": step.at,
        "author": step.author,
        "kind": step.kind,
        "changes": [[change.path, _short(change.before), _short(change.after)] for change in step.changes[:3]],
    }


def _as_look(look: ShownLook) -> Mapping[str, object]:
    """What there is to say beside the word, which is in the table."""
    return {"look": [look.reason, *look.differences]} if look.reason or look.differences else {}


def _as_history(step: Step) -> Mapping[str, object]:
    return {
        "revision": step.revision[:12],
        "at": step.at,
        "author": step.author,
        "kind": step.kind,
        "notes": step.notes,
        "changes": [[change.path, change.before, change.after] for change in step.changes],
    }
