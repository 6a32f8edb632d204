"""How git is run: a fixed configuration, a clean environment, bytes in and bytes out.

A repository may come from anywhere, and its own configuration can name programs to run. None of them is run: hooks,
file-system monitors and pagers are switched off here, once, for every call. The environment loses every `GIT_*`
variable but those that say who commits, where the user's own configuration is and how a new repository is made,
because a git hook or a wrapper that calls this tool sets variables that would point it at another repository or index.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from registry_tool.errors import RegistryError

# Who commits, where the user and the machine say so, and how a new repository is made.
_CHOICES = frozenset(
    {
        *(f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")),
        *(f"GIT_CONFIG_{which}" for which in ("GLOBAL", "SYSTEM", "NOSYSTEM")),
        "GIT_DEFAULT_HASH",
        "GIT_DEFAULT_REF_FORMAT",
    }
)

_FIXED_CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "keep",
    # An acknowledged registration is on disk: objects and branch are synced before the branch is seen to move, and the
    # folders that hold their names are after that, by us (`flushing`).
    "core.fsync": "committed,pack-metadata,reference",
    # New objects come as a pack, which git keeps with a file of its own until the branch has moved. Loose ones would be
    # taken away by a `git gc --prune=now` at the same time. `maintain` and `maintenance.tidy` join the packs.
    "fastimport.unpackLimit": "0",
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "log.mailmap": "false",
}
# Git takes no other value for "none".
_NO_FILE = "/dev/null/none"
_COMMAND = ("git", "--no-pager", *(word for item in _FIXED_CONFIGURATION.items() for word in ("-c", "=".join(item))))


# A repository may say that what it misses is to be fetched, and by which program. Git asks before version 2.45 only
# whether the protocol is allowed.
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "none"}
# The GNU C library would give the memory of each tree that git has written back to the system, only to ask for it
# again: half of what a fast-import of many commits takes. Other C libraries do not look at this.
_KEPT_MEMORY = str(256 * 2**20)


class GitError(RegistryError):
    """Git refused or could not be run."""


class GitDiedError(GitError):
    """A signal ended git in the middle of its work: what it left behind is found by whoever writes next."""


class Git:
    """Runs git in one folder. Arguments are fixed words or values behind `--end-of-options`; never a shell string."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Run in `folder`; pass on `environment` less everything that redirects git."""
        self.folder = folder
        self._environment = clean_environment(environment)
        self._kept_open: tuple[int, ...] = ()

    def at(self, folder: Path) -> Git:
        """The same git in another folder."""
        other = Git(folder, self._environment)
        other._kept_open = self._kept_open
        return other

    def by_hand(self, words: str) -> str:
        """A git command for a person, who may be anywhere, to type.

        >>> Git(Path("/srv/our registry"), {}).by_hand("switch main")
        "git -C '/srv/our registry' switch main"
        """
        return f"git -C {shlex.quote(str(self.folder))} {words}"

    @contextmanager
    def keeping_open(self, handle: int) -> Iterator[None]:
        """Every git started in the block holds `handle` open to its own end, even if this process dies before it."""
        self._kept_open = (handle,)
        try:
            yield
        finally:
            self._kept_open = ()

    def run(self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
        """The standard output of `git ARGUMENTS`, fed `data`; a `GitError` unless it succeeds.

        `variables` are added to its environment, for what git takes from nowhere else.
        """
        status, output, talk = self.attempt(*arguments, data=data, variables=variables)
        if status != 0:
            raise failure(arguments, status, talk)
        return output

    def attempt(
        self, *arguments: str, data: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, bytes]:
        """Exit status, standard output and standard error of `git ARGUMENTS`, whatever they are."""
        process = self.start(*arguments, variables=variables)
        output, talk = process.communicate(data)
        return process.returncode, output, talk

    def start(
        self, *arguments: str, variables: Mapping[str, str] | None = None, online: bool = False
    ) -> subprocess.Popen[bytes]:
        """`git ARGUMENTS` as a running process with its three streams as pipes.

        Unless it is `online`, it speaks to no remote, whatever it misses.
        """
        try:
            return subprocess.Popen(
                [*_COMMAND, *arguments],
                cwd=self.folder,
                env={**self._environment, **({} if online else _OFFLINE), **(variables or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=self._kept_open,
            )
        except FileNotFoundError as err:
            if not self.folder.is_dir():
                raise GitError(f"there is no folder {self.folder}") from err
            raise GitError("git is not installed", hint="install git 2.37 or newer") from err
        except NotADirectoryError as err:
            raise GitError(f"{self.folder} is not a folder") from err


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` as git gets it: no redirection, no prompt, no optional lock, machine-readable language."""
    kept = {name: value for name, value in environment.items() if not name.startswith("GIT_") or name in _CHOICES}
    return {
        **kept,
        "MALLOC_TRIM_THRESHOLD_": _KEPT_MEMORY,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_GRAFT_FILE": _NO_FILE,
        "LC_ALL": "C",
    }


def failure(arguments: Sequence[str], status: int, talk: bytes) -> GitError:
    """The error for a git command that exited with `status` after saying `talk` on standard error."""
    said = [line for line in talk.decode("utf-8", "replace").splitlines() if line.strip()]
    detail = next((line for line in said if line.startswith(("fatal:", "error:"))), said[-1] if said else "")
    if distrusted := re.search("dubious ownership in repository at '(.+)'", detail):
        return GitError(
            f"git does not trust {distrusted[1]}: the folder belongs to another user",
            hint=f"if you trust it: git config --global --add safe.directory {shlex.quote(distrusted[1])}",
        )
    if status < 0:
        return GitDiedError(f"git {arguments[0]} was ended by signal {-status}", hint="try again")
    message = detail.removeprefix("fatal: ").removeprefix("error: ").rstrip(": ") or f"exit status {status}"
    return GitError(f"git {arguments[0]}: {message}")


def read_exactly(stream: IO[bytes], size: int) -> bytes:
    """`size` bytes of a pipe; a `GitError` if it ends before."""
    data = stream.read(size)
    if len(data) != size:
        raise GitError("git stopped in the middle of an answer")
    return data
