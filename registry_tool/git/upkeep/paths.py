"""Every file, folder and ref of ours in a git directory, named once.

Whatever is private to a worktree lies in its own git directory, because an index and a HEAD do; what all worktrees
share lies in the common one.
"""

from __future__ import annotations

import os
from pathlib import Path

from registry_tool.git.repository import Repository

UNSIGNED = "refs/registry-tool/unsigned"
"""The ref that commits stand on while they wait for their signatures."""
REPLAYED = "refs/registry-tool/replayed"
"""The ref that a replay stands on until the branch moves there."""
KEEP = "registry-tool"
"""What our files `.keep` say. They stand beside packs of objects that a branch is about to have."""
TEMPORARY = ".registry-tool.*.tmp"
"""How a half written file is named among the checked-out ones, where the git directory is on another file system."""
_OURS = "registry-tool"


def is_ours(path: Path) -> bool:
    """Whether a file that lies directly in a git directory is one of ours."""
    return path.name.startswith(_OURS)


def shared(repository: Repository) -> Path:
    """The folder of ours that all worktrees share."""
    return repository.common_dir / _OURS


def writers_lock(repository: Repository) -> Path:
    """What writers queue on."""
    return repository.common_dir / f"{_OURS}.lock"


def remote_lock(repository: Repository) -> Path:
    """What pushes and pulls queue on."""
    return repository.common_dir / f"{_OURS}-remote.lock"


def maintain_lock(repository: Repository) -> Path:
    """What maintainers queue on."""
    return repository.common_dir / f"{_OURS}-maintain.lock"


def contact(repository: Repository) -> Path:
    """When remotes were last heard of."""
    return shared(repository) / "sharing.json"


def acknowledged(repository: Repository) -> Path:
    """What was registered from here lately, so that a commit which takes it back is noticed."""
    return shared(repository) / "acknowledged"


def journal(repository: Repository) -> Path:
    """What a writer is about to do to the checked-out files."""
    return repository.private / "journal"


def index_lock(repository: Repository) -> Path:
    """Git's own lock on its index."""
    return repository.git_dir / "index.lock"


def hold(repository: Repository) -> Path:
    """The file that `index.lock` is a hard link to while it is ours: how a lock left by a crash is known."""
    return repository.private / "hold"


def index_copy(repository: Repository) -> Path:
    """The copy of git's index that is edited, and then put in its place."""
    return repository.private / "index"


def outgoing(repository: Repository) -> Path:
    """The folder in which a writer, in its turn, writes checked-out files before they are moved to their places."""
    return repository.private / "out"


def unplaced(repository: Repository) -> Path:
    """The checked-out file that this process writes out of turn, before it is moved to its place."""
    return repository.private / f"file.{os.getpid()}"


def summaries(repository: Repository) -> Path:
    """The cache of the records' summaries. A version of the tool that cannot read another one's makes it again."""
    return repository.private / "index-1.sqlite"


def known_good(repository: Repository) -> Path:
    """The cache of the records that were checked and found good."""
    return repository.private / "known-good-1.sqlite"


def looks(repository: Repository) -> Path:
    """The cache of what was seen of the records in the cloud."""
    return repository.private / "live-2.sqlite"
