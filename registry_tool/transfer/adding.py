"""What an import adds to a registry: every registration that its history does not have, the oldest first.

A registration is known by its record's exact content: the same entry is never added twice, not even after the record
was removed. A record that is later in the registry than in the import stays as it is, by the rule of `sharing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry_tool.git.commits import Commit
from registry_tool.git.log import read_log
from registry_tool.git.objects import blob_id
from registry_tool.record.layout import RECORDS, config_id_of
from registry_tool.sharing.together import weight
from registry_tool.store.gate import Gate
from registry_tool.store.messages import later_message

if TYPE_CHECKING:
    from datetime import datetime

    from registry_tool.store.reading import Store
    from registry_tool.transfer.entries import Refusal
    from registry_tool.transfer.preparing import Prepared


@dataclass(slots=True)
class Tally:
    """What an import comes to: registrations `added` of how many `records`, and those that were `there` already.

    `later` are the paths of records that are later in the registry. `hidden` counts the fields that were redacted.
    """

    added: int = 0
    records: int = 0
    there: int = 0
    later: list[str] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)


class Addition:
    """The commits that an import makes, and what they come to."""

    def __init__(self, store: Store, gate: Gate, at: datetime) -> None:
        """Prepare to add to `store`; `at` is the time of commits that are not the import's registrations."""
        self._store, self._gate, self._at = store, gate, at
        self.tally = Tally()

    def commits(self, prepared: Iterable[Prepared], tip: str) -> Iterator[Commit]:
        """The commits that go on top of `tip`. `tally` is counted anew, and is complete after the last of them."""
        tally = self.tally = Tally()
        known = _history(self._store, tip)
        last: dict[str, bytes] = {}
        for one in prepared:
            tally.refusals += one.refusals
            if one.commit is None:
                continue
            ((path, content),) = one.commit.files.items()
            version = path, blob_id(content or b"", self._store.repository.object_format)
            if version in known:
                tally.there += 1
                continue
            known.add(version)
            last[path] = content or b""
            tally.added += 1
            tally.hidden.update(one.hidden)
            yield one.commit
        tally.records = len(last)
        for path, content in self._store.read_files(last, tip):
            if content is not None and weight(content) > weight(last[path]):
                tally.later.append(path.removeprefix(self._store.repository.prefix))
                yield self._keep(path, content)

    def _keep(self, path: str, content: bytes) -> Commit:
        """A commit that keeps the version of a record that the registry has already."""
        author, committer = self._gate.author, self._gate.committer
        return Commit(
            message=later_message(config_id_of(path)),
            author=author,
            committer=committer,
            at=self._at,
            files={path: content},
        )


def _history(store: Store, tip: str) -> set[tuple[str, str]]:
    """Each version that each record ever had: its path and its blob."""
    if not tip:
        return set()
    commits = read_log(store.repository, RECORDS, revision=tip)
    return {(file.path, file.after) for commit in commits for file in commit.files}
