"""What is not hot: making and cloning repositories, through GitPython with fixed options.

GitPython always adds the process's environment to what it is given, so the environment itself is swapped for a clean
one while it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from registry_tool.git.process import GitError, clean_environment


def create_repository(folder: Path, environment: Mapping[str, str]) -> None:
    """Make `folder` a git repository, with the first branch that the user's git is set to."""
    from git import GitCommandError, Repo  # 74 ms

    try:
        with _only(environment):
            Repo.init(folder).close()
    except (GitCommandError, OSError) as err:
        raise GitError(f"cannot make a git repository in {folder}") from err


def clone_repository(
    url: str, folder: Path, environment: Mapping[str, str], *, on_progress: Callable[[str], None]
) -> None:
    """Clone `url` into `folder`, which must not exist or be empty. `on_progress` is told how far it is."""
    from git import GitCommandError, Repo  # 74 ms
    from git.exc import UnsafeProtocolError

    def progress(stage: int, count: str | float, most: str | float | None, message: str) -> None:
        del stage, message
        on_progress(f"cloning: {float(count):.0f} of {float(most or 0):.0f}")

    try:
        with _only(environment):
            Repo.clone_from(url, folder, progress=progress).close()
    except UnsafeProtocolError as err:
        raise GitError(f"{url!r} names a protocol that can run programs", hint="use https, ssh or a path") from err
    except (GitCommandError, OSError) as err:
        said = str(getattr(err, "stderr", "")).strip().strip("'").strip().splitlines()
        detail = next((line.strip() for line in said if "fatal:" in line), "")
        raise GitError(f"cannot clone {url!r}: {detail.removeprefix('fatal: ') or 'git failed'}") from err


@contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    before, clean = dict(os.environ), clean_environment(environment)  # which may be os.environ itself
    os.environ.clear()
    os.environ.update(clean)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
