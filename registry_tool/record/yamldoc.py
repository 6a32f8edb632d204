"""How YAML is read: only the part of it that every reader understands the same way, with the place of every field.

PyYAML's event stream is read rather than its documents: events carry positions, and neither tags nor aliases have been
acted upon in them, so nothing that a file says can make an object, copy a node or recurse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

from registry_tool.printable import one_line
from registry_tool.problems import Problem, field_path

if TYPE_CHECKING:
    import yaml
    from yaml._yaml import Mark as CMark

    from registry_tool.record.identity import Document, Json

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
_TOO_DEEP = f"is nested more than {MAX_DEPTH} levels deep"
MOST_PROBLEMS = 100
"""A file is reported with this many problems at most: nobody reads more, and a broken file can have a million."""


class Place(NamedTuple):
    """A line and a column, both from 1; columns count characters."""

    line: int
    column: int


class Parsed(NamedTuple):
    """What reading a file gave.

    `document` is None where readers of YAML would disagree about it; then `attempt` is the document as far as it can be
    made out, good for finding more problems and for nothing else. `places` is keyed by field path (`""` for the whole):
    where the value begins, or its key if it has no value. `problems` are in the file's order.
    """

    document: Document | None
    places: Mapping[str, Place]
    problems: tuple[Problem, ...]
    attempt: Document | None = None


def parse(data: bytes, *, file: str = "") -> Parsed:
    """Read one YAML document strictly. Whatever `data` is, it ends in problems, not in an exception.

    A plain scalar whose type is in dispute (`no`, `1e3`, `2026-01-01`) is kept as text, with a problem.
    """
    if len(data) > MAX_BYTES:
        problem = Problem(rule="yaml/size", message="is larger than 1 MiB", file=file, line=1, column=1)
        return Parsed(None, {}, (problem,))
    text, problems = _decode(data, file)
    if conflicts := _find_conflicts(text, file):
        return Parsed(None, {}, tuple(conflicts))
    reader = _Reader(file, problems)
    document = reader.read(text)
    problems.sort(key=lambda problem: (problem.line, problem.column))
    sound = all(problem.rule == "yaml/ambiguous" for problem in problems)
    return Parsed(
        document if sound else None,
        reader.places,
        tuple(problems[:MOST_PROBLEMS]),
        None if sound else document,
    )


# Patterns are texts, compiled when they are first needed, because start-up never needs them.
_CONFLICT = r"(?m)^(?:[<>|]{7}(?= |\r?$)|={7}(?=\r?$)).*"
_FORBIDDEN = (
    # what YAML forbids; line breaks that only some readers take for one (CR alone, NEL, LS, PS); inner byte order marks
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_INTEGER = r"-?(?:0|[1-9][0-9]*)"
_DECIMAL = rf"{_INTEGER}\.[0-9]+"
_DISPUTED = (
    # YAML 1.1's and 1.2's booleans and nulls in their other spellings; "=" and "<<" have a type of their own in 1.1
    r"(?i:y|yes|no?|on|off|true|false|null)|=|<<"
    # numbers: octal, hexadecimal, binary, exponents, signs, underscores, base 60, infinities
    r"|[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[oO][0-7_]+|[-+]?0[bB][01_]+"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    # dates and times
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?"
)
_LARGEST = (1 << 53) - 1
_LONGEST_NUMBER = 400  # characters: the smallest of floats takes 330


def _decode(data: bytes, file: str) -> tuple[str, list[Problem]]:
    """The text, with what YAML cannot hold replaced one for one so that places stay true, and problems that say so."""
    problems: list[Problem] = []

    def add(rule: str, message: str, before: str) -> None:
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problems.append(Problem(rule=rule, message=message, file=file, line=line, column=column))

    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        add("yaml/bom", "begins with a byte order mark: save it as UTF-8 without one", "")
    try:
        text = data.decode()
    except UnicodeDecodeError as err:
        add("yaml/utf-8", f"is not valid UTF-8: byte 0x{data[err.start]:02x}", data[: err.start].decode())
        text = data.decode(errors="replace")
    if re.search(_FORBIDDEN, text):
        for found in islice(re.finditer(_FORBIDDEN, text), MOST_PROBLEMS):
            message = f"holds the character U+{ord(found[0]):04X}: write it as an escape in double quotes"
            add("yaml/character", message, text[: found.start()])
        text = re.sub(_FORBIDDEN, "\ufffd", text)
    return text, problems


def _find_conflicts(text: str, file: str) -> list[Problem]:
    """A problem for each unresolved merge conflict. Git's markers are in column 1, where no record has such text."""
    markers = list(re.finditer(_CONFLICT, text))
    openings = [marker for marker in markers if marker[0][0] == "<"] or markers[:1]
    message = (
        "holds an unresolved merge conflict. Take one side as a whole, do not edit them together: registry resolve "
        f"--newest, or: git checkout --ours (or --theirs) {file or 'FILE'}; then git add"
    )
    return [
        Problem(rule="yaml/conflict", message=message, file=file, line=text.count("\n", 0, at.start()) + 1, column=1)
        for at in openings[:MOST_PROBLEMS]
    ]


class _Event(NamedTuple):
    """One of PyYAML's events, as far as it matters here."""

    kind: Literal["document", "mapping", "list", "scalar", "alias", "end"]
    place: Place
    text: str = ""
    plain: bool = False
    anchored: bool = False
    tagged: bool = False


class _SyntaxError(Exception):
    """The text is not YAML."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.place = place


class _StopError(Exception):
    """What follows in the file cannot be understood; the problem has been noted."""


def _events(text: str) -> Iterator[_Event]:
    """What PyYAML finds in `text`, one after the other; `_SyntaxError` where it gives up."""
    import yaml  # 19 ms that canonical records never pay

    kinds: dict[type[yaml.Event], Literal["document", "mapping", "list", "scalar", "alias", "end"]] = {
        yaml.DocumentStartEvent: "document",
        yaml.MappingStartEvent: "mapping",
        yaml.SequenceStartEvent: "list",
        yaml.ScalarEvent: "scalar",
        yaml.AliasEvent: "alias",
        yaml.MappingEndEvent: "end",
        yaml.SequenceEndEvent: "end",
    }
    try:
        # libyaml's parser if this PyYAML was built with it: eight times as fast
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if kind := kinds.get(type(event)):
                text, plain = (event.value, not event.style) if isinstance(event, yaml.ScalarEvent) else ("", False)
                yield _Event(
                    kind,
                    _place(event.start_mark),
                    text=text,
                    plain=plain,
                    anchored=getattr(event, "anchor", None) is not None,
                    tagged=getattr(event, "tag", None) is not None,
                )
    except yaml.MarkedYAMLError as err:
        raise _SyntaxError(err.problem or "it breaks off", _place(err.problem_mark)) from err
    except (yaml.YAMLError, ValueError, OverflowError) as err:
        # what PyYAML's pure parser makes of an escape beyond Unicode
        raise _SyntaxError("it holds a character that does not exist", Place(1, 1)) from err


def _place(mark: yaml.Mark | CMark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


class _Open:
    """A mapping or a list whose end has not come yet. `key` is the one that waits for its value."""

    __slots__ = ("key", "keys", "node", "path")

    def __init__(self, node: dict[str, Json] | list[Json], path: tuple[str | int, ...]) -> None:
        self.node = node
        self.path = path
        self.keys: dict[str, Place] = {}
        self.key: str | None = None

    @property
    def waits_for_key(self) -> bool:
        return isinstance(self.node, dict) and self.key is None


class _Reader:
    """Builds a document from events, without recursion, and notes the problems on the way."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.places: dict[str, Place] = {}
        self._file = file
        self._problems = problems
        self._open: list[_Open] = []
        self._documents = 0
        self._root: Document | None = None

    def read(self, text: str) -> Document | None:
        """The document, None if it cannot be made out."""
        try:
            for event in _events(text):
                self._take(event)
        except _StopError:
            return None
        except _SyntaxError as err:
            # Looking ahead for the end of a key, newer versions of PyYAML meet their own limit before we meet ours.
            if "nesting depth" in str(err):
                self._note("yaml/depth", _TOO_DEEP, err.place)
            else:
                self._note("yaml/syntax", f"is not YAML: {one_line(str(err))}", err.place)
            return None
        if self._root is None:
            self._note("yaml/empty", "is empty", Place(1, 1))
        return self._root

    def _take(self, event: _Event) -> None:
        if event.anchored and event.kind != "alias":
            self._note("yaml/anchor", "uses an anchor (&): remove it", event.place)
        if event.tagged:
            self._note("yaml/tag", "uses a tag (!): remove it", event.place)
        if event.kind == "end":
            self._open.pop()
        elif event.kind == "document":
            self._documents += 1
            if self._documents > 1:
                self._stop("yaml/documents", "holds more than one document", event.place)
        elif event.kind == "alias":
            self._stop("yaml/alias", "uses an alias (*): write the value out", event.place)
        elif self._open and self._open[-1].waits_for_key:
            self._take_key(event)
        elif event.kind == "scalar":
            self._take_scalar(event)
        elif len(self._open) == MAX_DEPTH:
            self._stop("yaml/depth", _TOO_DEEP, event.place)
        else:
            node: dict[str, Json] | list[Json] = {} if event.kind == "mapping" else []
            path = self._put(node, event.place)
            self._open.append(_Open(node, path))

    def _take_key(self, event: _Event) -> None:
        if event.kind != "scalar":
            self._stop("yaml/key", "has a key that is not text", event.place)
        if event.plain and event.text == "<<":
            self._stop("yaml/merge-key", "uses a merge key (<<): write the fields out", event.place)
        parent = self._open[-1]
        path = (*parent.path, event.text)
        if event.plain and not isinstance(_resolve(event.text), str):
            self._note("yaml/key", "is a key that is not text: put it in quotes", event.place, path)
        elif event.plain and _is_disputed(event.text):
            self._note("yaml/ambiguous", "is a key that some readers do not take for text: quote it", event.place, path)
        first = parent.keys.setdefault(event.text, event.place)
        if first is not event.place:
            self._note("yaml/duplicate-key", f"is here twice, first in line {first.line}", event.place, path)
        parent.key = event.text

    def _take_scalar(self, event: _Event) -> None:
        value = _resolve(event.text) if event.plain else event.text
        if not self._open and value is None:
            return
        place = event.place
        if event.plain and not event.text and (key := self._open[-1].key) is not None:
            place = self._open[-1].keys[key]
        path = self._put(value, place)
        if event.plain and isinstance(value, str) and _is_disputed(event.text):
            message = "is text to some readers and something else to others: put it in quotes"
            self._note("yaml/ambiguous", message, place, path)

    def _put(self, value: Json, place: Place) -> tuple[str | int, ...]:
        """Put a value at the place that has been reached; its path. Of a field that appears twice, the first counts."""
        path: tuple[str | int, ...] = ()
        if self._open:
            parent = self._open[-1]
            if isinstance(parent.node, list):
                path = (*parent.path, len(parent.node))
                parent.node.append(value)
            else:
                path = (*parent.path, str(parent.key))
                parent.node.setdefault(str(parent.key), value)
                parent.key = None
        elif isinstance(value, dict):
            self._root = value
        else:
            self._stop("yaml/mapping", "must be a mapping of fields to values", place)
        self.places.setdefault(field_path(path), place)
        return path

    def _stop(self, rule: str, message: str, place: Place) -> NoReturn:
        self._note(rule, message, place)
        raise _StopError

    def _note(self, rule: str, message: str, place: Place, path: Sequence[str | int] = ()) -> None:
        problem = Problem(
            rule=rule,
            message=message,
            path=field_path(path),
            file=self._file,
            line=place.line,
            column=place.column,
        )
        self._problems.append(problem)


def _resolve(text: str) -> Json:
    """The value of a plain scalar as all readers see it; text if it is text or in dispute."""
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if len(text) <= _LONGEST_NUMBER:
        if re.fullmatch(_INTEGER, text) and abs(int(text)) <= _LARGEST:
            return int(text)
        if re.fullmatch(_DECIMAL, text) and abs(float(text)) <= _LARGEST:
            return float(text)
    return text


def _is_disputed(text: str) -> bool:
    return re.fullmatch(_DISPUTED, text) is not None
