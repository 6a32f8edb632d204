"""The files that switch on review and sync at a host: what they say, where they go, and that nothing is overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from registry_tool import __version__
from registry_tool.address import NO_COMMIT, address, commit, is_known
from registry_tool.errors import RegistryError
from registry_tool.git.repository import Repository
from registry_tool.record.layout import REGISTRY_FOLDER
from registry_tool.wholefile import write_whole

Host: TypeAlias = Literal["github", "gitlab"]
"""Where a registry is hosted."""
_RELEASE = f"v{__version__}"
"""The tag of this version, once it is released."""


@dataclass(frozen=True, slots=True)
class FileWritten:
    """A file, by its path in the repository, and what became of it; `advice` is what is left for the user to do."""

    path: str
    outcome: Literal["wrote", "added to", "kept"]
    advice: str = ""


def write_workflows(repository: Repository, host: Host) -> Iterator[FileWritten]:
    """Write the files for `host` into the checkout. What is there already is added to where that is safe, or kept.

    Each registry of a repository has files of its own.
    """
    folder = repository.prefix.rstrip("/")
    branch = repository.head().branch.removeprefix("refs/heads/") or "main"
    try:
        if host == "github":
            jobs = f".github/workflows/registry{_key(folder)}.yml"
            yield _write(repository.top, jobs, github_workflow(branch, folder))
        else:
            jobs = f".gitlab/registry{_key(folder)}.yml"
            yield _write(repository.top, jobs, gitlab_jobs(folder))
            yield _include(repository.top, jobs)
        yield _write(repository.top, _HOOKS, pre_commit_hooks(folder))
        yield _own(repository.top, [f"{repository.prefix}{REGISTRY_FOLDER}/", jobs, _HOOKS], host)
    except OSError as err:
        raise RegistryError(f"cannot write {err.filename}: {err.strerror}", hint="check its permissions") from err


def github_workflow(branch: str, folder: str) -> str:
    """The workflow for a registry whose main branch is `branch`, in `folder` of its repository."""
    action = f"{urlsplit(address()).path.strip('/')}@{commit() or NO_COMMIT} # v{__version__}"
    values = {"ACTION": action, "BRANCH": _quoted(branch), "FOLDER": _quoted(folder or "."), "KEY": _key(folder)}
    return _filled("github", values)


def gitlab_jobs(folder: str) -> str:
    """The jobs for a registry in `folder` of its repository."""
    tool = {"ADDRESS": _quoted(address()), "REF": _quoted(commit() or _RELEASE)}
    return _filled("gitlab", {**tool, "FOLDER": _quoted(folder or "."), "KEY": _key(folder)})


def pre_commit_hooks(folder: str) -> str:
    """What pre-commit runs for a registry in `folder` of its repository before a commit is made."""
    arguments = f"\n        args: [--registry, {_quoted(folder)}]" if folder else ""
    return _filled("pre-commit", {"ADDRESS": address(), "REF": commit() or _RELEASE, "ARGUMENTS": arguments})


def _filled(name: str, values: dict[str, str]) -> str:
    """The template `name`, in which `<NAME>` stands for each of the `values`."""
    template = files("registry_tool").joinpath(f"hosts/templates/{name}.yml").read_text(encoding="utf-8")
    for word, value in values.items():
        template = template.replace(f"<{word}>", value)
    return template


def _key(folder: str) -> str:
    """What sets the files and jobs of a registry in a folder apart from those of another.

    >>> _key(""), _key("teams/a")
    ('', '-teams-a')
    """
    return f"-{re.sub(r'[^A-Za-z0-9]+', '-', folder).strip('-')}" if folder else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(top: Path, path: str, text: str) -> FileWritten:
    file = top / path
    if file.exists() or file.is_symlink():
        if file.is_file() and file.read_bytes() == text.encode():
            return FileWritten(path, "kept", _to_fill_in(text))
        return FileWritten(path, "kept", f"it is yours; compare it with {path} of a new registry")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, text.encode())
    return FileWritten(path, "wrote", _to_fill_in(text))


def _to_fill_in(text: str) -> str:
    """What only the user knows of the tool's own repository."""
    missing = ["the owner of registry-tool where OWNER stands"] if "OWNER/" in text and not is_known() else []
    if NO_COMMIT in text:
        missing.append("a commit of your copy of it where the zeros are")
    elif _RELEASE in text and not commit():
        missing.append(f"a commit of your copy of it where {_RELEASE} stands, unless it has that tag")
    return f"put {', and '.join(missing)}" if missing else ""


def _include(top: Path, jobs: str) -> FileWritten:
    path = ".gitlab-ci.yml"
    line = f"  - local: {jobs}"
    if (top / path).exists() and jobs in (top / path).read_text(encoding="utf-8", errors="replace"):
        return FileWritten(path, "kept")
    written = _write(top, path, f"include:\n{line}\n")
    return written if written.outcome == "wrote" else FileWritten(path, "kept", f"add under its include:{line[1:]}")


def _own(top: Path, guarded: Sequence[str], host: Host) -> FileWritten:
    """Have the registry, and the files that decide how it is reviewed, approved by owners whom only the user can name.

    `guarded` are paths in the repository; the file of owners is one more.
    """
    places = {"github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), "gitlab": _GITLAB_OWNERS}[host]
    path = next((place for place in places if (top / place).exists()), places[0])
    file = top / path
    before = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
    patterns = ["/" + one.replace(" ", "\\ ") for one in (*guarded, path)]
    missing = [pattern for pattern in patterns if pattern not in before]
    advice = f"name who reviews {(missing or patterns)[0]} and the others there, and take away each #"
    if not missing:
        return FileWritten(path, "kept", advice if _NOBODY in before else "")
    lines = "".join(f"# {pattern} {_NOBODY}\n" for pattern in missing)
    gap = "\n" if before and not before.endswith("\n") else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:  # appended: what is there stays as it is
        stream.write(f"{gap}# Who reviews deployments, and what decides how they are reviewed:\n{lines}")
    return FileWritten(path, "added to" if before else "wrote", advice)


_NOBODY = "@your-org/your-team"
_HOOKS = ".pre-commit-config.yaml"
_GITLAB_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
