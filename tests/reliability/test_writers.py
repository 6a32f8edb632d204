"""Any number of processes register at the same time: every commit is there, every record is as registered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry_tool.errors import RegistryError
from registry_tool.git.process import Git
from registry_tool.git.upkeep.lock import exclusive
from registry_tool.record.layout import record_path
from tests.programs import git, run_registry

WRITERS = 8


def make_project(folder: Path, model: str) -> Path:
    (folder / "do").mkdir(parents=True)
    settings = {
        "PROJECT_NAME": folder.name,
        "DEPLOYMENT_CONFIG": "transformers-vllm",
        "MODEL_NAME": model,
        "AWS_REGION": "us-east-1",
        "INSTANCE_TYPE": "ml.g5.xlarge",
        "DEPLOYMENT_TARGET": "batch-transform",
    }
    (folder / "do/config").write_text("".join(f'export {name}="{value}"\n' for name, value in settings.items()))
    return folder


def register(place: Path, project: Path, notes: str) -> subprocess.CompletedProcess[str]:
    words = ["--registry", "registry", "--project-dir", str(project), "--json", "--notes", notes]
    return run_registry("register", *words, cwd=place)


def race(place: Path, each: int) -> list[dict[str, str]]:
    """`WRITERS` processes at a time, each registering `each` deployments one after another; what they were told."""
    assert run_registry("init", "registry", cwd=place).returncode == 0

    def writer(number: int) -> list[dict[str, str]]:
        told = []
        for count in range(each):
            project = make_project(place / f"project-{number}-{count}", f"org/model-{number}-{count}")
            done = register(place, project, f"writer {number}, {count}")
            assert done.returncode == 0, done.stderr
            told.append(json.loads(done.stdout))
        return told

    with ThreadPoolExecutor(WRITERS) as pool:
        return [record for records in pool.map(writer, range(WRITERS)) for record in records]


def check(place: Path, told: list[dict[str, str]]) -> None:
    registry = place / "registry"
    listed = json.loads(run_registry("list", "--format", "json", cwd=registry).stdout)["records"]
    notes = git("log", "--format=%s", cwd=registry).splitlines()
    assert sorted(record["configId"] for record in listed) == sorted(record["configId"] for record in told)
    assert {record["configId"]: record["notes"] for record in listed} == {
        record["configId"]: record["notes"] for record in told
    }
    assert sorted(notes) == sorted([*(record["notes"] for record in told), "Create the registry"])
    assert git("rev-list", "--min-parents=2", "HEAD", cwd=registry) == ""
    assert run_registry("validate", cwd=registry).returncode == 0
    assert git("fsck", "--strict", cwd=registry) == ""
    assert git("status", "--porcelain", cwd=registry) == ""


def test_eight_writers_lose_nothing(tmp_path: Path) -> None:
    told = race(tmp_path, each=4)

    check(tmp_path, told)


@pytest.mark.long
def test_eight_writers_of_fifty_registrations_lose_nothing(tmp_path: Path) -> None:
    told = race(tmp_path, each=50)

    check(tmp_path, told)


def test_two_registrations_of_one_place_are_two_commits_and_the_later_one_is_the_record(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    projects = [make_project(tmp_path / name, "org/model") for name in ("first", "second")]

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda project: register(tmp_path, project, project.name), projects))

    ids = {json.loads(done.stdout)["configId"] for done in told}
    newest, older, _ = git("log", "--format=%s", cwd=tmp_path / "registry").splitlines()
    shown = json.loads(run_registry("show", *ids, "--format=json", cwd=tmp_path / "registry").stdout)
    assert ({newest, older}, shown["projectName"]) == ({"first", "second"}, newest)
    assert git("status", "--porcelain", cwd=tmp_path / "registry") == ""


HOLDER = """
import fcntl, os, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
os.pwrite(handle, b"%10d\\n" % os.getpid(), 0)
print("held", flush=True)
sys.stdin.read()
"""


def hold(lock: Path) -> subprocess.Popen[bytes]:
    """A process that holds the writers' lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_waiting_has_an_end_and_says_for_whom(tmp_path: Path) -> None:
    holder = hold(tmp_path / "lock")
    told: list[str] = []

    with pytest.raises(RegistryError) as caught, exclusive(tmp_path / "lock", on_wait=told.append, wait=0.1):
        pytest.fail("two writers at once")
    end(holder)

    assert told == [f"waiting for another registration to finish (process {holder.pid})"]
    assert f"process {holder.pid}" in str(caught.value)
    assert caught.value.hint.startswith("try again")


def test_who_gave_up_stands_in_nobodys_way(tmp_path: Path) -> None:
    holder = hold(tmp_path / "lock")
    with pytest.raises(RegistryError), exclusive(tmp_path / "lock", on_wait=lambda _: None, wait=0.1):
        pytest.fail("two writers at once")
    end(holder)

    with exclusive(tmp_path / "lock", on_wait=lambda _: None, wait=10):
        held = (tmp_path / "lock").read_text().split()

    assert held == [str(os.getpid())]


def test_waiting_has_an_end_in_any_thread_and_takes_no_signal(tmp_path: Path) -> None:
    holder = hold(tmp_path / "lock")

    def wait() -> str:
        with pytest.raises(RegistryError) as caught, exclusive(tmp_path / "lock", on_wait=lambda _: None, wait=0.1):
            pytest.fail("two writers at once")
        return str(caught.value)

    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(wait).result(timeout=10)
    end(holder)

    assert said.startswith("gave up after 0 s")


def test_a_dead_holder_holds_nothing(tmp_path: Path) -> None:
    end(hold(tmp_path / "lock"))

    with exclusive(tmp_path / "lock", on_wait=pytest.fail):
        held = (tmp_path / "lock").read_text().split()

    assert held == [str(os.getpid())]


def test_a_git_that_outlives_its_writer_keeps_the_turn_until_it_ends(tmp_path: Path) -> None:
    runner = Git(tmp_path, os.environ)
    with exclusive(tmp_path / "lock", on_wait=pytest.fail) as turn, runner.keeping_open(turn.handle):
        orphan = runner.start("hash-object", "--stdin")

    with pytest.raises(RegistryError), exclusive(tmp_path / "lock", on_wait=lambda _: None, wait=0.1):
        pytest.fail("two writers at once")
    orphan.communicate()
    # Whoever gave up is still in the kernel's queue: its turn comes now, for an instant.
    with exclusive(tmp_path / "lock", on_wait=lambda _: None, wait=10):
        pass


def test_the_next_writer_reads_what_the_dead_one_had_noted(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"%10d\nabout to move main" % 1)

    with exclusive(tmp_path / "lock", on_wait=pytest.fail) as turn:
        left = turn.left
    with exclusive(tmp_path / "lock", on_wait=pytest.fail) as turn:
        after = turn.left

    assert (left, after) == (b"about to move main", b"")


@pytest.mark.parametrize("command", ["remove", "restore"])
def test_a_registration_that_came_first_is_not_undone(tmp_path: Path, command: str) -> None:
    registry, project = tmp_path / "registry", make_project(tmp_path / "project", "org/model")
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    record = json.loads(register(tmp_path, project, "first").stdout)
    file = registry / record_path(record["configId"])
    if command == "restore":
        assert run_registry("remove", record["configId"], cwd=registry).returncode == 0
    holder = hold(registry / ".git/registry-tool.lock")
    late = subprocess.Popen(
        [sys.executable, "-m", "registry_tool", command, record["configId"]], cwd=registry, stderr=subprocess.PIPE
    )
    assert late.stderr
    assert late.stderr.readline().startswith(b"waiting for ")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("another registration\n")
    git("add", "--all", cwd=registry)
    git("commit", "--quiet", "--message", "meanwhile", cwd=registry)
    end(holder)

    _, said = late.communicate(timeout=60)

    assert late.returncode == 1
    assert said.decode() == (
        f"error: {record_path(record['configId'])} was changed meanwhile\n"
        "hint: look at it (registry log), then run this again\n"
    )
    assert git("log", "-1", "--format=%s", cwd=registry) == "meanwhile"
    assert file.read_text() == "another registration\n"
