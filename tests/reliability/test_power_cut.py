"""A power cut while a writer works: whatever instant the disk is left at, the next one to come can go on.

The writer and its gits are stopped at random instants, the repository is copied as it stands, and they go on. A copy of
its files has what every program sees. A copy of the block device below them lacks, as a disk does, what nobody has
flushed. An overlay is how a container begins with the files of its image: what it writes to is copied, and no longer
the file that it was a hard link to.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.programs import IN_FILES, git, run_registry
from tests.reliability.changes import record_path, registry_in, write_record

EXAMPLE = Path(__file__).parents[2] / "examples/example-triton-fil"


WRITER = """
import sys
from itertools import count
from pathlib import Path
from tests.reliability.changes import write_record
for number in count(10):
    print(write_record(Path(sys.argv[1]), number), flush=True)
"""


@contextmanager
def writing(root: Path) -> Iterator[tuple[int, list[str]]]:
    """The process group of a writer that works for the length of the block, and what it was told is in."""
    done: list[str] = []
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, root],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def collect() -> None:
        for line in process.stdout or ():
            done.append(line.strip())  # noqa: PERF401  as it comes

    listener = threading.Thread(target=collect)
    listener.start()
    try:
        yield process.pid, done
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        listener.join()
        if process.stdout:
            process.stdout.close()


def wrongs_in(copied: Path, acknowledged: list[str]) -> list[str]:
    """What is wrong with a copy after the next registration in it."""
    wrong = []
    # Git's one lock on all tables does not say whose it is, so a person has to take it away, as a hint says.
    (copied / ".git/reftable/tables.list.lock").unlink(missing_ok=True)
    fixed = run_registry("--registry", str(copied), "doctor", "--fix", cwd=copied)
    words = ["--registry", str(copied), "register", "--project-dir", str(EXAMPLE)]
    done = run_registry(*words, cwd=copied)
    if done.returncode:
        wrong.append(f"register: {done.stderr}; doctor: {fixed.stdout}{fixed.stderr}")
    names = set(git("ls-tree", "-r", "--name-only", "HEAD", cwd=copied).split())
    wrong += [f"{path} is gone" for path in acknowledged if path not in names]
    if told := git("fsck", "--strict", "--no-dangling", cwd=copied):
        wrong.append(f"fsck: {told}")
    if told := git("status", "--porcelain", "--untracked-files=no", cwd=copied):
        wrong.append(f"status: {told}")
    if (copied / ".git/index.lock").exists():
        wrong.append("index.lock is left")
    return wrong


Copied: TypeAlias = Callable[[int], AbstractContextManager[Path]]
"""A copy of the registry as it stands: the writers of this process group are stopped, and go on afterwards."""
Disk: TypeAlias = Callable[[Path], AbstractContextManager[tuple[Path, Copied]]]
"""Where the registry is to be, given a place for it, and how that is copied."""


@contextmanager
def mounted(*arguments: str | Path) -> Iterator[None]:
    """Mount for the length of the block; the test is skipped where that is not allowed."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)


@contextmanager
def files(place: Path) -> Iterator[tuple[Path, Copied]]:
    """Where the registry is to be, and how its files are copied."""
    root, copy = place / "registry", place / "copy"

    @contextmanager
    def copied(group: int) -> Iterator[Path]:
        # The index's lock is known by being a hard link, and a power cut breaks none.
        subprocess.run(["cp", "-a", root, copy], check=True)
        os.killpg(group, signal.SIGCONT)
        yield copy
        shutil.rmtree(copy)

    yield root, copied


@contextmanager
def overlay(place: Path) -> Iterator[tuple[Path, Copied]]:
    """The same, and how an overlay is laid over it. What is below must not change meanwhile."""
    root, copy = place / "registry", place / "copy"
    upper, work = place / "upper", place / "work"

    @contextmanager
    def copied(group: int) -> Iterator[Path]:
        for folder in (upper, work, copy):
            folder.mkdir()
        options = f"lowerdir={root},upperdir={upper},workdir={work}"
        with mounted("-t", "overlay", "-o", options, "overlay", copy):
            yield copy
        for folder in (upper, work, copy):
            shutil.rmtree(folder)
        os.killpg(group, signal.SIGCONT)

    yield root, copied


@contextmanager
def block_device(place: Path) -> Iterator[tuple[Path, Copied]]:
    """The same on an ext4 that writes as little as it can by itself, and how what is below it is copied."""
    image, disk = place / "image", place / "disk"

    @contextmanager
    def copied(group: int) -> Iterator[Path]:
        copy, again = place / "image-copy", place / "copy"
        subprocess.run(["cp", "--sparse=always", image, copy], check=True)
        os.killpg(group, signal.SIGCONT)
        again.mkdir(exist_ok=True)
        with mounted("-o", "loop", copy, again):
            yield again / "registry"
        copy.unlink()

    disk.mkdir()
    subprocess.run(["truncate", "--size=64M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    with mounted("-o", "loop,commit=600", image, disk):
        yield disk / "registry", copied


def cut(disk: AbstractContextManager[tuple[Path, Copied]], times: int, seed: int) -> dict[int, list[str]]:
    """What is wrong with copies that are taken at so many instants, by the number of the copy."""
    found: dict[int, list[str]] = {}
    pause = random.Random(seed)  # noqa: S311  the same instants again
    with disk as (root, copied):
        write_record(registry_in(root), 1)
        with writing(root) as (group, done):
            for number in range(times):
                threading.Event().wait(pause.uniform(0.05, 0.4))
                os.killpg(group, signal.SIGSTOP)
                before = list(done)
                with copied(group) as copy:
                    if wrong := wrongs_in(copy, [record_path(1), *before]):
                        found[number] = wrong
    return found


DISKS = [files, overlay, pytest.param(block_device, marks=IN_FILES)]
"""Git (2.47) names a table of refs before the end of it is on the disk: a power cut in between breaks the branch."""


def test_what_is_acknowledged_is_on_the_block_device(tmp_path: Path) -> None:
    with block_device(tmp_path) as (root, copied):
        registry_in(root)
        for number in (1, 2, 3):
            path = write_record(root, number)
            with copied(os.getpgid(0)) as copy:
                assert path in git("ls-tree", "-r", "--name-only", "HEAD", cwd=copy).split()
                assert git("status", "--porcelain", cwd=copy) == ""


@pytest.mark.parametrize("disk", DISKS)
def test_a_copy_taken_while_writers_run_can_be_gone_on_with(tmp_path: Path, disk: Disk) -> None:
    assert cut(disk(tmp_path), 3, 1) == {}


@pytest.mark.long
@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("seed", [2, 3])
def test_many_copies_taken_while_writers_run_can_be_gone_on_with(tmp_path: Path, disk: Disk, seed: int) -> None:
    assert cut(disk(tmp_path), 20, seed) == {}
