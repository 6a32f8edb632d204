"""Reading objects: one `git cat-file --batch` process answers for any number of them."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import NamedTuple, Self

from registry_tool.git.process import Git, GitError, read_exactly

# Names asked for ahead must fit a pipe's 64 KiB, or both sides would wait for the other to read.
_ASK_AHEAD = 200
# How long to wait between one look for an object and the next.
_HIDDEN_SECONDS = (0.01, 0.1, 0.0)
# What git says when an object that it misses would have to be fetched, which we do not let it do.
_PARTIAL = re.compile(rb"promisor|transport '.*' not allowed|could not fetch|lazy fetch")


FOLDER_MODE = "40000"
"""The mode of a folder in a tree, as git writes it."""


class TreeEntry(NamedTuple):
    """What a tree says of a name: `mode` as git writes it (`100644`, `40000`, `120000` ...), `oid` in hex."""

    mode: str
    oid: str


def blob_id(content: bytes, object_format: str) -> str:
    """The id that git gives to a file's content; `object_format` is `sha1` or `sha256`."""
    from hashlib import new  # readers do without, and without OpenSSL

    return new(object_format, b"blob %d\0%b" % (len(content), content)).hexdigest()


class ObjectReader:
    """Reads objects by name, one after another. A context manager; the process ends with it."""

    def __init__(self, git: Git, variables: Mapping[str, str] | None = None) -> None:
        """Start the reading process; it gets going while the caller does other things.

        `variables` are added to its environment: where its objects are, if not in the repository.
        """
        self.git = git
        self._process = git.start("cat-file", "--batch", variables=variables)

    def read(self, name: str) -> bytes | None:
        """The content of the object that `name` (an id, or `REVISION:PATH`) names; None if there is none."""
        found = self.look_up(name)
        return found[1] if found else None

    def look_up(self, name: str) -> tuple[str, bytes] | None:
        """The id and the content of the object that `name` names; None if there is none."""
        self._ask([name])
        found = self._answer()
        return (found[0], found[2]) if found else None

    def read_many(self, names: Iterable[str]) -> Generator[bytes | None]:
        """The contents of many objects, in order, asked for ahead of reading so that neither side waits.

        Close it when you stop early: answers that nobody took would be taken for those of the next question.
        """
        remaining = iter(names)
        while chunk := list(islice(remaining, _ASK_AHEAD)):
            self._ask(chunk)
            unanswered = len(chunk)
            try:
                while unanswered:
                    unanswered -= 1
                    found = self._answer()
                    yield found[2] if found else None
            except GeneratorExit:
                pipe = self._process.stdout
                if pipe and not pipe.closed:  # else nobody can ask any more
                    for _ in range(unanswered):
                        self._answer()
                raise

    def tree(self, name: str) -> tuple[str, dict[str, TreeEntry]] | None:
        """The id and the entries, by name, of the tree that `name` names; None if there is none."""
        self._ask([name])
        found = self._answer()
        if found is None or found[1] != b"tree":
            return None
        return found[0], _parse_tree(found[2], len(found[0]) // 2)

    def folder(self, commit: str, path: str) -> dict[str, TreeEntry]:
        """The entries, by name, of the folder `path` (empty for the root) at a commit's id; none if it is not there.

        That is certain: an object that another one names and that is missing is a `MissingObjectError`.
        """
        id_size = len(commit) // 2
        found = _parse_tree(self.content(f"{commit}^{{tree}}", path), id_size)
        for name in filter(None, path.split("/")):
            if name not in found or found[name].mode != FOLDER_MODE:
                return {}
            found = _parse_tree(self.content(found[name].oid, path), id_size)
        return found

    def content(self, oid: str, path: str) -> bytes:
        """The content of an object that has to be there, as a tree names it at `path`; a `MissingObjectError` if not.

        A git that packs the repository anew hides it for an instant, so it is looked for more than once.
        """
        for wait in _HIDDEN_SECONDS:
            if found := self.look_up(oid):
                return found[1]
            time.sleep(wait)
        raise MissingObjectError(path, oid)

    def mode(self, revision: str, path: str) -> str:
        """The mode of what `path` names at a revision; empty if there is nothing."""
        folder, _, name = path.rpartition("/")
        found = self.tree(f"{revision}:{folder}")
        return found[1][name].mode if found and name in found[1] else ""

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def _ask(self, names: Sequence[str]) -> None:
        if any("\n" in name for name in names):
            raise GitError("an object name cannot hold a line break")
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            raise GitError("git cat-file is closed")
        try:
            pipe.write("".join(name + "\n" for name in names).encode("utf-8", "surrogateescape"))
            pipe.flush()
        except BrokenPipeError as err:
            raise self._stopped() from err

    def _answer(self) -> tuple[str, bytes, bytes] | None:
        """The id, the type and the content of what was asked for."""
        pipe = self._process.stdout
        header = pipe.readline() if pipe else b""
        if not pipe or not header:
            raise self._stopped()
        if header.endswith((b" missing\n", b" ambiguous\n")):
            return None
        oid, kind, size = header.split()
        content = read_exactly(pipe, int(size))
        read_exactly(pipe, 1)
        return oid.decode(), kind, content

    def _stopped(self) -> GitError:
        """Why there is no answer."""
        _, talk = self._process.communicate()
        if _PARTIAL.search(talk):
            return GitError(
                "this is a partial clone, and an object is missing that only its remote has",
                hint="fetch all of them: git fetch --refetch --no-filter",
            )
        said = talk.decode("utf-8", "replace").strip().rpartition("\n")[2].removeprefix("fatal: ")
        return GitError(f"git cat-file stopped: {said or 'nothing was said'}", hint="see: git fsck")


class MissingObjectError(GitError):
    """An object that another one names is not there."""

    def __init__(self, path: str, oid: str) -> None:
        """Name the file and the object."""
        super().__init__(
            f"the content of {path} is missing: the repository does not have the object {oid[:12]}",
            hint="fetch it from another clone, or see: git fsck",
        )


def _parse_tree(data: bytes, id_size: int) -> dict[str, TreeEntry]:
    """Git's own format: mode, space, name, NUL, then the id in binary."""
    entries: dict[str, TreeEntry] = {}
    at = 0
    while at < len(data):
        start = at
        space = data.index(b" ", start)
        end = data.index(b"\0", space)
        at = end + 1 + id_size
        name = data[space + 1 : end].decode("utf-8", "surrogateescape")
        entries[name] = TreeEntry(mode=data[start:space].decode(), oid=data[end + 1 : at].hex())
    return entries
