"""Speaking to a remote: where a branch is shared, fetching it, pushing it; never by force.

Only programs that the user chose are run for it. The user's and the machine's configuration and a few variables may
name them (ssh, credential helpers, askpass); a repository's own configuration may not, for it may come from anywhere.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from registry_tool.git.identity import CONFIGURATION_COMMAND
from registry_tool.git.process import Git, GitError, failure
from registry_tool.git.repository import Repository

PROGRESS_SECONDS = 2.0
"""How often, at most, a long transfer says how far it is."""

_HEADS = "refs/heads/"
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_PROGRESS = re.compile(r"(?:remote: )?((?:Counting|Compressing|Receiving|Writing|Resolving) [^\r\n]*)")
# What a server says when another push came first, or holds the branch at this moment.
_RACE = re.compile(
    r"stale info|fetch first|non-fast-forward|cannot lock ref|failed to (?:update|lock)|incorrect old value"
    r"|already exists"
)
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
# What stands in the way of every push, not only of this one; looked for first, because git says "cannot lock ref", too.
_REASONS = (
    (
        re.compile(r"Unable to create '([^']+\.lock)': File exists"),
        "another git there holds {0}, or died holding it",
        "what is committed here stays; push again later, and if it stays so: remove that file on the remote's machine",
    ),
    (
        re.compile(r"'refs/heads/([^']+)' exists; cannot create 'refs/heads/([^']+)'"),
        "it has a branch {0}, so there cannot be a branch {1}",
        "choose another name: register --branch NAME --push",
    ),
    (
        re.compile(r"([Nn]o space left on device|[Dd]isk quota exceeded)"),
        "its disk is full ({0})",
        "what is committed here stays; ask who keeps the remote to make room, then: registry push",
    ),
    (
        re.compile(r"([Rr]ead-only file system|[Pp]ermission denied|insufficient permission)"),
        "it cannot be written to ({0})",
        "what is committed here stays; ask who keeps the remote for the right to write, then: registry push",
    ),
    (
        re.compile(r"(protected branch|GH006|not allowed to (?:force )?push)"),
        "it protects this branch ({0})",
        "what is committed here stays; propose it instead: register --branch NAME --push",
    ),
)
_OFFLINE_HINT = (
    "what is committed here stays; try again when the remote can be reached, or correct it: git remote set-url"
)
_REFUSED_HINT = "what is committed here stays; ask who keeps the remote, or propose it: register --branch NAME --push"


class UnreachableError(GitError):
    """The remote could not be reached, or does not let this user in."""


class PushRefusedError(GitError):
    """The remote took the commits and refused the branch."""


class RaceError(GitError):
    """Another push or fetch came first. Fetch, and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Where a branch is shared. `branch` and `there` are full ref names, here and at `remote`.

    `tracking` is the ref that remembers where `there` was last seen.
    """

    remote: str
    branch: str
    there: str

    @property
    def tracking(self) -> str:
        """The full ref name of what is known of the remote's branch."""
        return f"refs/remotes/{self.remote}/{self.there.removeprefix(_HEADS)}"

    def __str__(self) -> str:
        """As people write it: `origin/main`."""
        return f"{self.remote}/{self.there.removeprefix(_HEADS)}"


class Remote:
    """The remote that a branch is shared through: its upstream's, else `origin`, under the same name."""

    def __init__(self, repository: Repository, branch: str, environment: Mapping[str, str]) -> None:
        """Find where `branch` (a full ref name) is shared; a `GitError` if there is no remote."""
        self._repository = repository
        self.configuration = repository.git.run(*CONFIGURATION_COMMAND)
        configuration = _read(self.configuration)
        self.upstream = _upstream(repository, branch, {setting.key: setting.value for setting in configuration})
        self._settings = {setting.key: setting for setting in configuration}
        self._variables = _programs(configuration, environment)

    def known(self) -> str:
        """The commit that the remote's branch was last seen at; empty if it was never seen."""
        return self._repository.tip(self.upstream.tracking)

    def fetch(self, on_progress: Callable[[str], None] | None = None) -> str:
        """The commit that the remote's branch is at now, with everything that it holds; empty if there is none."""
        upstream = self.upstream
        status, _, talk = self._run(
            "fetch", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head",
            # Without --refmap= it would do what the remote's own refspec says besides: overwrite branches, in a mirror.
            "--no-prune", "--refmap=", "--upload-pack=git-upload-pack", "--progress" if on_progress else "--quiet",
            "--end-of-options", upstream.remote, f"+{upstream.there}:{upstream.tracking}", on_progress=on_progress,
        )  # fmt: skip
        if status == 0:
            return self.known()
        if "couldn't find remote ref" in talk:
            return ""
        if "cannot lock ref" in talk or "unable to update local ref" in talk:
            raise RaceError(f"another git process is fetching {upstream}", hint="try again")
        raise UnreachableError(f"cannot fetch {upstream}: {_detail(talk)}", hint=_OFFLINE_HINT)

    def push(self, revision: str, seen: str, on_progress: Callable[[str], None] | None = None) -> None:
        """Move the remote's branch forward from `seen`, where it was last seen (empty for nowhere), to `revision`.

        `revision`, a commit's id, has `seen` in its history, so nothing is forced.

        Raises `RaceError` when somebody else moved it first, `PushRefusedError` when the remote does not want it, and
        `UnreachableError`.
        """
        upstream = self.upstream
        status, output, talk = self._run(
            "push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no",
            "--receive-pack=git-receive-pack", "--progress" if on_progress else "--quiet",
            f"--force-with-lease={upstream.there}:{seen}", "--end-of-options", upstream.remote,
            f"{revision}:{upstream.there}", on_progress=on_progress,
        )  # fmt: skip
        if status == 0:
            # A push updates what is remembered only where the configuration has a refspec for it.
            self._repository.git.run("update-ref", upstream.tracking, revision)
            return
        rejected = next((line for line in output.splitlines() if line.startswith("!")), "")
        if not rejected:
            raise UnreachableError(f"cannot push to {upstream}: {_detail(talk)}", hint=_OFFLINE_HINT)
        raise _why_refused(upstream, rejected.rpartition("\t")[2], talk)

    def follow(self) -> None:
        """Make the remote's branch the upstream of ours, as `git push --set-upstream` does."""
        name = self.upstream.branch.removeprefix(_HEADS)
        for key, value in (("remote", self.upstream.remote), ("merge", self.upstream.there)):
            self._repository.git.run("config", "--local", "--end-of-options", f"branch.{name}.{key}", value)

    def url(self) -> str:
        """Where pushes go, without credentials."""
        output = self._repository.git.run("remote", "get-url", "--push", "--end-of-options", self.upstream.remote)
        return _without_credentials(output.decode("utf-8", "replace").strip())

    def _refuse_strange(self) -> None:
        """Refuse a remote that would run a program of the checkout: a helper that it names, or a hook of its own.

        `remote.*.vcs` names any program, and a repository that lies among the checked-out files came with them.
        """
        name, top = self.upstream.remote, self._repository.top.resolve()
        helper = self._settings.get(f"remote.{name}.vcs")
        if helper and helper.scope not in {"system", "global"}:
            raise GitError(
                f"the repository's own configuration names a program to reach {name} with ({helper.key})",
                hint="if it is not yours, trust nothing in this checkout; else: "
                + self._repository.git.by_hand(f"config --unset {helper.key}"),
            )
        folder = (top / self.url().removeprefix("file://")).resolve()
        if folder.exists() and folder.is_relative_to(top):
            raise GitError(
                f"{name} lies inside of the registry itself: {self.url()}",
                hint="a repository there came with the checkout, and its hooks would run; name another remote",
            )

    def _run(self, *arguments: str, on_progress: Callable[[str], None] | None) -> tuple[int, str, str]:
        self._refuse_strange()
        return _run(self._repository.git, arguments, self._variables, on_progress)


def clone_repository(
    url: str, folder: Path, environment: Mapping[str, str], *, directory: Path, on_progress: Callable[[str], None]
) -> None:
    """Clone `url` into `folder`, which must not exist or be empty; a relative path is one from `directory`.

    `on_progress` is told how far a long transfer is. Raises a `GitError` that repeats git's reason.
    """
    if _HELPER.match(url):
        raise GitError(f"{url!r} names a protocol that can run programs", hint="use https, ssh or a path")
    git = Git(directory, environment)
    variables = _programs(_read(git.run(*CONFIGURATION_COMMAND)), environment)
    command = ("clone", "--progress", "--no-recurse-submodules", "--end-of-options", url, str(folder))
    status, _, talk = _run(git, command, variables, on_progress)
    if "dubious ownership" in talk:
        raise failure(("clone",), status, talk.encode())
    if status:
        raise GitError(
            f"cannot clone {_without_credentials(url)!r}: {_detail(talk)}",
            hint=f"see whether git can reach it: git ls-remote {shlex.quote(_without_credentials(url))}",
        )
    if "unable to checkout" in talk:  # it has branches, and its HEAD names another one
        raise GitError(
            f"{_without_credentials(url)} does not have its default branch, so nothing is checked out in {folder}",
            hint=f"choose one that it has: {Git(folder, environment).by_hand('switch main')}",
        )


def _run(
    git: Git, arguments: Sequence[str], variables: Mapping[str, str], on_progress: Callable[[str], None] | None
) -> tuple[int, str, str]:
    """Exit status, output and talk of a git that speaks to a remote."""
    process = git.start(*arguments, variables=variables, online=True)
    if on_progress is None or process.stderr is None:
        output, talk = process.communicate()
    else:
        talk = b"".join(_watched(process.stderr, on_progress))
        output, _ = process.communicate()
    if process.returncode < 0:
        raise failure(arguments, process.returncode, talk)  # by a signal: what it left is for the next one to find
    return process.returncode, output.decode("utf-8", "replace"), talk.decode("utf-8", "replace")


def _why_refused(upstream: Upstream, reason: str, talk: str) -> GitError:
    """The error for a push that the remote answered; `reason` is git's own, `talk` what the remote said besides."""
    remarks = [line.removeprefix("remote: ").strip() for line in talk.splitlines() if line.startswith("remote: ")]
    said = "\n".join([reason, *remarks])
    for pattern, what, hint in _REASONS:
        if match := pattern.search(said):
            return PushRefusedError(f"{upstream} refused the push: {what.format(*match.groups())}", hint=hint)
    if _RACE.search(said):
        return RaceError(f"{upstream} was moved by another push at the same time", hint="try again: registry push")
    detail = ": ".join([reason, *filter(None, remarks[:1])])
    return PushRefusedError(f"{upstream} refused the push: {_without_credentials(detail)}", hint=_REFUSED_HINT)


class _Setting(NamedTuple):
    scope: str
    key: str
    value: str


def _read(output: bytes) -> list[_Setting]:
    fields = output.decode("utf-8", "surrogateescape").split("\0")
    parts = [(scope, entry.partition("\n")) for scope, entry in zip(fields[::2], fields[1::2], strict=False)]
    return [_Setting(scope, key, value) for scope, (key, _, value) in parts]


def _upstream(repository: Repository, branch: str, settings: Mapping[str, str]) -> Upstream:
    name = branch.removeprefix(_HEADS)
    remote = settings.get(f"branch.{name}.remote", "")
    there = settings.get(f"branch.{name}.merge", "")
    if remote in {"", "."} or not there.startswith(_HEADS):
        remote, there = "origin", branch
    if f"remote.{remote}.url" not in settings:
        raise GitError(
            f"the registry has no remote {remote}, so {name} is shared with nobody",
            hint=f"name one: {repository.git.by_hand(f'remote add {remote} URL')}",
        )
    return Upstream(remote=remote, branch=branch, there=there)


def _programs(configuration: list[_Setting], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that make git run the user's own programs and none of the repository's."""
    trusted = [setting for setting in configuration if setting.scope in {"system", "global"}]
    last = {setting.key: setting.value for setting in trusted}
    helpers = [(key, value) for _, key, value in trusted if key.startswith("credential.") and key.endswith(".helper")]
    settings = [
        ("credential.helper", ""),  # forgets all that stand in files; then the trusted ones again
        *helpers,
        # The remote itself gets its programs as options; this is for one that missing objects would be fetched from.
        *((key, "git-upload-pack") for _, key, _ in configuration if key.endswith(".uploadpack")),
        ("core.alternateRefsCommand", ":"),
        ("protocol.ext.allow", "never"),
    ]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    ssh = environment.get("GIT_SSH_COMMAND") or last.get("core.sshcommand")
    return variables | {
        "GIT_SSH_COMMAND": ssh or shlex.quote(environment.get("GIT_SSH") or "ssh"),
        "GIT_ASKPASS": environment.get("GIT_ASKPASS") or last.get("core.askpass") or environment.get("SSH_ASKPASS", ""),
        "GIT_PROXY_COMMAND": environment.get("GIT_PROXY_COMMAND", ""),
    }


def _watched(pipe: IO[bytes], on_progress: Callable[[str], None]) -> Iterator[bytes]:
    """All that is read from `pipe`; `on_progress` is told how far a long transfer is, every two seconds."""
    told_at = time.monotonic()
    while chunk := os.read(pipe.fileno(), 1 << 16):
        yield chunk
        found = _PROGRESS.findall(chunk.decode("utf-8", "replace"))
        if found and time.monotonic() - told_at > PROGRESS_SECONDS:
            on_progress(found[-1].strip().lower())
            told_at = time.monotonic()


def _detail(talk: str) -> str:
    """What git said, in a line, without credentials."""
    lines = [line.strip() for line in talk.replace("\r", "\n").splitlines() if line.strip()]
    fatal = next((line for line in lines if line.startswith(("fatal: ", "error: ", "ssh: "))), "")
    return _without_credentials(fatal.removeprefix("fatal: ").removeprefix("error: ") or (lines or ["git failed"])[-1])


def _without_credentials(text: str) -> str:
    return _CREDENTIALS.sub("", text)
