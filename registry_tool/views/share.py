"""How pushing, pulling and the state of sharing look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registry_tool.printable import one_line
from registry_tool.record.identity import timestamp
from registry_tool.record.layout import config_id_of
from registry_tool.views.forms import columns, versioned_json

if TYPE_CHECKING:
    from registry_tool.api.share import ShareOutcome, Status
    from registry_tool.git.replay import StoredCommit

_LISTED = 10


def push_text(done: ShareOutcome) -> str:
    """What was pushed, or would be; nothing for a push that failed."""
    if done.error:
        return ""
    verb = "would push" if done.dry_run else "pushed"
    first = (
        f"{verb} {_commits(len(done.pushed))} to {done.upstream}"
        if done.pushed
        else f"nothing to push to {done.upstream}"
    )
    return _lines(first, *_news(done), *_where(done))


def push_json(done: ShareOutcome) -> str:
    """One object; `pushed` says whether the remote has everything now."""
    return _json(
        {
            "pushed": done.error is None and not done.dry_run,
            "pushError": str(done.error or ""),
            "upstream": done.upstream,
            "revisions": list(done.pushed),
            "received": done.received,
            "theirsLater": _ids(done),
            "pullRequest": done.pull_request,
        }
    )


def pull_text(done: ShareOutcome) -> str:
    """What came in, or would; nothing for a pull that failed."""
    if done.error:
        return ""
    if not done.received:
        return _lines(f"nothing new in {done.upstream}", *_where(done))
    verb = "would bring in" if done.dry_run else "brought in"
    return _lines(f"{verb} {_commits(done.received)} from {done.upstream}", *_replays(done), *_where(done))


def pull_json(done: ShareOutcome) -> str:
    """One object; `pulled` says whether everything of the remote is here now."""
    return _json(
        {
            "pulled": done.error is None and not done.dry_run,
            "pullError": str(done.error or ""),
            "upstream": done.upstream,
            "received": done.received,
            "replayed": len(done.replayed),
            "theirsLater": _ids(done),
        }
    )


def status_text(status: Status) -> str:
    """Where the registry is, what is not pushed, and since when that is known."""
    contact = status.contact
    rows = [
        ("registry", f"{status.root} ({status.found})"),
        ("branch", status.branch),
        ("remote", status.upstream or "none: shared with nobody"),
    ]
    if status.upstream:
        rows += [
            ("not pushed", _commits(len(status.unpushed))),
            ("not pulled", f"{_commits(status.behind)} known of"),
        ]
        rows += [("last push", contact.pushed_at or "never"), ("last fetch", contact.fetched_at or "never")]
    if contact.failed_at:
        reason = contact.error.partition("\n")[0].removesuffix(":")
        rows.append(("failed", f"{contact.failed_at}: {reason}"))
    waiting = [
        (stored.revision[:12], _time(stored), stored.commit.author.name, _subject(stored)) for stored in status.unpushed
    ]
    more = len(waiting) - _LISTED
    listed = columns(waiting[:_LISTED], indent="  ") if waiting else ""
    return columns(rows) + listed + (f"  and {more} more\n" if more > 0 else "")


def status_json(status: Status) -> str:
    """One object, the commits that are not pushed in it, oldest first."""
    contact = status.contact
    return _json(
        {
            "registry": str(status.root),
            "branch": status.branch,
            "upstream": status.upstream,
            "takenBack": [{"path": one.path, "revision": one.revision, "by": one.by} for one in status.taken_back],
            "unpushed": [
                {
                    "revision": stored.revision,
                    "at": _time(stored),
                    "author": stored.commit.author.name,
                    "subject": _subject(stored),
                }
                for stored in status.unpushed
            ],
            "behind": status.behind,
            "lastPush": contact.pushed_at,
            "lastFetch": contact.fetched_at,
            "failedAt": contact.failed_at,
            "pushError": contact.error,
            "overdue": status.error is not None,
        }
    )


PUSH_FORMATS: Mapping[str, Callable[[ShareOutcome], str]] = {"text": push_text, "json": push_json}
PULL_FORMATS: Mapping[str, Callable[[ShareOutcome], str]] = {"text": pull_text, "json": pull_json}
STATUS_FORMATS: Mapping[str, Callable[[Status], str]] = {"text": status_text, "json": status_json}
"""Each format that the three can be written in."""


def _where(done: ShareOutcome) -> Iterator[str]:
    """Which registry it was; after a registration, that has been said."""
    if done.place:
        yield f"  in {done.place}"


def _news(done: ShareOutcome) -> Iterator[str]:
    if done.received:
        yield f"  brought in {_commits(done.received)} of others first"
    yield from _replays(done)
    if done.pull_request:
        yield f"  {'' if done.is_open else 'open a '}pull request: {done.pull_request}"


def _replays(done: ShareOutcome) -> Iterator[str]:
    if done.replayed:
        yield f"  put {_commits(len(done.replayed))} from here on top"
    for config_id in _ids(done):
        yield f"  {config_id}: the remote's registration is later, so it is the record now; yours stays in the log"


def _ids(done: ShareOutcome) -> list[str]:
    return [config_id_of(path) for path in done.theirs_later]


def _commits(number: int) -> str:
    return f"{number} commit{'' if number == 1 else 's'}"


def _time(stored: StoredCommit) -> str:
    return timestamp(stored.commit.committed_at or stored.commit.at)


def _subject(stored: StoredCommit) -> str:
    return stored.commit.message.lstrip("\n").partition("\n")[0].encode("utf-8", "replace").decode()


def _lines(*lines: str) -> str:
    return "".join(one_line(line) + "\n" for line in lines)


def _json(value: Mapping[str, object]) -> str:
    return versioned_json(value)
