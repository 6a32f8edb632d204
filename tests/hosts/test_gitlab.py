"""The jobs for GitLab do what they say: their scripts run here in a shell, with the variables that GitLab sets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from registry_tool.hosts.workflows import gitlab_jobs
from tests.hosts.copies import OFFLINE, copy_repository
from tests.hosts.servers import Host, serving
from tests.programs import git
from tests.rules.registries import branch, commit, new_registry, put, spoil, validate

JOBS = yaml.safe_load(gitlab_jobs(""))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with a bad record on main, and a merge request that is checked out."""
    root = new_registry(tmp_path / "registry")
    spoil(root, 0)
    commit(root)
    branch(root, "deploy")
    put(root, 1)
    commit(root)
    return root


@pytest.fixture
def host() -> Iterator[Host]:
    with serving(Host("s3cret", 8)) as host:
        yield host


def run(root: Path, job: str, host: Host, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a job's script as GitLab's shell does: line after line in one shell that ends at the first failure."""
    environment = {
        **os.environ,
        **{name: str(value) for name, value in JOBS[".registry"]["variables"].items()},
        "GITLAB_CI": "true",
        "CI_API_V4_URL": host.url,
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "REGISTRY_PATH": str(root),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git("merge-base", "main", "HEAD", cwd=root),
        "CI_COMMIT_SHA": git("rev-parse", "HEAD", cwd=root),
        **variables,
    }
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(JOBS[job]["script"])],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


def test_a_good_merge_request_passes_and_leaves_its_review(root: Path, host: Host) -> None:
    done = run(root, "registry-review", host)

    assert (done.returncode, host.requests) == (0, []), done.stderr
    assert (root / "registry-review.md").read_text(encoding="utf-8").startswith("<!-- registry-tool: review -->\n")


def test_a_bad_merge_request_fails_in_the_words_of_validate_and_is_reviewed(root: Path, host: Host) -> None:
    spoil(root, 2)
    commit(root)

    done = run(root, "registry-review", host, REGISTRY_COMMENT_TOKEN="s3cret")  # noqa: S106  of a server in this test
    assert done.returncode == 1
    assert validate(root, "--changed", "main..HEAD").stdout in done.stdout
    assert [one["body"] for one in host.comments] == [(root / "registry-review.md").read_text(encoding="utf-8")]


def test_a_comment_that_cannot_be_written_does_not_fail_the_job(root: Path, host: Host) -> None:
    assert run(root, "registry-review", host, REGISTRY_COMMENT_TOKEN="wrong").returncode == 0  # noqa: S106  likewise


def test_every_job_extends_the_common_part_and_says_when_it_runs() -> None:
    jobs = {name: job for name, job in JOBS.items() if not name.startswith(".")}

    assert {job["extends"] for job in jobs.values()} == {".registry"}
    assert [name for name, job in jobs.items() if not job.get("rules")] == []


@pytest.mark.parametrize("pipeline", ["branch", "merged results", "merge train"])
def test_each_kind_of_pipeline_reviews_what_the_merge_request_brings(root: Path, host: Host, pipeline: str) -> None:
    variables = {}
    source = git("rev-parse", "HEAD", cwd=root)
    parted = git("rev-parse", "main", cwd=root)
    git("switch", "--quiet", "main", cwd=root)
    put(root, 2)
    commit(root, "The target moved on")
    git("switch", "--quiet", "--detach", cwd=root)
    if pipeline == "merge train":  # what is merged before this one
        put(root, 3)
        commit(root, "The train's first")
    into = git("rev-parse", "HEAD", cwd=root)
    if pipeline == "branch":
        git("switch", "--quiet", "--detach", source, cwd=root)
    else:
        git("merge", "--quiet", "--no-ff", "--no-edit", source, cwd=root)
        variables = {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": into}
    head = git("rev-parse", "HEAD", cwd=root)

    done = run(root, "registry-review", host, CI_MERGE_REQUEST_DIFF_BASE_SHA=parted, CI_COMMIT_SHA=head, **variables)

    assert done.returncode == 0, done.stderr
    heading = (root / "registry-review.md").read_text(encoding="utf-8").splitlines()[1]
    assert heading.startswith("### OK: 1 new; 1 to be retested")


def test_the_tool_comes_at_its_commit_and_what_it_needs_by_hashes(tmp_path: Path) -> None:
    (tmp_path / "tool").mkdir()
    revision = copy_repository(tmp_path / "tool")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "image"], check=True)
    script = JOBS[".registry"]["before_script"]

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*script, "command -v registry", "registry --version"])],
        cwd=tmp_path,
        env={
            **os.environ,
            **OFFLINE,
            "PATH": f"{tmp_path / 'image/bin'}:{os.environ['PATH']}",
            "CI_BUILDS_DIR": str(tmp_path),
            "REGISTRY_TOOL": str(tmp_path / "tool"),
            "REGISTRY_TOOL_REF": revision,
        },
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )

    assert (done.returncode, done.stdout.splitlines()[:1]) == (0, [str(tmp_path / "image/bin/registry")]), done.stderr
    assert any("--require-hashes" in line for line in script)
