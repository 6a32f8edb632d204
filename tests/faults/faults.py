"""Running a command so that it dies, or its writes fail, at a chosen step: the preload library, and what it counted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from tests.programs import TIME_LIMIT

Fault: TypeAlias = Literal["group", "leader", "self", "full", "io"]
"""What happens at the step: SIGKILL to all processes, to the command alone, or to the one that took the step (git,
mostly); ENOSPC from there on; EIO once."""

KILLS: tuple[Fault, ...] = ("group", "leader", "self")
ERRORS: tuple[Fault, ...] = ("full", "io")

SOURCE = Path(__file__).with_name("preload.c")


@dataclass(frozen=True, slots=True)
class Step:
    """What was about to be done to which file; `other` is the new name of a renamed or linked one."""

    name: str
    path: str
    other: str


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended: `status` is negative for a signal."""

    status: int
    output: str
    talk: str


def build_library(folder: Path) -> Path:
    """The preload library, compiled into `folder`. Without a compiler the test is skipped, on CI it fails."""
    library = folder / "faults.so"
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        (pytest.fail if os.environ.get("CI") else pytest.skip)("fault tests need Linux and a C compiler")
    subprocess.run([compiler, "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


@dataclass(frozen=True, slots=True)
class At:
    """A step: the first of this name whose path (for a link or rename, the new one) ends so, and how many after it.

    Without a name, the step of this number, from 1; 0 is none. How many steps there are differs a little between runs,
    by how many folders for objects there are already.
    """

    number: int = 0
    name: str = ""
    path: str = ""


NEVER = At()


def run_with_fault(library: Path, arguments: list[str], *, cwd: Path, fault: Fault = "group", at: At = NEVER) -> Run:
    """`registry ARGUMENTS`, with the fault at a step.

    It returns as soon as the command itself is dead: what it started may still be running.
    """
    counter = library.parent / "counter"
    counter.write_bytes(bytes(16))
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "FAULT_COUNTER": str(counter),
        "FAULT_LOG": str(library.parent / "log"),
        "FAULT_KIND": fault,
        "FAULT_AT": str(at.number),
        **({"FAULT_NAME": at.name, "FAULT_PATH": at.path} if at.name else {}),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    (library.parent / "log").write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-m", "registry_tool", *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        start_new_session=True,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def steps_of(library: Path, arguments: list[str], *, cwd: Path) -> list[Step]:
    """The steps that `registry ARGUMENTS` takes when nothing goes wrong, in order."""
    run = run_with_fault(library, arguments, cwd=cwd)
    assert run.status == 0, run.talk
    lines = (library.parent / "log").read_text(encoding="utf-8").splitlines()
    return [Step(*line.split("\t")[1:]) for line in lines]


def numbers_to_try(steps: list[Step], *, every: int, fault: Fault, offset: int = 1) -> list[int]:
    """The numbers of every so-many-th step, beginning elsewhere for each fault.

    Of steps that do the same to the same file one after the other, such as writes, it has the first and the last.
    """
    found: list[int] = []
    for _, same in groupby(enumerate(steps, start=1), key=lambda numbered: numbered[1]):
        numbers = [number for number, _ in same]
        found.extend(sorted({numbers[0], numbers[-1]}))
    return found[offset * (*KILLS, *ERRORS).index(fault) % every :: every]
