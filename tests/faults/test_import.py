"""An import that dies, or whose writes fail, at any step has brought everything or nothing, and the next one works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.faults import ERRORS, KILLS, At, Fault, build_library, numbers_to_try, run_with_fault, steps_of
from tests.programs import git, run_registry
from tests.transfer.old import entry, write

ENTRIES = 60
SAMPLE = 13
"""Every which step is tried in `make test`; `make test-long` tries many more."""
COMMAND = ["import", "old.json", "--registry", "registry"]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The preload library; beside it an empty registry, a copy of it, and a file to import."""
    (tmp_path / "library").mkdir()
    run_registry("init", "registry", cwd=tmp_path)
    shutil.copytree(tmp_path / "registry", tmp_path / "template", symlinks=True)
    entries = [entry(f"2026-03-01T12:00:{at:02}Z", modelName=f"m/{at // 2}", notes=f"n{at}") for at in range(ENTRIES)]
    write(tmp_path / "old.json", entries)
    return build_library(tmp_path / "library")


def wrongs_at(library: Path, fault: Fault, step: int) -> list[str]:
    """What is wrong after an import with a fault at a step, and after the next one."""
    place = library.parent.parent
    registry = place / "registry"
    shutil.rmtree(registry)
    shutil.copytree(place / "template", registry, symlinks=True)
    run = run_with_fault(library, COMMAND, cwd=place, fault=fault, at=At(step))
    wrong = [f"ended with {run}"] if run.status not in {0, 1, -9} or "a bug in" in run.talk else []
    brought = int(git("rev-list", "--count", "HEAD", cwd=registry)) - 1
    if brought not in {0, ENTRIES} or (run.status == 0 and not brought):
        wrong.append(f"brought {brought} of {ENTRIES}")
    again = run_registry(*COMMAND, cwd=place)
    brought = int(git("rev-list", "--count", "HEAD", cwd=registry)) - 1
    if again.returncode != 0 or brought != ENTRIES:
        wrong.append(f"the next one brought {brought}: {again.stdout}{again.stderr}")
    if told := git("fsck", "--strict", "--no-dangling", cwd=registry):
        wrong.append(f"fsck: {told}")
    if told := git("status", "--porcelain", cwd=registry):
        wrong.append(f"status: {told}")
    return wrong


def sweep(library: Path, fault: Fault, every: int) -> dict[str, list[str]]:
    steps = steps_of(library, COMMAND, cwd=library.parent.parent)
    numbers = numbers_to_try(steps, every=every, fault=fault)
    found = {f"{at} {steps[at - 1]}": wrongs_at(library, fault, at) for at in numbers}
    return {step: wrong for step, wrong in found.items() if wrong}


@pytest.mark.parametrize("fault", ["group", "self"])
def test_an_import_with_a_fault_is_whole_or_absent(library: Path, fault: Fault) -> None:
    assert sweep(library, fault, SAMPLE) == {}


@pytest.mark.parametrize("fault", ["self", "io"])
def test_a_pack_s_keep_file_that_stayed_empty_blocks_nobody(library: Path, fault: Fault) -> None:
    place = library.parent.parent
    git("gc", "--quiet", cwd=place / "template")
    (pack,) = (place / "template/.git/objects/pack").glob("*.pack")
    pack.with_suffix(".keep").touch()  # a user's own
    steps = steps_of(library, COMMAND, cwd=place)
    at = next(number for number, step in enumerate(steps, 1) if step.name == "write" and step.path.endswith(".keep"))

    assert wrongs_at(library, fault, at) == []
    assert (place / "registry/.git/objects/pack" / pack.name).with_suffix(".keep").exists()


@pytest.mark.long
@pytest.mark.parametrize("fault", [*KILLS, *ERRORS])
def test_at_many_more_steps_it_is_whole_or_absent(library: Path, fault: Fault) -> None:
    assert sweep(library, fault, 3) == {}
