"""Which records replaced the record of another project: a configId has no project in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from registry_tool.git.log import FileChange, LoggedCommit, read_log
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository
from registry_tool.record.layout import RECORDS, config_id_of, is_record_path
from registry_tool.record.load import load

_CHUNK = 500
# Near the top of the file, before anything that people write.
_PROJECT = re.compile(rb"(?m)^projectName: (.*)$")


class Replacement(NamedTuple):
    """The last time that a record became another project's, and whose it was before."""

    config_id: str
    project_before: str
    revision: str
    author: str
    email: str
    at: str


def read_replaced(repository: Repository, *, revision: str = "HEAD") -> Iterator[Replacement]:
    """The last replacement of each record up to `revision`, newest first."""
    seen: set[str] = set()
    with ObjectReader(repository.git) as reader:
        updates = _updates(repository, revision)
        while chunk := list(islice(updates, _CHUNK)):
            contents = list(reader.read_many(oid for _, file in chunk for oid in (file.before, file.after)))
            for at, (commit, file) in enumerate(chunk):
                before, after = contents[2 * at : 2 * at + 2]
                config_id = config_id_of(file.path)
                if config_id in seen or _line(before) == _line(after):
                    continue
                seen.add(config_id)
                project = str((load(before or b"").document or {}).get("projectName", ""))
                yield Replacement(config_id, project, commit.revision, commit.author, commit.email, commit.at)


def _updates(repository: Repository, revision: str) -> Iterator[tuple[LoggedCommit, FileChange]]:
    for commit in read_log(repository, RECORDS, revision=revision):
        for file in commit.files:
            if file.before and file.after and is_record_path(file.path.removeprefix(repository.prefix)):
                yield commit, file


def _line(content: bytes | None) -> bytes:
    """The project's name as it is written: enough to see whether it is another one."""
    found = _PROJECT.search(content or b"")
    return found[1].strip() if found else b""
