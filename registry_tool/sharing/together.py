"""What two sides of a registry make together: our commits on top of theirs, and whose version of a record counts.

Every registration of both sides stays in the history. If both registered a record, the version with the later
`registeredAt` becomes the file; at the same second, the one with the greater bytes. So it does not matter who pushes
first. A registration outweighs a removal that did not know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry_tool.errors import RegistryError
from registry_tool.git.commits import Commit
from registry_tool.git.objects import ObjectReader, TreeEntry
from registry_tool.git.replay import Entry, StoredCommit
from registry_tool.record.layout import config_id_of, is_record_path
from registry_tool.record.load import load
from registry_tool.store.messages import is_later_message, later_message

_REBASE_HINT = "bring the two together yourself: git pull --rebase"


class ApartError(RegistryError):
    """The two sides cannot be brought together without a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The commits to put on top of theirs, and the records (paths) whose version of theirs is later and stays."""

    commits: tuple[Commit, ...]
    replayed: tuple[str, ...]
    theirs_later: tuple[str, ...]


def bring_together(
    ours: Sequence[StoredCommit],
    theirs: Mapping[str, tuple[Entry, Entry]],
    *,
    prefix: str,
    reader: ObjectReader,
    keep: Callable[[str, TreeEntry, str], Commit],
) -> Together:
    """What to put on top of `theirs`, which is what they changed since the commit that ours start from.

    `prefix` is the registry's place in its repository. `keep` makes a commit that gives a path their content again,
    with a message. Raises `ApartError` for a merge, and for a file other than a record that both sides changed.
    """
    if merge := next((stored for stored in ours if len(stored.parents) > 1), None):
        raise ApartError(f"{merge.revision[:12]} is a merge that the remote does not have", hint=_REBASE_HINT)
    # A commit of ours that an earlier attempt made to keep theirs: the decision is made again.
    replayed = [stored for stored in ours if not is_later_message(stored.commit.message)]
    final: dict[str, Entry] = {}
    for stored in replayed:
        final |= stored.changed
    _refuse_conflicts(final, theirs, prefix)
    later = [
        (path, entry)
        for path in sorted(final.keys() & theirs.keys())
        if (entry := theirs[path][1]) is not None and _weight(reader, entry) > _weight(reader, final[path])
    ]
    return Together(
        commits=(
            *(stored.commit for stored in replayed),
            *(keep(path, entry, later_message(config_id_of(path))) for path, entry in later),
        ),
        replayed=tuple(stored.revision for stored in replayed),
        theirs_later=tuple(path for path, _ in later),
    )


def weight(content: bytes) -> tuple[str, bytes]:
    """What decides between two versions of a record: the heavier one wins. None is lightest, then an unreadable one."""
    document = load(content).document or {}
    return str(document.get("registeredAt", "")), content


def _refuse_conflicts(ours: Mapping[str, Entry], theirs: Mapping[str, tuple[Entry, Entry]], prefix: str) -> None:
    there = [path for path, (_, after) in theirs.items() if after is not None]
    here = [path for path, after in ours.items() if after is not None]
    both = {path for path in ours.keys() & theirs.keys() if ours[path] != theirs[path][1]}
    clashing = {
        *(path for path in both if not _is_record(path, prefix)),
        *(_folders(there) & set(here)),
        *(_folders(here) & set(there)),
    }
    if clashing:
        first, *others = sorted(clashing)
        more = f" and {len(others)} more" if others else ""
        raise ApartError(f"both this clone and the remote changed {first}{more}", hint=_REBASE_HINT)


def _is_record(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and is_record_path(path.removeprefix(prefix))


def _folders(paths: Iterable[str]) -> set[str]:
    """Every folder that one of `paths` lies in."""
    return {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}


def _weight(reader: ObjectReader, entry: Entry) -> tuple[str, bytes]:
    return weight((reader.read(entry.oid) or b"") if entry else b"")
