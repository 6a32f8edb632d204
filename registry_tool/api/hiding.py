"""What is shown of a registry hides the secrets that were committed by hand: a file or a chat outlives the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from registry_tool.record.diff import FieldChange, flatten
from registry_tool.record.load import load
from registry_tool.record.tested import tested_configuration
from registry_tool.redact import redact_document, redact_text, redact_texts

if TYPE_CHECKING:
    from registry_tool.ci.diagnosis import Diagnosis
    from registry_tool.live.verdict import FieldVerdict
    from registry_tool.record.diff import Scalar
    from registry_tool.record.identity import Document
    from registry_tool.store.reading import Store
    from registry_tool.trail.blame import Origin
    from registry_tool.trail.changes import RecordChange
    from registry_tool.trail.history import Entry


class Hiding:
    """Hides the secrets in what is read from one registry, by that registry's own allow list.

    It hides record by record; `review.hiding.Secrets` hides what any record of a review gives away in all its results.
    """

    def __init__(self, store: Store) -> None:
        """Read the allow list."""
        self._store = store
        self._allow = store.settings().allow

    def document(self, document: Document) -> Document:
        """The record without the secrets in it."""
        return redact_document(document, allow=self._allow).document

    def text(self, text: str) -> str:
        """A text, such as a commit's message, without the secrets in it."""
        return redact_texts((text,))[0]

    def change(self, change: RecordChange) -> RecordChange:
        """The change without the secrets in either version. That a secret was changed is still said."""
        before, after = (_Version(document, self._allow) for document in (change.before, change.after))
        fields = tuple(_hidden(one, before, after) for one in change.fields)
        return replace(change, before=before.shown, after=after.shown, fields=fields)

    def entry(self, entry: Entry) -> Entry:
        """The entry of the audit trail without the secrets in its notes, its author and its changes."""
        author, email, notes, project = redact_texts((entry.author, entry.email, entry.notes, entry.project_name))
        changes = entry.changes
        if changes:
            before, after = (_Version(self._read(oid), self._allow) for oid in (entry.before, entry.after))
            changes = tuple(_hidden(one, before, after) for one in changes)
        return replace(entry, author=author, email=email, notes=notes, project_name=project, changes=changes)

    def diagnosis(self, found: Diagnosis, before: Document | None = None, after: Document | None = None) -> Diagnosis:
        """Why a test failed, without the secrets that a harness printed, nor those of either version of the record."""
        error, log, *said = redact_texts((found.error, found.log, *found.benchmarks.values()))
        benchmarks = dict(zip(found.benchmarks, said, strict=True))
        changes = found.changes
        if changes:
            old, new = (_Version(document, self._allow, tested_configuration) for document in (before, after))
            changes = tuple(_hidden(one, old, new) for one in changes)
        return replace(found, error=error, log=log, benchmarks=benchmarks, changes=changes)

    def verdicts(self, reason: str, fields: Sequence[FieldVerdict]) -> tuple[str, tuple[FieldVerdict, ...]]:
        """Why a record stands as it does, and how its fields compare, without the secrets in what is recorded or live.

        A field of an environment has no values there.
        """
        reason, *texts = redact_texts((reason, *(text for field in fields for text in _texts(field))))
        by_field = zip(*[iter(texts)] * 4, strict=True)
        return reason, tuple(_with_texts(field, *shown) for field, shown in zip(fields, by_field, strict=True))

    def origins(self, origins: Iterable[Origin], document: Document) -> list[Origin]:
        """Where the fields of a record come from, without the secrets in it. `document` is the record."""
        version = _Version(document, self._allow)
        return [
            replace(
                one,
                path=version.path(one.path),
                value=version.value(one.path, one.value),
                entry=self.entry(one.entry),
            )
            for one in origins
        ]

    def _read(self, oid: str) -> Document | None:
        return load(self._store.reader.read(oid) or b"").document if oid else None


class _Version:
    """A version of a record, as it is shown; `part` is what of it the paths are about."""

    def __init__(
        self, document: Document | None, allow: frozenset[str], part: Callable[[Document], Document] = dict
    ) -> None:
        redacted = redact_document(document or {}, allow=allow)
        self.shown = redacted.document if document is not None else None
        self._secrets = redacted.secrets
        self._values = dict(flatten(part(redacted.document))) if redacted.findings else {}

    def path(self, path: str) -> str:
        """What is shown of a path: somebody may have given a token as the name of a variable."""
        return redact_text(path, self._secrets) if self._values else path

    def value(self, path: str, value: Scalar) -> Scalar:
        """What is shown of the value at a path. A path may mean a part of a field: the tag of an image."""
        if path in self._values:
            return self._values[path]
        return redact_text(value, self._secrets) if self._values and isinstance(value, str) else value


def _texts(field: FieldVerdict) -> tuple[str, str, str, str]:
    recorded, live = (value if isinstance(value, str) else "" for value in (field.recorded, field.live))
    return field.path, recorded, live, field.why


def _with_texts(field: FieldVerdict, path: str, recorded: str, live: str, why: str) -> FieldVerdict:
    return replace(
        field,
        path=path,
        recorded=recorded if isinstance(field.recorded, str) else field.recorded,
        live=live if isinstance(field.live, str) else field.live,
        why=why,
    )


def _hidden(change: FieldChange, before: _Version, after: _Version) -> FieldChange:
    return replace(
        change,
        path=after.path(before.path(change.path)),
        before=before.value(change.path, change.before),
        after=after.value(change.path, change.after),
    )
