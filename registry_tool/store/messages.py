"""What the message of a commit says: a subject, the notes, and trailers that the notes cannot forge.

Git reads trailers from the last paragraph only, and that paragraph is always ours.
"""

from __future__ import annotations

import re

from registry_tool.printable import printable
from registry_tool.record.identity import Record
from registry_tool.rules.settings import REGISTRY_FORMAT

LONGEST_SUBJECT = 72
"""Characters that a subject has at most: what git's own listings show of it."""

_TRAILERS = re.compile(r"\n\n(?:[A-Za-z-]+: .*\n?)+\Z")
_LATER = "Kept: later"


def registration_message(record: Record) -> str:
    """The message of a registration, made of the record's own notes."""
    return commit_message("Register", record, record.text("notes"), with_status=True)


def commit_message(verb: str, record: Record, notes: str, *, with_status: bool = False, source: str = "") -> str:
    """The message of a commit about a record: the notes, then the trailers.

    Without notes, the subject is `verb` and what the record is. `source` is the commit whose state of the record it
    brings back. A first line that is too long for a subject goes on in
    the body. Invisible characters would reach terminals through `git log`, so they are spelled out; the record itself
    keeps the notes as they are.
    """
    notes = printable(notes.replace("\r\n", "\n")).strip()
    subject, _, body = notes.partition("\n")
    if len(subject) > LONGEST_SUBJECT:
        subject, body = _folded(subject, body)
    if not subject:
        what = record.text("modelName") or record.text("deploymentConfig")
        where = record.text("instanceType") or record.text("deploymentTarget")
        as_of = f" as of {source[:12]}" if source else ""
        subject = f"{verb} {record.text('projectName')}{as_of}: {what} on {where}"
    status = f"Status: {record.text('status')}" if with_status else ""
    return _message(subject, body.strip("\n"), record.config_id, f"Restored-From: {source}" if source else "", status)


def later_message(config_id: str) -> str:
    """The message of a commit that makes the later of two registrations of a record its content again."""
    body = (
        "It was registered twice at the same time. Both registrations are in the history, and\n"
        "the later one is the record."
    )
    return _message(f"Keep the later registration of {config_id}", body, config_id, _LATER)


def is_later_message(message: str) -> bool:
    """Whether `later_message` made it."""
    return _LATER in message.rstrip("\n").rpartition("\n\n")[2].split("\n")


def notes_of(message: str) -> str:
    r"""A message without its trailers.

    >>> notes_of("Try it\n\nTwice.\n\nConfig-Id: ec3f1a0072d1b3d4\nRegistry-Format: 1\n")
    'Try it\n\nTwice.'
    """
    return _TRAILERS.sub("", message).strip("\n")


def on_one_line(message: str) -> str:
    """A message without its trailers, on one line: a secret may be where its subject was folded."""
    return " ".join(notes_of(message).split())


def _folded(subject: str, body: str) -> tuple[str, str]:
    """A subject that is too long, cut between words, and the body with the rest in front of it."""
    from textwrap import wrap  # for few messages

    first, *rest = wrap(subject, LONGEST_SUBJECT, break_on_hyphens=False, break_long_words=False)
    return first, "\n\n".join(part for part in ("\n".join(rest), body.strip("\n")) if part)


def _message(subject: str, body: str, config_id: str, *trailers: str) -> str:
    """`trailers` are more of them; an empty one is left out."""
    trailers = (f"Config-Id: {config_id}", *trailers, f"Registry-Format: {REGISTRY_FORMAT}")
    last = "".join(f"{line}\n" for line in trailers if line)
    return "\n\n".join(paragraph for paragraph in (subject, body, last) if paragraph)
