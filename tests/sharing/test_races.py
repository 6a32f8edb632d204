"""Clones that register and push at the same time, as real processes: nothing is lost, and history is one line."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.programs import git, run_registry
from tests.sharing.conftest import Cloner

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"


def register_and_push(root: Path, name: str, number: int) -> tuple[int, str]:
    """Register deployment `number` of a clone with --push; exit code and talk."""
    project = Path(shutil.copytree(EXAMPLE, root.parent / f"{name}-{number}"))
    config = project / "do/config"
    text = config.read_text()
    assert "http-flask" in text
    config.write_text(f'{text}\nexport INSTANCE_TYPE="ml.{name}.{number}xlarge"\n')
    done = run_registry(
        "register", "--push", "--registry", str(root), "--project-dir", str(project), "--notes", f"{name} {number}",
        cwd=root.parent,
    )  # fmt: skip
    return done.returncode, done.stderr


def all_of(root: Path, name: str, count: int) -> Sequence[tuple[int, str]]:
    return [register_and_push(root, name, number) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [5, pytest.param(25, marks=pytest.mark.long)])
def test_four_clones_that_push_at_once_lose_nothing(clone: Cloner, remote: Path, count: int) -> None:
    names = ["c5", "g5", "m5", "p4"]
    roots = [clone(name).root for name in names]

    with ThreadPoolExecutor(len(names)) as pool:
        ended = [*pool.map(all_of, roots, names, [count] * len(names))]

    assert [code for results in ended for code, _ in results] == [0] * (len(names) * count), ended
    subjects = git("log", "--format=%s", "main", cwd=remote).splitlines()
    wanted = {f"{name} {number}" for name in names for number in range(1, count + 1)}
    assert (len(subjects), set(subjects) - wanted) == (len(wanted) + 1, {"Create the registry"})
    assert git("rev-list", "--merges", "main", cwd=remote) == ""
    records = git("ls-tree", "-r", "--name-only", "main", "registry-data/records", cwd=remote).splitlines()
    assert len(records) == len(wanted)
    assert [git("status", "--porcelain", cwd=root) for root in roots] == [""] * len(names)
    assert git("fsck", "--strict", "--no-dangling", cwd=remote) == ""


def test_processes_of_one_clone_carry_each_others_registrations(clone: Cloner, remote: Path) -> None:
    root = clone("ada").root

    with ThreadPoolExecutor(4) as pool:
        ended = [*pool.map(lambda number: register_and_push(root, "c5", number), range(1, 5))]

    assert [code for code, _ in ended] == [0] * 4, ended
    assert git("rev-list", "--count", "main", cwd=remote) == "5"
    assert git("status", "--porcelain", cwd=root) == ""
