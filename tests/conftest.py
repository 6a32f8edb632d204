"""The world every test sees: a home of its own, one identity, one time zone, and nothing of the developer's.

The environment is an allow list, because a project's capture reads any variable: an `AWS_REGION` or a
`VLLM_MAX_MODEL_LEN` in a developer's shell would change what a test records. Touching the developer's real registry
or git configuration raises.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Where programs, temporary files and shared libraries are, what pytest tells itself, and the object format of git.
_KEPT = frozenset({"PATH", "TMPDIR", "LD_LIBRARY_PATH", "CI", "GIT_DEFAULT_HASH", "GIT_DEFAULT_REF_FORMAT"})
_KEPT_PREFIXES = ("PYTEST_",)

_GIT_CONFIGURATION = """\
[user]
    name = Ada Lovelace
    email = ada@example.org
[init]
    defaultBranch = main
[gc]
    auto = 0
[maintenance]
    auto = false
"""

settings.register_profile("house", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder with a git identity; the whole environment is pinned around it."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(_GIT_CONFIGURATION, encoding="utf-8")
    for name in os.environ:
        if name not in _KEPT and not name.startswith(_KEPT_PREFIXES):
            monkeypatch.delenv(name)
    for name, value in _pinned(folder).items():
        monkeypatch.setenv(name, value)
    time.tzset()
    yield folder
    monkeypatch.undo()
    time.tzset()


def _pinned(folder: Path) -> dict[str, str]:
    # The commands of this environment first, so that a project's ./do/register finds the `registry` under test.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        "PATH": path,
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_DATA_HOME": str(folder / ".local/share"),
        "XDG_STATE_HOME": str(folder / ".local/state"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
    }


def _real_places() -> tuple[str, ...]:
    """The paths that no test may touch: the developer's own registries, and the configuration of git and AWS."""
    real_home = Path.home()
    data = os.environ.get("XDG_DATA_HOME") or real_home / ".local/share"
    config = os.environ.get("XDG_CONFIG_HOME") or real_home / ".config"
    places = (
        real_home / ".gitconfig",
        real_home / ".aws",
        Path(config, "git"),
        Path(config, "registry"),
        Path(data, "registry"),
    )
    return tuple(map(str, places))


FORBIDDEN = _real_places()
"""What no test may touch, worked out before the environment is pinned."""


def _refuse_real_places(_event: str, arguments: tuple[object, ...]) -> None:
    # Every audited file operation (open, mkdir, rename, scandir, sqlite3.connect ...) names its path first.
    if arguments and isinstance(path := arguments[0], str | bytes | os.PathLike):
        place = os.fsdecode(path)
        if place.startswith(FORBIDDEN):
            # Not an OSError: the code under test may well handle those.
            pytest.fail(f"a test touches {place}, which is the developer's own")


sys.addaudithook(_refuse_real_places)
