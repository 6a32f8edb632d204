"""The checked-out files as git would commit them: after line ends, filters and encodings, not as raw bytes.

A file that a sparse checkout keeps out of the worktree is what the index says it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.git.conversion import Conversion, clean_contents, converted_paths
from registry_tool.git.objects import ObjectReader
from registry_tool.git.repository import Repository

_CHUNK = 200


class Worktree:
    """The checked-out files of a registry. Paths are below its root."""

    def __init__(self, repository: Repository, conversion: Conversion, reader: ObjectReader) -> None:
        """Read the files of `repository`; `reader` reads what is in the index only."""
        self.root = repository.root.resolve()
        self._repository, self._conversion, self._reader = repository, conversion, reader
        self._is_sparse = (repository.git_dir / "info/sparse-checkout").exists()

    def read(self, path: str) -> bytes | None:
        """What git would commit of a file; None if it is not a regular one, or not there."""
        return next(content for _, content in self.read_many([path]))

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path, and what git would commit of the file there."""
        prefix = self._repository.prefix
        regular = [prefix + path for path in paths if is_regular(self.root / path)]
        converted = converted_paths(self._repository, self._conversion, regular)
        remaining = iter(paths)
        while chunk := list(islice(remaining, _CHUNK)):
            wanted = [prefix + path for path in chunk if prefix + path in converted]
            contents = dict(clean_contents(self._repository, self._conversion, wanted)) if wanted else {}
            for path in chunk:
                content = contents.get(prefix + path)
                yield path, self._read_file(path) if content is None else content

    def kept_out(self, folder: str) -> list[str]:
        """The files below `folder` that a sparse checkout keeps out of the worktree."""
        if not self._is_sparse:
            return []
        output = self._repository.git.run("ls-files", "-t", "-z", "--full-name", "--", f":(literal){folder}")
        lines = output.decode("utf-8", "surrogateescape").split("\0")
        paths = [line[2:].removeprefix(self._repository.prefix) for line in lines if line.startswith("S ")]
        return [path for path in paths if not (self.root / path).exists()]

    def _read_file(self, path: str) -> bytes | None:
        file = self.root / path
        if self._is_sparse and not file.exists() and not file.is_symlink():
            return self._reader.read(f":{self._repository.prefix}{path}")
        return read_regular(file)


def is_regular(file: Path) -> bool:
    """Whether there is a regular file; a link is none, whatever it leads to."""
    return not file.is_symlink() and file.is_file()


def read_regular(file: Path) -> bytes | None:
    """The raw content of a regular file; None if there is none, as of a link."""
    if not is_regular(file):
        return None
    try:
        return file.read_bytes()
    except OSError as err:
        raise RegistryError(f"cannot read {file}: {err.strerror}", hint="check its permissions") from err
