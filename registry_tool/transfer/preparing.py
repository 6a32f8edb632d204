"""From entries to commits: each is translated, redacted, checked and let through the last gate; on all processors.

Entries are independent, with one exception: a value under a secret's name in any entry must not appear in another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import IO, TYPE_CHECKING

from registry_tool.intake import RefusedError, accept
from registry_tool.record.fields import VARIABLES
from registry_tool.record.identity import Document, Json, timestamp
from registry_tool.record.layout import record_path
from registry_tool.redact import secret_values
from registry_tool.rules.settings import Settings
from registry_tool.store.gate import Change, Gate, SecretError
from registry_tool.store.messages import registration_message
from registry_tool.transfer.entries import OldEntry, Refusal, parse, read_entries
from registry_tool.transfer.mlcc import Defaults, from_flat, place_in_entry, to_document

if TYPE_CHECKING:
    from registry_tool.git.commits import Commit

# Starting processes costs as much as this many entries.
_MANY = 400
_CHUNK = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """What every entry is checked against, and `at` which time. No entry may contain one of `secrets`."""

    gate: Gate
    settings: Settings
    defaults: Defaults
    secrets: frozenset[str] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of an entry: its commit and the fields that were hidden in it, or why there is none."""

    commit: Commit | None
    hidden: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The entries of a file in order of their times, what of it cannot be read, and the secrets that it names."""

    entries: tuple[OldEntry, ...]
    refusals: tuple[Refusal, ...]
    secrets: frozenset[str] = field(repr=False)


def collect(stream: IO[bytes], allow: frozenset[str]) -> Collected:
    """Read a file. `allow` lists the variables whose names say nothing. A `RegistryError` if it holds no entries."""
    dated: list[tuple[datetime, OldEntry]] = []
    refusals: list[Refusal] = []
    secrets: set[str] = set()
    for found in read_entries(stream):
        if isinstance(found, Refusal):
            refusals.append(found)
            continue
        entry, said = found
        dated.append((_moment(said) or _EPOCH, entry))
        secrets |= _named_secrets(said, allow)
    dated.sort(key=lambda pair: pair[0])
    entries = tuple(entry for _, entry in dated)
    return Collected(entries=entries, refusals=tuple(refusals), secrets=frozenset(secrets))


def prepare(
    entries: Sequence[OldEntry], rules: ImportRules, on_progress: Callable[[int, int], None]
) -> Iterator[Prepared]:
    """What became of each entry, in order. `on_progress` is told how many of how many are done."""
    if len(entries) < _MANY:
        yield from (_prepare_one(entry, rules) for entry in entries)
        return
    from multiprocessing import get_context

    starts = range(0, len(entries), _CHUNK)
    # The processes are copies of this one, so they have what they need from the start.
    with get_context("fork").Pool(os.cpu_count(), _begin, (entries, rules)) as pool:
        for start, chunk in zip(starts, pool.imap(_prepare_chunk, starts), strict=True):
            yield from chunk
            on_progress(start + len(chunk), len(entries))


def _moment(entry: Json) -> datetime | None:
    """When an entry says that it was registered; None if it does not, or not in a way that git can hold."""
    said = (entry.get("timestamp") or entry.get("registeredAt")) if isinstance(entry, dict) else None
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        if at is None or at.tzinfo is None or at < _EPOCH:
            return None
        at.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or none that UTC's calendar has
        return None
    return at


def _named_secrets(entry: Json, allow: frozenset[str]) -> frozenset[str]:
    """The plain values that an entry has under names that promise a secret."""
    if not isinstance(entry, dict):
        return frozenset()
    found: set[str] = set()
    for group in (entry, entry.get("configuration")):
        for name in VARIABLES:
            variables = group.get(name) if isinstance(group, dict) else None
            if isinstance(variables, dict):
                texts = {key: value for key, value in variables.items() if isinstance(value, str)}
                found |= secret_values(texts, allow=allow)
    return frozenset(found)


_shared: list[tuple[Sequence[OldEntry], ImportRules]] = []


def _begin(entries: Sequence[OldEntry], rules: ImportRules) -> None:
    _shared[:] = [(entries, rules)]


def _prepare_chunk(start: int) -> list[Prepared]:
    ((entries, rules),) = _shared
    return [_prepare_one(entry, rules) for entry in entries[start : start + _CHUNK]]


def _prepare_one(entry: OldEntry, rules: ImportRules) -> Prepared:
    refusal = partial(Refusal, entry.number, entry.line)
    said = parse(entry.text)
    if not isinstance(said, dict):
        return Prepared(None, refusals=(refusal("is not an object"),))
    at = _moment(said)
    submitted, place = _submission(said, at, rules.defaults)
    try:
        accepted = accept(submitted, variables={}, settings=rules.settings, known=rules.secrets)
    except RefusedError as err:
        reasons = ((place(problem.path), problem.describe().removeprefix(problem.path)) for problem in err.problems)
        return Prepared(None, refusals=tuple(refusal(f"{where}{what}".strip()) for where, what in reasons))
    if at is None:
        return Prepared(None, refusals=(refusal(f"{place('registeredAt')} is not a time from 1970 on"),))
    record = accepted.record
    if said.get("configId") not in {None, "", record.config_id}:
        reason = f"configId is not the id that the entry's fields give, expected {record.config_id}"
        return Prepared(None, refusals=(refusal(reason),))
    change = Change(
        files={record_path(record.config_id): accepted.data},
        message=registration_message(record),
        at=at,
        committed_at=rules.at,
        secrets=accepted.secrets | rules.secrets,
    )
    try:
        commit = rules.gate.let_pass(change)
    except SecretError as err:
        kinds = ", ".join(sorted({finding.rule for finding in err.findings}))
        return Prepared(None, refusals=(refusal(f"holds a secret that nothing around it gives away ({kinds})"),))
    return Prepared(commit, hidden=tuple(finding.field for finding in accepted.findings))


def _submission(
    said: dict[str, Json], at: datetime | None, defaults: Defaults
) -> tuple[Document, Callable[[str], str]]:
    """The fields of the record that an entry says, and the name in the entry of what is at a field's path."""
    if "deploymentConfig" not in said:
        submitted, place = to_document(said, defaults), place_in_entry
    elif "timestamp" in said:
        submitted, place = from_flat(said, defaults), _same
    else:
        submitted = {name: value for name, value in said.items() if value not in (None, "") and name != "configId"}
        return submitted, _same
    if at is not None:
        submitted["registeredAt"] = timestamp(at)
    return submitted, place


def _same(path: str) -> str:
    return path
