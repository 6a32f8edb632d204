"""An open registry: the git repository that holds it, its settings, and the records at any revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Self

from registry_tool.errors import RegistryError
from registry_tool.git.objects import ObjectReader, TreeEntry
from registry_tool.git.repository import Repository, open_repository
from registry_tool.record.layout import MARKER, POLICY, REGISTRY_FOLDER, record_path

if TYPE_CHECKING:
    from registry_tool.git.worktree import Worktree
    from registry_tool.rules.settings import Settings


_NO_REPOSITORY = "is not a git repository"


class NotARegistryError(RegistryError):
    """The folder is not a registry."""


class Store:
    """An open registry. A context manager: it keeps a git process for reading."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Open the registry in `root`, or raise `NotARegistryError`."""
        repository = open_repository(root, environment) if root.is_dir() else None
        if repository is None:
            raise _not_a_registry(root, _why_none(root))
        self.repository: Repository = repository
        self.environment = environment
        self.reader = ObjectReader(repository.git)

    def is_registry(self) -> bool:
        """Whether a registry has been committed here."""
        return self._committed_marker() is not None

    def refuse_others(self) -> None:
        """Raise `NotARegistryError` unless a registry has been committed here, or is about to be."""
        if not self.is_registry() and not (self.repository.root / MARKER).is_file():
            raise _not_a_registry(self.repository.root, f"has no {MARKER}")

    def revision(self, when: str) -> str:
        """The revision that `when` names: a commit's id for a name or a date, the tip for nothing."""
        if not when:
            return "HEAD"
        from registry_tool.git.revision import find_revision  # most commands read the tip

        return find_revision(self.repository, when)

    def settings(self, revision: str = "HEAD") -> Settings:
        """The registry's settings: those committed, or the file itself before the first commit."""
        from registry_tool.rules.settings import parse_settings

        data = self._committed_marker(revision)
        if data is None:
            return self.settings_of_files()
        policy = self.reader.read(f"{revision}:{self.repository.prefix}{POLICY}") or b""
        return parse_settings(data, file=MARKER, policy=policy)

    def settings_of_files(self) -> Settings:
        """The registry's settings as its checked-out files say them."""
        from registry_tool.rules.settings import parse_settings

        root = self.repository.root
        try:
            data = (root / MARKER).read_bytes()
            policy = (root / POLICY).read_bytes() if (root / POLICY).is_file() else b""
        except OSError as err:
            raise _not_a_registry(root, f"has no {MARKER}") from err
        return parse_settings(data, file=MARKER, policy=policy)

    def read(self, config_id: str, revision: str = "HEAD") -> bytes | None:
        """The bytes of a record at a revision; None if it has none."""
        return self.reader.read(f"{revision}:{self.repository.prefix}{record_path(config_id)}")

    def read_files(self, paths: Iterable[str], tip: str) -> Iterator[tuple[str, bytes | None]]:
        """Each of many files and its content at the commit `tip` (empty for none), None if it is not there.

        `paths` are relative to the repository. Folders are read, not paths: most files of an import are not there.
        A `MissingObjectError` if git does not have what the commit names.
        """
        folders: dict[str, dict[str, TreeEntry]] = {}
        there: list[tuple[str, str]] = []
        for path in paths:
            folder, _, name = path.rpartition("/")
            if folder not in folders:
                folders[folder] = self.reader.folder(tip, folder) if tip else {}
            if name in folders[folder]:
                there.append((path, folders[folder][name].oid))
            else:
                yield path, None
        contents = list(self.reader.read_many(oid for _, oid in there))
        for (path, oid), content in zip(there, contents, strict=True):
            yield path, self.reader.content(oid, path) if content is None else content

    def worktree(self) -> Worktree:
        """The checked-out files, as git would commit them."""
        from registry_tool.git.conversion import read_conversion  # most commands read what is committed
        from registry_tool.git.identity import CONFIGURATION_COMMAND
        from registry_tool.git.worktree import Worktree

        configuration = self.repository.git.run(*CONFIGURATION_COMMAND)
        return Worktree(self.repository, read_conversion(configuration, self.environment), self.reader)

    def close(self) -> None:
        """End the git process."""
        self.reader.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close, whatever happened."""
        self.close()

    def _committed_marker(self, revision: str = "HEAD") -> bytes | None:
        found = self.reader.read(f"{revision}:{self.repository.prefix}{MARKER}")
        if found is None and revision == "HEAD":
            self.repository.head()  # which refuses a branch that cannot be read
        return found


def _why_none(root: Path) -> str:
    return _NO_REPOSITORY if root.is_dir() else "is no folder" if root.exists() else "does not exist"


def _not_a_registry(root: Path, why: str) -> NotARegistryError:
    around = next((folder for folder in root.parents if (folder / MARKER).is_file()), None)
    if around and REGISTRY_FOLDER in root.relative_to(around).parts:
        hint = f"it is a part of one: {quote(str(around))}"
    elif (root / "do/config").is_file():
        hint = "it is a project: name the registry's folder, or make one elsewhere: registry init PATH"
    elif (root / REGISTRY_FOLDER).is_dir() and why == _NO_REPOSITORY:
        hint = "its git repository is gone: bring .git back, or clone it anew: registry init PATH --clone URL"
    elif not root.exists():
        hint = f"check the path; a new registry there: registry init {quote(str(root))}"
    else:
        hint = f"make it one: registry init {quote(str(root))}"
    return NotARegistryError(f"{root} is not a registry: it {why}", hint=hint)
