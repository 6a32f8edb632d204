"""`validate --changed` checks what a pull request brings, whatever its history looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_tool.record.layout import MARKER, POLICY
from tests.programs import git
from tests.rules.registries import branch, commit, found, new_registry, put, record, spoil, validate, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with a bad record on main, and the branch `deploy` checked out."""
    root = new_registry(tmp_path / "registry")
    spoil(root, 0)
    put(root, 1)
    commit(root, "What stood there before")
    branch(root, "deploy")
    return root


def test_only_what_changed_is_checked(root: Path) -> None:
    put(root, 2)
    commit(root)

    done = validate(root, "--changed", "main..HEAD")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 checked, 0 problems\n")


def test_each_bad_record_is_found_however_many_there_are(root: Path) -> None:
    bad = [spoil(root, number) for number in (2, 3)]
    broken = write(root, record(4)[0], b"\t: [\n")
    commit(root)

    assert sorted({file for _, file in found(root, "--changed", "main..")}) == sorted(
        [*bad, broken.relative_to(root).as_posix()]
    )


def test_a_removed_record_is_fine(root: Path) -> None:
    (root / record(1)[0]).unlink()
    commit(root)

    done = validate(root, "--changed", "main..HEAD")
    assert (done.returncode, done.stderr) == (0, "0 checked, 0 problems\n")


def test_a_renamed_record_is_checked_where_it_went(root: Path) -> None:
    path = record(1)[0]
    moved = "registry-data/records/00/0000000000000000.yaml"
    (root / moved).parent.mkdir()
    git("mv", path, moved, cwd=root)
    commit(root)

    assert found(root, "--changed", "main..HEAD") == [("layout/name", moved)]


def test_what_is_outside_the_layout_is_found(root: Path) -> None:
    path, content = record(2)
    write(root, "registry-data/records/README.md", b"# Records\n")
    write(root, f"registry-data/{Path(path).name}", content)
    write(root, "registry-data/README.md", b"# About\n")
    write(root, "elsewhere.yaml", b"- [")
    (root / record(3)[0]).parent.mkdir()
    (root / record(3)[0]).symlink_to(root / record(1)[0])
    commit(root)
    tip = git("rev-parse", "HEAD", cwd=root)
    git("update-index", "--add", "--cacheinfo", f"160000,{tip},registry-data/records/sub", cwd=root)
    git("commit", "--quiet", "-m", "A submodule", cwd=root)

    rules = set(found(root, "--changed", "main..HEAD"))
    assert rules >= {
        ("layout/name", "registry-data/records/README.md"),
        ("layout/unknown", f"registry-data/{Path(path).name}"),
        ("layout/not-a-file", record(3)[0]),
        ("layout/not-a-file", "registry-data/records/sub"),
    }
    assert {file for _, file in rules} & {"elsewhere.yaml", "registry-data/README.md"} == set()


@pytest.mark.parametrize("dots", ["..", "..."])
def test_what_came_to_the_base_meanwhile_is_not_the_pull_requests(root: Path, dots: str) -> None:
    put(root, 2)
    commit(root)
    git("switch", "--quiet", "main", cwd=root)
    spoil(root, 1)
    commit(root)

    assert validate(root, "--changed", f"main{dots}deploy").stderr == "1 checked, 0 problems\n"


def test_what_was_merged_from_the_base_is_not_the_pull_requests(root: Path) -> None:
    put(root, 2)
    commit(root)
    git("switch", "--quiet", "main", cwd=root)
    spoil(root, 3)
    commit(root)
    git("switch", "--quiet", "deploy", cwd=root)
    git("merge", "--quiet", "--no-edit", "main", cwd=root)

    assert validate(root, "--changed", "main..deploy").stderr == "1 checked, 0 problems\n"


def test_a_rebased_branch_brings_the_same(root: Path) -> None:
    bad = spoil(root, 2)
    commit(root)
    git("switch", "--quiet", "main", cwd=root)
    put(root, 3)
    commit(root)
    git("rebase", "--quiet", "main", "deploy", cwd=root)

    assert found(root, "--changed", "main..deploy") == [("schema/enum", bad)]


def test_after_the_base_was_rewritten_all_that_it_lost_counts_as_brought(root: Path) -> None:
    put(root, 2)
    commit(root)
    git("switch", "--quiet", "main", cwd=root)
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)
    put(root, 3)
    commit(root, "Another start")

    assert {file for _, file in found(root, "--changed", "main..deploy")} == {record(0)[0]}


def test_the_content_counts_that_the_end_of_the_range_has(root: Path) -> None:
    path = spoil(root, 2)
    commit(root)
    put(root, 2)
    commit(root, "Correct it")

    assert found(root, "--changed", "main..HEAD") == []
    assert found(root, "--changed", "main..HEAD~1") == [("schema/enum", path)]


@pytest.mark.parametrize("path", [MARKER, POLICY])
def test_a_change_of_the_rules_checks_all_records(root: Path, path: str) -> None:
    texts = {MARKER: b"registryFormat: 1\nrequiredFields: [notes]\n", POLICY: b'{"required": ["notes"]}'}
    write(root, path, texts[path])
    commit(root)

    done = validate(root, "--changed", "main..HEAD")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, f"{path} rules all records, so all were checked")
    assert [rule for rule, _ in found(root, "--changed", "main..HEAD")].count(
        {MARKER: "settings/required", POLICY: "policy/required"}[path]
    ) == 2  # fmt: skip


def test_a_registry_without_its_marker_is_none(root: Path) -> None:
    (root / MARKER).unlink()
    commit(root)

    done = validate(root, "--changed", "main..HEAD", "--registry", ".")
    assert (done.returncode, f"{MARKER}: is missing: it makes this a registry [layout/marker]" in done.stdout) == (
        1,
        True,
    )


def test_a_registry_in_a_folder_of_its_repository_is_checked_alike(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    root = tmp_path / "deployments"
    write(root, MARKER, b"registryFormat: 1\n")
    commit(root)
    branch(root, "deploy")
    path = spoil(root)
    git("add", ".", cwd=root)
    staged = found(root, "--staged")
    commit(root)

    changed = validate(root, "--changed", "main..HEAD", "--format", "github")
    assert staged == found(root) == found(root, "--at", "HEAD") == [("schema/enum", path)]
    assert changed.stdout.startswith(f"::error file=deployments/{path},line=11,")


@pytest.mark.parametrize("text", ["main", "nowhere..HEAD", "main..nowhere"])
def test_what_is_no_range_is_a_usage_error(root: Path, text: str) -> None:
    done = validate(root, "--changed", text)

    assert (done.returncode, done.stdout, done.stderr.count("error: "), done.stderr.count("hint: ")) == (2, "", 1, 1)


def test_branches_without_a_common_commit_cannot_be_compared(root: Path) -> None:
    git("switch", "--quiet", "--orphan", "other", cwd=root)
    git("commit", "--quiet", "--allow-empty", "-m", "Anew", cwd=root)

    done = validate(root, "--changed", "main..other", "--registry", ".")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        "error: the ends of 'main..other' have no commit in common",
    )


@pytest.mark.parametrize("range_", ["origin/main..HEAD", "{base}..HEAD"])
def test_a_shallow_clone_says_what_it_needs_and_then_does_it(root: Path, tmp_path: Path, range_: str) -> None:
    base = git("rev-parse", "main", cwd=root)
    for number in (2, 3):
        put(root, number)
        commit(root)
    git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{root}", "clone", cwd=tmp_path)
    clone = tmp_path / "clone"

    refused = validate(clone, "--changed", range_.format(base=base))
    git("fetch", "--quiet", "--unshallow", cwd=clone)
    done = validate(clone, "--changed", range_.format(base=base))

    assert (refused.returncode in {1, 2}, refused.stdout) == (True, "")
    assert refused.stderr.startswith("error: this clone is ")
    assert "fetch-depth: 0 (actions/checkout), GIT_DEPTH: 0 (GitLab), or git fetch --unshallow" in refused.stderr
    assert done.stderr == "2 checked, 0 problems\n"


def test_of_a_merge_as_github_checks_it_out_two_commits_are_enough(root: Path, tmp_path: Path) -> None:
    bad = spoil(root, 2)
    commit(root)
    put(root, 3)
    commit(root)
    git("switch", "--quiet", "--detach", "main", cwd=root)
    git("merge", "--quiet", "--no-ff", "--no-edit", "deploy", cwd=root)
    git("update-ref", "refs/pull/1/merge", "HEAD", cwd=root)
    git("init", "--quiet", "clone", cwd=tmp_path)
    clone = tmp_path / "clone"
    git("fetch", "--quiet", "--depth=2", f"file://{root}", "refs/pull/1/merge", cwd=clone)
    git("checkout", "--quiet", "FETCH_HEAD", cwd=clone)

    assert found(clone, "--changed", "HEAD^1..HEAD") == [("schema/enum", bad)]


def test_github_shows_a_problem_at_its_line(root: Path) -> None:
    path = spoil(root, 2)
    commit(root)

    done = validate(root, "--changed", "main..HEAD", "--format", "github")
    assert done.stdout == (
        f"::error file={path},line=11,col=9,title=schema/enum::status is not one of the allowed values, "
        'found "done", expected one of success, partial, failed\n'
    )


def test_nothing_in_a_record_or_a_name_can_give_github_commands(root: Path) -> None:
    path, content = record(2)
    write(root, path, content.replace(b"status: success", b'status: "x\\n::stop-commands::x,%0A\\r##[error]"'))
    write(root, "registry-data/records/a\n::warning::b,c=d:e", b"x")
    commit(root)

    done = validate(root, "--changed", "main..HEAD", "--format", "github")
    assert len(done.stdout.splitlines()) == len(found(root, "--changed", "main..HEAD"))
    assert all(line.startswith("::error file=registry-data/records/") for line in done.stdout.splitlines())
    assert "file=registry-data/records/a\\n\\x3a%3Awarning%3A%3Ab%2Cc=d%3Ae,line=1," in done.stdout
    assert "::stop-commands::x,%250A" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--staged", "--changed", "a..b"], ["--staged", "--at", "HEAD"], ["--all-history", "registry-data"]]
)
def test_two_ways_to_say_what_to_check_are_one_too_many(root: Path, arguments: list[str]) -> None:
    done = validate(root, *arguments)

    assert (done.returncode, done.stdout, "cannot be combined" in done.stderr) == (2, "", True)
