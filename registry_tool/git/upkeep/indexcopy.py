"""A copy of git's index that is edited and then put in its place, as git does itself under its lock.

The caller holds the lock, so nobody else writes the index meanwhile.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from registry_tool.git.conversion import Conversion
from registry_tool.git.process import GitError
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths

_MANY_PATHS = 100
# gitformat-index(5): what stands before the path of an entry in versions 2 and 3.
_STAT = struct.Struct(">10I")
_MODE_AT = 24
_LONGEST_NAME = 0xFFF


class Staged(NamedTuple):
    """What the index has at a path: the blob's id, its mode, and the flags of the user that must stay."""

    oid: str
    mode: str
    skip_worktree: bool = False
    assume_unchanged: bool = False


class IndexEntry(NamedTuple):
    """What the index is to have at a path; an empty `oid` removes it."""

    oid: str
    mode: str = "100644"


class IndexCopy:
    """The copy. `publish` puts it in the original's place; until then nobody sees it."""

    def __init__(self, repository: Repository, conversion: Conversion) -> None:
        """Make the copy, at no cost: git writes a new file and renames it, never into the old one."""
        self._repository, self._conversion = repository, conversion
        self._copy = paths.index_copy(repository)
        self._index = repository.git_dir / "index"
        # Nobody else has the turn, so a lock on our own copy is a dead git's.
        self._copy.with_name("index.lock").unlink(missing_ok=True)
        self._link()

    def read(self, wanted: Collection[str], beside: Collection[str] = ()) -> dict[str, Staged]:
        """What it has at each of these paths; refuses one of `wanted` that is in a merge conflict."""
        asked = {*wanted, *beside}
        few = len(asked) <= _MANY_PATHS
        names = sorted(asked if few else {path.split("/", 1)[0] for path in asked})
        below = [f":(top,literal){name}" for name in names]
        output = self._git("ls-files", "--stage", "-v", "--full-name", "-z", "--", *below)
        found: dict[str, Staged] = {}
        for line in output.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, path = line.split("\t", 1)
            if path not in asked:
                continue
            flag, mode, oid, stage = about.split(" ")
            if stage != "0":
                if path not in wanted:
                    continue
                raise GitError(
                    f"{path} is in a merge conflict",
                    hint="resolve it first: registry resolve shows both sides and takes one",
                )
            found[path] = Staged(oid, mode, skip_worktree=flag in "Ss", assume_unchanged=flag.islower())
        return found

    def write(self, entries: Mapping[str, IndexEntry], before: Mapping[str, Staged]) -> None:
        """Give each path its entry, with the flags of the one that was there."""
        nothing = self._repository.no_object
        lines = (
            f"{entry.mode} {entry.oid}\t{path}\0" if entry.oid else f"0 {nothing}\t{path}\0"
            for path, entry in entries.items()
        )
        self._git("update-index", "-z", "--index-info", data="".join(lines))
        for flag in ("skip_worktree", "assume_unchanged"):
            flagged = [path for path in entries if entries[path].oid and getattr(before.get(path), flag, False)]
            if flagged:
                option = "--" + flag.replace("_", "-")
                self._git("update-index", option, "-z", "--stdin", data="".join(f"{path}\0" for path in flagged))

    def check_out(self, wanted: Iterable[str]) -> None:
        """Write the files at these paths as git would, below `paths.outgoing`."""
        self._link()
        folder = f"{paths.outgoing(self._repository)}/"
        data = "".join(f"{path}\0" for path in wanted)
        self._git("checkout-index", "--force", f"--prefix={folder}", "-z", "--stdin", data=data)

    def publish(self) -> None:
        """Put the copy in the original's place."""
        self._copy.replace(self._index)

    def note_stats(self, files: Mapping[str, tuple[str, os.stat_result]]) -> None:
        """Note, for files that hold what the index says, when they were written: git need not read them again.

        `files` has the blob's id and the file's state by path.
        """
        if not files:
            return
        self._copy.unlink(missing_ok=True)
        shutil.copyfile(self._index, self._copy)
        shutil.copymode(self._index, self._copy)
        if not _patch(self._copy, files, self._repository.object_format):
            # A format that only git can write.
            data = "".join(f"{path}\0" for path in files)
            self._git("update-index", "-z", "--stdin", data=data)
            if any(entry.oid != files[path][0] for path, entry in self.read(files).items()):
                return  # the user has edited it in this very moment
        self.publish()

    def close(self) -> None:
        """Remove the copy."""
        self._copy.unlink(missing_ok=True)

    def _link(self) -> None:
        self._copy.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self._copy.hardlink_to(self._index)

    def _git(self, *arguments: str, data: str = "") -> bytes:
        git = self._repository.git.at(self._repository.top)
        try:
            return git.run(
                *self._conversion.options,
                *arguments,
                data=data.encode("utf-8", "surrogateescape"),
                variables={"GIT_INDEX_FILE": str(self._copy)},
            )
        except GitError as err:
            err.hint = err.hint or f"check the disk, its free space, and who may write to {self._copy.parent}"
            raise


def _patch(index: os.PathLike[str], files: Mapping[str, tuple[str, os.stat_result]], object_format: str) -> bool:
    """Write the state of each file into its entry; False, with nothing written, if one is not found as expected."""
    size = hashlib.new(object_format).digest_size
    with open(index, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:  # noqa: PTH123  os.PathLike
        if data[:4] != b"DIRC" or data[7] not in {2, 3}:
            return False
        places = _find_entries(data, files, size)
        if places is None:
            return False
        for place, state in places:
            data[place : place + _STAT.size] = _pack(data, place, state)
        # Of zeros if `index.skipHash` is set.
        if any(data[-size:]):
            with memoryview(data) as whole, whole[:-size] as content:
                digest = hashlib.new(object_format, content).digest()
            data[-size:] = digest
    return True


def _find_entries(
    data: mmap.mmap, files: Mapping[str, tuple[str, os.stat_result]], size: int
) -> Sequence[tuple[int, os.stat_result]] | None:
    """Where the entry of each file begins."""
    places = []
    at = 12
    # Entries are in the order of their paths' bytes, so one search goes on where the last one ended.
    for name, (oid, state) in sorted((path.encode("utf-8", "surrogateescape"), about) for path, about in files.items()):
        flags = min(len(name), _LONGEST_NAME)
        plain = bytes.fromhex(oid) + struct.pack(">H", flags)
        while True:
            at = data.find(name + b"\0", at)
            if at < 0:
                return None
            if data[at - size - 2 : at] == plain:
                places.append((at - size - 2 - _STAT.size, state))
                break
            at += 1
    return places


def _pack(data: mmap.mmap, place: int, state: os.stat_result) -> bytes:
    (mode,) = struct.unpack_from(">I", data, place + _MODE_AT)
    fields = (
        *divmod(state.st_ctime_ns, 10**9),
        *divmod(state.st_mtime_ns, 10**9),
        state.st_dev,
        state.st_ino,
        mode,
        state.st_uid,
        state.st_gid,
        state.st_size,
    )
    return _STAT.pack(*(field & 0xFFFFFFFF for field in fields))
