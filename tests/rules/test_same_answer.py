"""One engine: a record is right or wrong in the same words wherever it stands, and whatever is known of it already."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from bench.fixture import build_registry
from registry_tool.record.layout import MARKER, POLICY, record_path
from tests.programs import git, run_registry
from tests.record.strategies import INVALID_FILES, VALID_FILES
from tests.rules.registries import (
    branch,
    commit,
    found,
    new_registry,
    problems,
    put,
    record,
    spoil,
    validate,
    write,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_registry(tmp_path / "registry")


def test_files_index_commit_and_range_give_the_same_answer(root: Path) -> None:
    branch(root, "deploy")
    for number, file in enumerate([*INVALID_FILES, *VALID_FILES]):
        write(root, record_path(f"{number:02x}{number:014x}"), file.read_bytes())
    write(root, POLICY, b'{"properties": {"awsRegion": {"enum": ["us-west-2"]}}}')
    named = problems(root, "registry-data")
    everything = problems(root)
    git("add", "--all", cwd=root)
    staged = problems(root, "--staged")
    commit(root)

    assert len(everything) > 100
    assert named == everything == staged == problems(root, "--at", "HEAD") == problems(root, "--changed", "main..HEAD")


def test_a_bare_repository_gives_the_same_answer(root: Path, tmp_path: Path) -> None:
    branch(root, "deploy")
    spoil(root)
    commit(root)
    git("clone", "--quiet", "--bare", str(root), "bare.git", cwd=tmp_path)
    bare = ["--registry", str(tmp_path / "bare.git")]

    assert problems(root) == problems(tmp_path, *bare) == problems(tmp_path, *bare, "--changed", "main..HEAD")


def test_what_is_staged_counts_and_not_what_is_checked_out(root: Path) -> None:
    path = spoil(root)
    git("add", "--all", cwd=root)
    put(root)
    put(root, 1)

    assert found(root, "--staged") == [("schema/enum", path)]
    assert found(root) == []


def test_what_is_not_staged_is_not_checked(root: Path) -> None:
    spoil(root)

    assert validate(root, "--staged").stderr == "0 checked, 0 problems\n"


def test_the_first_commit_can_be_checked_before_it_is_made(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    write(tmp_path, MARKER, b"registryFormat: 1\n")
    path = spoil(tmp_path)
    git("add", "--all", cwd=tmp_path)

    assert found(tmp_path, "--staged") == [("schema/enum", path)]


def test_staged_rules_rule_all_records(root: Path) -> None:
    paths = [put(root, number) for number in range(3)]
    commit(root)
    write(root, POLICY, b'{"required": ["notes"]}')
    git("add", POLICY, cwd=root)

    assert found(root, "--staged") == [("policy/required", path) for path in sorted(paths)]


def test_a_record_in_conflict_is_named(root: Path) -> None:
    path = put(root, projectName="ours")
    commit(root)
    branch(root, "theirs", "HEAD~1")
    put(root, projectName="theirs")
    commit(root)
    subprocess.run(["git", "merge", "--quiet", "main"], cwd=root, capture_output=True, check=False)

    assert found(root, "--staged") == [("layout/conflict", path)]
    assert found(root) == [("yaml/conflict", path)]


def test_rules_that_cannot_be_used_are_problems_and_hide_no_other(root: Path) -> None:
    write(root, MARKER, b"registryFormat: 1\nrequiredField: [notes]\n")
    write(root, POLICY, b'{"properties": {"status": {"enumm": []}}}')
    path = spoil(root)

    assert found(root) == [
        ("schema/additionalProperties", MARKER),
        ("policy/schema", POLICY),
        ("schema/enum", path),
    ]


def test_a_policy_that_takes_years_is_one_problem_and_hides_no_other(root: Path) -> None:
    write(root, POLICY, b'{"properties": {"notes": {"pattern": "^(a+)+$"}}}')
    put(root, 0, notes="a" * 60 + "!")
    put(root, 1, notes="a" * 60 + "!")
    path = spoil(root, 2)

    assert sorted(found(root)) == [("policy/time", POLICY), ("schema/enum", path)]


def test_a_registration_that_breaks_the_policy_is_refused(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples/example-transformers-vllm"
    root = new_registry(tmp_path / "registry")
    write(root, POLICY, b'{"title": "Regions", "$comment": "Ask us", "properties": {"awsRegion": {"const": "x"}}}')
    before = commit(root)

    done = run_registry("register", "--registry", str(root), "--project-dir", str(example), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert ' is not the required value, found "us-east-1", expected "x"; Regions: Ask us' in done.stderr
    assert git("rev-parse", "HEAD", cwd=root) == before


def test_a_policy_that_cannot_be_used_stops_registrations_and_no_reading(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples/example-transformers-vllm"
    root = new_registry(tmp_path / "registry")
    write(root, POLICY, b"{")
    commit(root)

    registered = run_registry("register", "--registry", str(root), "--project-dir", str(example), cwd=tmp_path)
    listed = run_registry("list", "--registry", str(root), cwd=tmp_path)
    assert (registered.returncode, listed.returncode) == (1, 0)
    assert registered.stderr.startswith(f"error: {POLICY}:1:2: is not JSON: ")


def test_every_version_ever_committed_is_read(root: Path) -> None:
    path = put(root)
    commit(root)
    bad = spoil(root)
    revision = commit(root, "Spoil it")
    put(root)
    commit(root, "Correct it")
    (root / path).write_bytes((root / path).read_bytes().replace(b"status: success", b"status:   success"))
    commit(root, "Another form")

    done = validate(root, "--all-history")
    assert done.stderr == "3 checked, 1 problem\n"
    assert found(root, "--all-history") == [("schema/enum", f"{revision[:12]}:{bad}")]


def test_a_version_that_no_merge_kept_is_read_too(root: Path) -> None:
    branch(root, "side")
    path = spoil(root)
    revision = commit(root)
    git("switch", "--quiet", "main", cwd=root)
    put(root, 1)
    commit(root)
    git("merge", "--quiet", "--strategy=ours", "--no-edit", "side", cwd=root)

    assert found(root, "--all-history") == [("schema/enum", f"{revision[:12]}:{path}")]


def test_a_shallow_clone_says_that_it_has_not_all_history(root: Path, tmp_path: Path) -> None:
    put(root)
    commit(root)
    git("clone", "--quiet", "--depth=1", f"file://{root}", "clone", cwd=tmp_path)

    done = validate(tmp_path / "clone", "--all-history")
    assert done.stderr.splitlines() == [
        "this clone is shallow: only the history that it has was read",
        "1 checked, 0 problems",
    ]


def test_rules_that_are_links_rule_nothing_anywhere(root: Path) -> None:
    branch(root, "deploy")
    put(root)
    (root / POLICY).symlink_to("policy.json")
    write(root, "registry-data/.policy.json", b'{"required": ["notes"]}')
    git("add", "--all", cwd=root)
    staged = problems(root, "--staged")
    commit(root)

    assert [problem["rule"] for problem in staged] == ["layout/not-a-file"]
    assert staged == problems(root) == problems(root, "--at", "HEAD") == problems(root, "--changed", "main..HEAD")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of so many records that what is good is remembered."""
    root = tmp_path_factory.mktemp("large") / "registry"
    build_registry(root, 1_100, os.environ | {"HOME": str(root.parent), "GIT_CONFIG_NOSYSTEM": "1"})
    return root


@pytest.fixture
def warm(large: Path, tmp_path: Path) -> Path:
    """A clone of it in which everything has been checked once."""
    git("clone", "--quiet", str(large), "warm", cwd=tmp_path)
    assert validate(tmp_path / "warm").stderr == "1101 checked, 0 problems\n"
    assert len(list((tmp_path / "warm/.git/registry-tool").glob("known-good-*.sqlite"))) == 1
    return tmp_path / "warm"


def test_what_is_known_is_good_where_it_was_good_and_nowhere_else(warm: Path) -> None:
    files = sorted((warm / "registry-data/records").glob("*/*.yaml"))
    elsewhere = files[1].with_name("0000000000000000.yaml")
    files[0].rename(elsewhere)

    assert {file for _, file in found(warm)} == {elsewhere.relative_to(warm).as_posix()}
    git("add", "--all", cwd=warm)
    assert {file for _, file in found(warm, "--staged")} == {elsewhere.relative_to(warm).as_posix()}


def test_a_change_that_leaves_time_and_size_as_they_were_is_found(warm: Path) -> None:
    file = sorted((warm / "registry-data/records").glob("*/*.yaml"))[500]
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"bfloat16", b'bfloat"6'))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert file.stat().st_size == before.st_size
    assert {one for _, one in found(warm)} == {file.relative_to(warm).as_posix()}
    assert found(warm, "--at", "HEAD") == []


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        (MARKER, b"registryFormat: 1\nrequiredFields: [project]\n", "settings/required"),
        (POLICY, b'{"required": ["project"]}', "policy/required"),
    ],
)
def test_what_is_known_is_forgotten_when_the_rules_change(warm: Path, path: str, text: bytes, rule: str) -> None:
    write(warm, path, text)

    assert {one for one, _ in found(warm)} == {rule}
    assert found(warm, "--at", "HEAD") == []


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_cache_that_is_broken_is_made_again(warm: Path, damage: bytes) -> None:
    (cache,) = (warm / ".git/registry-tool").glob("known-good-*.sqlite")
    cache.write_bytes(damage)

    assert validate(warm).stderr == "1101 checked, 0 problems\n"
    connection = sqlite3.connect(cache)
    assert connection.execute("SELECT count(*) FROM good").fetchone() == (1100,)
    connection.close()


def test_what_is_gone_is_forgotten(warm: Path) -> None:
    files = sorted((warm / "registry-data/records").glob("*/*.yaml"))
    for file in files[:50]:
        file.unlink()
    path, content = record(0)
    write(warm, path, content)
    validate(warm)

    (cache,) = (warm / ".git/registry-tool").glob("known-good-*.sqlite")
    connection = sqlite3.connect(cache)
    assert connection.execute("SELECT count(*) FROM good").fetchone() == (1051,)
    connection.close()
