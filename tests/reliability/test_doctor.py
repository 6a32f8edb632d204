"""`registry doctor` names each fault by its code, mends what is safe, and leaves the rest to people."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.git.conversion import Conversion
from registry_tool.git.repository import open_repository
from registry_tool.git.upkeep.checkout import Checkout, Target
from registry_tool.record.layout import MARKER
from registry_tool.store.doctor import CODES
from tests.programs import git, lose, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples/example-transformers-vllm"
RECORD = "registry-data/records/ec/ec3f1a0072d1b3d4.yaml"
OTHER = "registry-data/records/aa/aaaaaaaaaaaaaaaa.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with one record."""
    run_registry("init", "registry", cwd=tmp_path)
    done = run_registry("register", "--registry", "registry", "--project-dir", str(EXAMPLE), cwd=tmp_path)
    assert done.returncode == 0
    return tmp_path / "registry"


def doctor(root: Path, *arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit status, the codes of the faults that remain, the codes of those that were mended."""
    done = run_registry("doctor", "--format", "json", *arguments, cwd=root)
    told = json.loads(done.stdout)
    assert told["version"] == 1
    return done.returncode, [fault["code"] for fault in told["faults"]], [fault["code"] for fault in told["mended"]]


def commit(root: Path) -> None:
    git("add", "--all", cwd=root)
    git("commit", "--quiet", "--message", "by hand", cwd=root)


def edit(root: Path, change: Callable[[str], str]) -> None:
    (root / RECORD).write_text(change((root / RECORD).read_text()))
    commit(root)


def move(root: Path, target: str) -> None:
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    (root / RECORD).rename(root / target)
    commit(root)


def die_holding_the_checkout(root: Path) -> None:
    """As a kill leaves it between the journal and the branch's move."""
    repository = open_repository(root, os.environ)
    assert repository
    checkout = Checkout(repository, Conversion())
    checkout.__enter__()
    checkout.begin({RECORD: (root / RECORD).read_bytes()}, {RECORD: Target(b"another\n")})
    checkout.stage()


def break_the_index(root: Path) -> None:
    run_registry("list", cwd=root)
    (file,) = (root / ".git/registry-tool").glob("index-*.sqlite")
    file.write_bytes(b"no database" * 1000)


def falsify_the_index(root: Path) -> None:
    import sqlite3

    run_registry("list", cwd=root)
    (file,) = (root / ".git/registry-tool").glob("index-*.sqlite")
    connection = sqlite3.connect(file)
    connection.execute("UPDATE records SET status = 'failed'")
    connection.commit()
    connection.close()


def take_back(root: Path) -> None:
    git("rm", "--quiet", "--cached", RECORD, cwd=root)
    git("commit", "--quiet", "--message", "with the index as it was before", cwd=root)
    (root / RECORD).unlink()


def forget_the_attributes(root: Path) -> None:
    git("rm", "--quiet", ".gitattributes", cwd=root)
    git("commit", "--quiet", "--message", "without attributes", cwd=root)


MENDED: dict[str, tuple[list[str], Callable[[Path], object]]] = {
    "a record in the wrong folder": (
        ["wrong-shard"],
        lambda root: move(root, "registry-data/records/ab/ec3f1a0072d1b3d4.yaml"),
    ),
    "a record under another name": (["name-mismatch"], lambda root: move(root, OTHER)),
    "a record with a comment": (["not-canonical"], lambda root: edit(root, lambda text: "# by hand\n" + text)),
    "a writer that died": (["unfinished", "stale-lock"], die_holding_the_checkout),
    "a temporary file": (
        ["orphan-temp"],
        lambda root: (root / "registry-data/records/ec/.registry-tool.1.tmp").write_bytes(b"half"),
    ),
    "a cache that is no database": (["index-broken"], break_the_index),
    "a cache that says something else": (["index-broken"], falsify_the_index),
    "a registration that a commit took back": (["taken-back"], take_back),
    "an index that another git put back": (["overwritten"], lambda root: git("read-tree", "HEAD~1", cwd=root)),
    "a checkout that may change bytes": (["attributes"], forget_the_attributes),
}


@pytest.mark.parametrize(("codes", "make"), MENDED.values(), ids=MENDED.keys())
def test_what_is_safe_to_mend_is_named_then_mended(
    root: Path, codes: list[str], make: Callable[[Path], object]
) -> None:
    content = (root / RECORD).read_bytes()
    make(root)

    before, mended, after = doctor(root), doctor(root, "--fix"), doctor(root)

    assert (before, mended, after) == ((1, codes, []), (0, [], codes), (0, [], []))
    assert (root / RECORD).read_bytes() == content
    assert git("status", "--porcelain", cwd=root) == ""
    assert run_registry("validate", cwd=root).returncode == 0


def remove_a_blob(root: Path) -> None:
    oid = git("rev-parse", f"HEAD:{RECORD}", cwd=root)
    lose(root, oid)


def remove_a_folder(root: Path) -> None:
    lose(root, git("rev-parse", "HEAD:registry-data/records/ec", cwd=root))


def make_remote(root: Path) -> None:
    git("clone", "--quiet", "--bare", str(root), str(root.parent / "remote"), cwd=root)
    git("remote", "add", "origin", str(root.parent / "remote"), cwd=root)
    git("fetch", "--quiet", "origin", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", "not pushed", cwd=root)


def make_old_lock(root: Path) -> None:
    tables = root / ".git/reftable/tables.list.lock"
    lock = tables if tables.parent.is_dir() else root / ".git/refs/heads/main.lock"
    lock.write_bytes(b"")
    os.utime(lock, (0, 0))


def put_an_untracked_record(root: Path) -> None:
    (root / OTHER).parent.mkdir(parents=True)
    (root / OTHER).write_bytes((root / RECORD).read_bytes())


NAMED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a value that breaks a rule": ("invalid", lambda root: edit(root, lambda text: text.replace("success", "great"))),
    "merge markers": ("unreadable", lambda root: edit(root, lambda text: "<<<<<<< ours\n" + text)),
    "a record that no commit has": (
        "not-committed",
        put_an_untracked_record,
    ),
    "an old lock of another git": ("stale-lock", make_old_lock),
    "a missing object": ("damaged", remove_a_blob),
    "a missing folder of records": ("damaged", remove_a_folder),
    "a commit that is not pushed": ("unpushed", make_remote),
}


@pytest.mark.parametrize(("code", "make"), NAMED.values(), ids=NAMED.keys())
def test_what_needs_a_person_is_named_and_left_alone(root: Path, code: str, make: Callable[[Path], object]) -> None:
    make(root)
    before = listing(root)

    status, remaining, mended = doctor(root, "--fix")

    assert (status, set(remaining), mended) == (1, {code}, [])
    assert listing(root) == before


def listing(root: Path) -> dict[str, bytes]:
    """All files but the tool's own."""
    files = [file for file in root.rglob("*") if file.is_file() and "registry-tool" not in str(file.relative_to(root))]
    return {str(file): file.read_bytes() for file in files}


def test_each_code_has_a_test() -> None:
    mended = {code for codes, _ in MENDED.values() for code in codes}
    assert mended | {code for code, _ in NAMED.values()} | {"no-registry-id", "published-hidden"} == set(CODES)


def test_a_registry_of_before_is_sound_and_is_offered_an_id(root: Path) -> None:
    marker = root / "registry-data" / "registry.yaml"
    marker.write_text("# Ours\nregistryFormat: 1\nautoPush: false\n")
    commit(root)

    offered = run_registry("doctor", cwd=root)
    mended = doctor(root, "--fix")

    assert (offered.returncode, offered.stdout) == (0, "")
    assert "registry doctor --fix gives it an id" in offered.stderr
    assert mended == (0, [], ["no-registry-id", "published-hidden"])
    lines = marker.read_text().splitlines()
    assert [lines[0], lines[1], lines[2].partition(" ")[0], lines[3]] == [
        "# Ours", "registryFormat: 1", "registryId:", "autoPush: false"
    ]  # fmt: skip
    assert (
        git("log", "-1", "--format=%s", cwd=root)
        == "Give the registry an id and release the settings that engines publish"
    )
    assert doctor(root, "--fix") == (0, [], [])


def test_a_sound_registry_has_no_fault(root: Path) -> None:
    done = run_registry("doctor", cwd=root)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"no faults in {root}, found upward from here\n")


def test_records_are_mended_by_a_commit_that_says_so(root: Path) -> None:
    move(root, OTHER)

    done = run_registry("doctor", "--fix", cwd=root)

    assert done.stdout == f"mended: name-mismatch: {OTHER}: configId is not the name of the file\n"
    assert git("log", "-1", "--format=%s|%b", cwd=root) == f"Mend 1 file|- {OTHER}: name-mismatch\n"


def test_a_misplaced_record_never_replaces_another(root: Path) -> None:
    (root / OTHER).parent.mkdir(parents=True)
    (root / OTHER).write_text((root / RECORD).read_text().replace("0.45", "0.9"))
    commit(root)

    assert doctor(root, "--fix") == (1, ["name-mismatch"], [])


def test_a_writer_at_work_is_no_fault(root: Path) -> None:
    lock = root / ".git/registry-tool.lock"
    lock.write_bytes(b"%10d\nabout to move a branch" % os.getpid())
    holder = subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin
    assert holder.stdout
    holder.stdin.write(b"held\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == b"held\n"

    found = doctor(root)
    holder.communicate()

    assert found == (0, [], [])


def test_what_fix_adds_is_said_beside_faults_and_named_in_the_commit(root: Path) -> None:
    (root / MARKER).write_text("registryFormat: 1\n", encoding="utf-8")
    git("rm", "--quiet", "--cached", ".gitattributes", cwd=root)
    (root / ".gitattributes").unlink()
    git("commit", "--quiet", "--all", "--message", "An old registry", cwd=root)

    found = run_registry("doctor", cwd=root)
    run_registry("doctor", "--fix", cwd=root)

    assert found.returncode == 1
    assert "attributes: " in found.stdout
    assert "nothing tells this registry from others" in found.stderr
    assert git("log", "-1", "--format=%B", cwd=root) == (
        f"Mend 2 files\n\n- .gitattributes: attributes\n- {MARKER}: no-registry-id\n- {MARKER}: published-hidden\n"
    )
