"""Where the entries of a file are: one JSON text after another, with its number and line, whatever holds them.

A file is a list of entries, an object with such a list under `entries`, or an entry a line. It is read piece by piece,
and never held as a whole in any form but the entries' own text. After damage in a list, entries cannot be told
apart; those before it are whole.
"""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from registry_tool.errors import RegistryError

if TYPE_CHECKING:
    from registry_tool.record.identity import Json

_BLOCK = 1 << 20
_BLANK = " \t\r\n"
_UNKNOWN_HINT = "import a registry.json of ml-container-creator, its export, or what `registry export` wrote"


@dataclass(frozen=True, slots=True)
class OldEntry:
    """An entry: its number in the file and the line on which it begins, both from 1, and its JSON text."""

    number: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an entry is not imported. `number` 0 is for what is outside of any entry."""

    number: int
    line: int
    reason: str


def read_entries(stream: IO[bytes]) -> Iterator[tuple[OldEntry, Json] | Refusal]:
    """Each entry of a file with what its text says, or why there is none.

    Raises a `RegistryError` if the file is not of a kind that holds entries.
    """
    source = _Source(stream)
    if source.peek() == "":
        raise RegistryError("there is nothing in it", hint=_UNKNOWN_HINT)
    if source.first_line_is_entry():
        yield from _lines(source)
        return
    try:
        yield from _document(source)
    except _DamagedError as err:
        yield err.refusal


def parse(text: str) -> Json:
    """What a JSON text says. Raises a `ValueError` if it is not JSON, or nested too deeply."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


class _DamagedError(Exception):
    """The file cannot be read any further."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class _Source:
    """A text that is read as far as it is needed. `at` is the next character; what is before it is dropped."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        # Bytes that are not UTF-8 become text that records do not allow: only the entry is refused, and not the file.
        self._decoder = getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._scan = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1
        self.number = 0

    def peek(self) -> str:
        """The next character that is not blank, without taking it; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _BLANK:
                at += 1
            self._go(at)
            if self._at < len(text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._read(_BLOCK)

    def take(self, wanted: str) -> bool:
        """Whether the next character is `wanted`; then it is taken."""
        found = self.peek() == wanted
        if found:
            self._go(self._at + 1)
        return found

    def value(self) -> tuple[Json, str]:
        """The next value, and its text. Damage is reported with its line."""
        self.peek()
        size = _BLOCK
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except RecursionError:
                raise self.damaged("is nested too deeply") from None
            except ValueError:
                if self._ended:
                    raise self.damaged("cannot be read, nor what comes after it: it is cut off or no JSON") from None
            else:
                if end < len(self._text) or self._ended:
                    text = self._text[self._at : end]
                    self._go(end)
                    return value, text
            self._read(size)
            size *= 2

    def first_line_is_entry(self) -> bool:
        """Whether each line is an entry: the first line is an object, and not one that holds a list of entries."""
        while "\n" not in self._text[self._at :] and not self._ended:
            self._read(_BLOCK)
        try:
            first = parse(self._text[self._at :].partition("\n")[0])
        except ValueError:
            return False
        return isinstance(first, dict) and first != {} and "entries" not in first

    def lines(self) -> Iterator[tuple[int, str]]:
        """The number and the text of each line from here."""
        while True:
            end = self._text.find("\n", self._at)
            while end < 0 and not self._ended:
                self._read(_BLOCK)
                end = self._text.find("\n", self._at)
            end = len(self._text) if end < 0 else end + 1
            if self._at == end:
                return
            number, line = self.line, self._text[self._at : end]
            self._go(end)
            yield number, line

    def damaged(self, reason: str) -> _DamagedError:
        """The error that the file cannot be read from here on."""
        return _DamagedError(Refusal(self.number, self.line, reason))

    def _go(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _read(self, size: int) -> None:
        block = self._stream.read(size)
        self._ended = not block
        self._text = self._text[self._at :] + self._decoder.decode(block, final=self._ended)
        self._at = 0


def _lines(source: _Source) -> Iterator[tuple[OldEntry, Json] | Refusal]:
    for number, (line, text) in enumerate(((line, text) for line, text in source.lines() if text.strip()), start=1):
        try:
            value = parse(text)
        except ValueError:
            yield Refusal(number, line, "is not JSON")
        else:
            yield OldEntry(number, line, text.strip()), value


def _document(source: _Source) -> Iterator[tuple[OldEntry, Json] | Refusal]:
    if source.take("["):
        yield from _elements(source)
    elif source.take("{"):
        yield from _envelope(source)
    else:
        raise RegistryError("it is neither a list of entries nor an object with one", hint=_UNKNOWN_HINT)
    source.number = 0
    if source.peek():
        raise source.damaged("nothing belongs after the end of the list")


def _envelope(source: _Source) -> Iterator[tuple[OldEntry, Json] | Refusal]:
    """An object that has a list of `entries` among its members."""
    found = False
    while not source.take("}"):
        key, _ = source.value()
        if not source.take(":"):
            raise source.damaged("is not JSON from here on")
        if key == "entries" and source.take("["):
            found = True
            yield from _elements(source)
        else:
            source.value()
        if not source.take(",") and source.peek() != "}":
            raise source.damaged("is not JSON from here on")
    if not found:
        raise RegistryError("it has no list of entries", hint=_UNKNOWN_HINT)


def _elements(source: _Source) -> Iterator[tuple[OldEntry, Json] | Refusal]:
    if source.take("]"):
        return
    while True:
        source.peek()
        source.number += 1
        line = source.line
        value, text = source.value()
        yield OldEntry(source.number, line, text), value
        if source.take("]"):
            source.number = 0
            return
        if not source.take(","):
            raise source.damaged("is followed by something else than an entry")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
