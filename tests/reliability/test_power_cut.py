"""A power cut while a writer works: whatever instant the disk is left at, the next one to come can go on.

The writer and its gits are stopped at random instants, the repository is copied as it stands, and they go on.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import git, run_registry
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


def cut(tmp_path: Path, times: int, seed: int) -> dict[int, list[str]]:
    root = registry_in(tmp_path / "registry")
    write_record(root, 1)
    pause = random.Random(seed)  # noqa: S311  the same instants again
    found: dict[int, list[str]] = {}
    with writing(root) as (group, done):
        for number in range(times):
            threading.Event().wait(pause.uniform(0.05, 0.4))
            os.killpg(group, signal.SIGSTOP)
            before = list(done)
            copied = tmp_path / f"copy-{number}"
            # The index's lock is known by being a hard link, and a power cut breaks none.
            subprocess.run(["cp", "-a", root, copied], check=True)
            os.killpg(group, signal.SIGCONT)
            if wrong := wrongs_in(copied, before):
                found[number] = wrong
            shutil.rmtree(copied)
    assert record_path(1) in git("ls-tree", "-r", "--name-only", "HEAD", cwd=root).split()
    return found


def test_a_copy_taken_while_writers_run_can_be_gone_on_with(tmp_path: Path) -> None:
    assert cut(tmp_path, 4, 1) == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_many_copies_taken_while_writers_run_can_be_gone_on_with(tmp_path: Path, seed: int) -> None:
    assert cut(tmp_path, 25, seed) == {}
