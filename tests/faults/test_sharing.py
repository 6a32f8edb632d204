"""A push or a pull that dies, or whose writes fail, at any step loses nothing, and the next one finishes the job.

The remote is behind `git daemon`, a process of its own: what befalls a client does not befall the server.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.faults import ERRORS, KILLS, At, Fault, build_library, numbers_to_try, run_with_fault, steps_of
from tests.programs import git, run_registry
from tests.sharing.conftest import FLASK, QWEN, Cloner

SAMPLE = 25
FOLDERS = ("mine", "remote.git")


@pytest.fixture
def place(tmp_path: Path, clone: Cloner, daemon: str) -> Path:
    """A clone `mine` with a registration that is not pushed, and a remote where somebody else was first."""
    mine, theirs = clone("mine"), clone("theirs")
    mine.git("remote", "set-url", "origin", daemon)
    mine.register(QWEN, notes="mine")
    theirs.register(FLASK, notes="theirs")
    theirs.push()
    for name in FOLDERS:
        shutil.copytree(tmp_path / name, tmp_path / "template" / name, symlinks=True)
    return tmp_path


def reset(place: Path) -> None:
    for name in FOLDERS:
        shutil.rmtree(place / name)
        shutil.copytree(place / "template" / name, place / name, symlinks=True)


def wrongs_at(library: Path, place: Path, command: str, fault: Fault, at: int) -> list[str]:
    """What is wrong after a fault at a step, once the command has run again and all is pushed."""
    reset(place)
    arguments = [command, "--registry", "mine"]
    run = run_with_fault(library, arguments, cwd=place, fault=fault, at=At(at))
    wrong = [f"ended with {run}"] if run.status not in {0, 1, -9} or "a bug in" in run.talk else []
    for again in (arguments, ["push", "--registry", "mine"]):
        done = run_registry(*again, cwd=place)
        if done.returncode != 0:
            wrong.append(f"the next {again[0]} failed: {done.stdout}{done.stderr}")
    if git("rev-parse", "main", cwd=place / "mine") != git("rev-parse", "main", cwd=place / "remote.git"):
        wrong.append("the clone and the remote differ")
    if sorted(git("log", "-2", "--format=%s", "main", cwd=place / "remote.git").split()) != ["mine", "theirs"]:
        wrong.append("the remote does not have each registration once")
    if git("rev-list", "--merges", "main", cwd=place / "remote.git"):
        wrong.append("the history has merges")
    if told := git("fsck", "--strict", "--no-dangling", cwd=place / "mine"):
        wrong.append(f"fsck: {told}")
    if told := git("status", "--porcelain", cwd=place / "mine"):
        wrong.append(f"status: {told}")
    return wrong


def sweep(place: Path, command: str, fault: Fault, every: int) -> dict[str, list[str]]:
    (place / "library").mkdir()
    library = build_library(place / "library")
    steps = steps_of(library, [command, "--registry", "mine"], cwd=place)
    found = {
        f"{at} {steps[at - 1]}": wrongs_at(library, place, command, fault, at)
        for at in numbers_to_try(steps, every=every, fault=fault)
    }
    return {step: wrong for step, wrong in found.items() if wrong}


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("fault", ["group", "full"])
def test_a_fault_at_a_step_loses_nothing(place: Path, command: str, fault: Fault) -> None:
    assert sweep(place, command, fault, SAMPLE) == {}


@pytest.mark.long
@pytest.mark.parametrize("command", ["push", "pull"])
def test_killed_at_every_step_loses_nothing(place: Path, command: str) -> None:
    assert sweep(place, command, "group", 1) == {}


@pytest.mark.long
@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("fault", [fault for fault in (*KILLS, *ERRORS) if fault != "group"])
def test_a_fault_at_many_a_step_loses_nothing(place: Path, command: str, fault: Fault) -> None:
    assert sweep(place, command, fault, SAMPLE // 3) == {}
