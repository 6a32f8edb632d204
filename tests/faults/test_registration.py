"""A registration that dies, or whose writes fail, at any step is wholly there or wholly absent, and nobody mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_file
from tests.faults.faults import ERRORS, KILLS, At, Fault, Run, build_library, numbers_to_try, run_with_fault, steps_of
from tests.programs import git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
RECORD = "registry-data/records/ec/ec3f1a0072d1b3d4.yaml"
SAMPLE = 9
"""Every which step is tried in `make test`; `make test-long` tries all."""


def registration(example: str) -> list[str]:
    return ["register", "--registry", "registry", "--project-dir", str(EXAMPLES / example), "--notes", "why"]


FAULTY, NEXT = registration("example-transformers-vllm"), registration("example-triton-fil")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The preload library."""
    (tmp_path / "library").mkdir()
    return build_library(tmp_path / "library")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A registry with one record."""
    run_registry("init", "registry", cwd=tmp_path)
    assert run_registry(*registration("example-http-flask"), cwd=tmp_path).returncode == 0
    return (tmp_path / "registry").rename(tmp_path / "template")


def wrongs_at(library: Path, template: Path, fault: Fault, at: At) -> list[str]:
    """What is wrong after a registration with a fault at a step, and after the next one."""
    place = template.parent
    registry = place / "registry"
    shutil.rmtree(registry, ignore_errors=True)
    shutil.copytree(template, registry, symlinks=True)
    run = run_with_fault(library, FAULTY, cwd=place, fault=fault, at=at)
    acknowledged = run.output.startswith("registered ")
    wrong = [] if ended_well(run, fault) else [f"ended with {run}"]
    following = run_registry(*NEXT, cwd=place)
    if following.returncode != 0:
        wrong.append(f"the next one failed: {following.stderr}")
    present = git("ls-tree", "--name-only", "HEAD", RECORD, cwd=registry) != ""
    if acknowledged and not present:
        wrong.append("acknowledged and lost")
    if present and check_file(record(registry), path=RECORD, settings=Settings()):
        wrong.append("torn")
    if told := git("fsck", "--strict", "--no-dangling", cwd=registry):
        wrong.append(f"fsck: {told}")
    is_bare = git("rev-parse", "--is-bare-repository", cwd=registry) == "true"
    if not is_bare and (told := git("status", "--porcelain", cwd=registry)):
        wrong.append(f"status: {told}")
    if left := [str(lock) for lock in registry.rglob("*.lock") if lock.name != "registry-tool.lock"]:
        wrong.append(f"left: {left}")
    return wrong


def ended_well(run: Run, fault: Fault) -> bool:
    """Killed where it was to be killed; else done, or refused in words."""
    if run.status == -9:
        return fault in KILLS
    words = run.talk.startswith("error: ") and "hint: " in run.talk and "a bug in" not in run.talk
    return run.status == 0 or (run.status == 1 and words)


def record(registry: Path) -> bytes:
    return git("cat-file", "blob", f"HEAD:{RECORD}", cwd=registry).encode() + b"\n"


def sweep(library: Path, template: Path, fault: Fault, *, every: int) -> dict[str, list[str]]:
    """What is wrong after a fault at every so-many-th step, by the step."""
    registry = template.parent / "registry"
    shutil.copytree(template, registry, symlinks=True)
    steps = steps_of(library, FAULTY, cwd=template.parent)
    found = {
        f"{at} {steps[at - 1]}": wrongs_at(library, template, fault, At(at))
        for at in numbers_to_try(steps, every=every, fault=fault, offset=2)
    }
    return {step: wrong for step, wrong in found.items() if wrong}


@pytest.mark.parametrize("fault", [*KILLS, *ERRORS])
def test_a_fault_at_a_step_leaves_all_or_nothing(library: Path, template: Path, fault: Fault) -> None:
    assert sweep(library, template, fault, every=SAMPLE) == {}


@pytest.mark.long
@pytest.mark.parametrize("fault", [*KILLS, *ERRORS])
def test_a_fault_at_every_step_leaves_all_or_nothing(library: Path, template: Path, fault: Fault) -> None:
    assert sweep(library, template, fault, every=1) == {}


def test_a_fault_in_a_bare_repository_leaves_all_or_nothing(library: Path, template: Path) -> None:
    git("clone", "--quiet", "--bare", str(template), str(template.parent / "bare"), cwd=template.parent)
    shutil.rmtree(template)
    (template.parent / "bare").rename(template)

    assert sweep(library, template, "group", every=SAMPLE) == {}


@pytest.mark.parametrize("fault", KILLS)
def test_git_killed_with_the_branch_locked_blocks_nobody(library: Path, template: Path, fault: Fault) -> None:
    at = At(name="fsync", path="main.lock")

    assert wrongs_at(library, template, fault, at) == []


def test_git_killed_in_the_instant_that_its_lock_is_empty_blocks_nobody(library: Path, template: Path) -> None:
    at = At(name="write", path="main.lock")

    assert wrongs_at(library, template, "group", at) == []


def test_killed_before_the_branch_moves_is_absent_and_after_it_is_there(library: Path, template: Path) -> None:
    found = []
    for number in (0, 1):
        assert wrongs_at(library, template, "group", At(number, "rename", "refs/heads/main")) == []
        found.append(git("ls-tree", "--name-only", "HEAD", RECORD, cwd=template.parent / "registry"))

    assert found == ["", RECORD]


@pytest.mark.parametrize("left", [b"", bytes(700)])
def test_a_file_whose_content_a_power_cut_took_is_written_again(library: Path, template: Path, left: bytes) -> None:
    """A file system may know a new file's name before it has the content."""
    registry = template.parent / "registry"
    shutil.copytree(template, registry, symlinks=True)
    run_with_fault(library, FAULTY, cwd=template.parent, fault="group", at=At(1, "rename", Path(RECORD).name))
    assert (registry / RECORD).exists()
    (registry / RECORD).write_bytes(left)

    following = run_registry(*NEXT, cwd=template.parent)

    assert (following.returncode, git("status", "--porcelain", cwd=registry)) == (0, "")
    assert (registry / RECORD).read_bytes() == record(registry)


def test_acknowledged_means_on_disk(library: Path, template: Path) -> None:
    registry = template.parent / "registry"
    shutil.copytree(template, registry, symlinks=True)
    before = objects(registry)

    steps = steps_of(library, FAULTY, cwd=template.parent)

    seen = [(step.name, Path(step.path).name, Path(step.other).name) for step in steps]
    names = {(name, final): temporary for name, temporary, final in seen if name in {"link", "rename"}}
    new = objects(registry) - before
    files = [names.get(("link", object_)) or names["rename", object_] for object_ in new]
    moved = seen.index(("rename", "main.lock", "main"))
    assert {Path(name).suffix for name in new} == {".pack", ".idx"}  # blob, commit, and the trees from the shard up
    assert all(seen.index(("fsync", file, "")) < moved for file in files)
    assert seen.index(("fsync", "main.lock", "")) < moved < [name for name, _, _ in seen].index("acknowledge")


@pytest.mark.parametrize(
    ("changed", "folder"),
    [
        (("rename", "main"), "heads"),
        (("link", "*.pack"), "pack"),
        (("link", "*.idx"), "pack"),
        (("rename", "journal"), "registry-tool"),
        (("rename", "index"), ".git"),
        (("rename", Path(RECORD).name), Path(RECORD).parent.name),
        (("mkdir", Path(RECORD).parent.name), "records"),
    ],
)
def test_acknowledged_means_that_names_are_on_disk(
    library: Path, template: Path, changed: tuple[str, str], folder: str
) -> None:
    """A flushed file has no name after a power cut unless its folder is flushed as well."""
    shutil.copytree(template, template.parent / "registry", symlinks=True)

    steps = steps_of(library, FAULTY, cwd=template.parent)

    name, path = changed
    made = [at for at, step in enumerate(steps) if step.name == name and Path(step.other or step.path).match(path)]
    flushed = [at for at, step in enumerate(steps) if (step.name, Path(step.path).name) == ("fsync", folder)]
    acknowledged = [step.name for step in steps].index("acknowledge")
    assert max(made) < max(flushed) < acknowledged


@pytest.mark.parametrize("file", ["registry-tool.lock", "journal", "index", Path(RECORD).name, "acknowledged"])
def test_what_stands_beside_the_branch_is_on_disk_as_well(library: Path, template: Path, file: str) -> None:
    shutil.copytree(template, template.parent / "registry", symlinks=True)

    steps = steps_of(library, FAULTY, cwd=template.parent)

    flushed = [at for at, step in enumerate(steps) if (step.name, Path(step.path).name) == ("fsync", file)]
    assert flushed
    assert flushed[-1] < [step.name for step in steps].index("acknowledge")


def objects(registry: Path) -> set[str]:
    return {file.name for folder in ("??", "pack") for file in (registry / ".git/objects").glob(f"{folder}/*")}
