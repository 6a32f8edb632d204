"""Keeping and reading a registry that dies, or whose writes fail, at any step harms nothing, and the next run works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.faults import ERRORS, KILLS, At, Fault, build_library, numbers_to_try, run_with_fault, steps_of
from tests.programs import git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
RECORD = "registry-data/records/be/be82fdeac39025da.yaml"
MISPLACED = "registry-data/records/aa/be82fdeac39025da.yaml"
SAMPLE = 5


def misplace(root: Path) -> None:
    (root / MISPLACED).parent.mkdir()
    git("mv", RECORD, MISPLACED, cwd=root)
    git("commit", "--quiet", "--message", "misplaced", cwd=root)


COMMANDS: dict[str, tuple[list[str], Callable[[Path], None]]] = {
    "maintain": (["maintain", "--registry", "registry"], lambda _: None),
    "list": (["list", "--registry", "registry"], lambda _: None),
    "doctor": (["doctor", "--fix", "--registry", "registry"], misplace),
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The preload library."""
    (tmp_path / "library").mkdir()
    return build_library(tmp_path / "library")


def wrongs_at(library: Path, template: Path, arguments: list[str], fault: Fault, at: At) -> list[str]:
    """What is wrong after a command with a fault at a step, and after it has run again."""
    place = template.parent
    registry = place / "registry"
    shutil.rmtree(registry, ignore_errors=True)
    shutil.copytree(template, registry, symlinks=True)
    run = run_with_fault(library, arguments, cwd=place, fault=fault, at=at)
    wrong = [f"ended with {run}"] if run.status not in {0, 1, -9} or "a bug in" in run.talk else []
    again = run_registry(*arguments, cwd=place)
    if again.returncode != 0:
        wrong.append(f"the next one failed: {again.stdout}{again.stderr}")
    listed = run_registry("list", "--format", "jsonl", cwd=registry)
    if len(listed.stdout.splitlines()) != 2 or listed.stderr:
        wrong.append(f"list: {listed}")
    if told := git("fsck", "--strict", "--no-dangling", cwd=registry):
        wrong.append(f"fsck: {told}")
    if told := git("status", "--porcelain", cwd=registry):
        wrong.append(f"status: {told}")
    if left := [str(lock) for lock in registry.rglob("*.lock") if not lock.name.startswith("registry-tool")]:
        wrong.append(f"left: {left}")
    return wrong


def sweep(library: Path, command: str, fault: Fault, every: int) -> dict[str, list[str]]:
    place = library.parent.parent
    run_registry("init", "registry", cwd=place)
    for example in ("example-http-flask", "example-triton-fil"):
        run_registry("register", "--registry", "registry", "--project-dir", str(EXAMPLES / example), cwd=place)
    arguments, prepare = COMMANDS[command]
    prepare(place / "registry")
    template = Path(shutil.copytree(place / "registry", place / "template", symlinks=True))
    steps = steps_of(library, arguments, cwd=place)
    found = {
        f"{at} {steps[at - 1]}": wrongs_at(library, template, arguments, fault, At(at))
        for at in numbers_to_try(steps, every=every, fault=fault)
    }
    return {step: wrong for step, wrong in found.items() if wrong}


@pytest.mark.parametrize(
    ("command", "fault", "every"),
    [
        ("maintain", "group", SAMPLE),
        ("maintain", "full", SAMPLE),
        ("list", "group", 3 * SAMPLE),
        ("list", "full", 3 * SAMPLE),
        ("doctor", "leader", 3 * SAMPLE),
    ],
)
def test_a_fault_at_a_step_harms_nothing(library: Path, command: str, fault: Fault, every: int) -> None:
    assert sweep(library, command, fault, every) == {}


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", [*KILLS, *ERRORS])
def test_a_fault_at_every_step_harms_nothing(library: Path, command: str, fault: Fault) -> None:
    # The faults that leave the most and the least behind, at every step; what lies between them, at every third.
    assert sweep(library, command, fault, 1 if fault in {"group", "full"} else 3) == {}
