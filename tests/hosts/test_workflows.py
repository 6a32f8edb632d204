"""`registry init --ci` writes what switches on review at a host, and never over a file of the user's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from registry_tool import __version__
from registry_tool.address import address
from registry_tool.hosts.workflows import github_workflow, gitlab_jobs, pre_commit_hooks
from tests.programs import git, run_registry

ROOT = Path(__file__).parents[2]


def init(folder: Path, host: str, *arguments: str) -> list[str]:
    """What `registry init --ci HOST` says beyond that there is a registry."""
    done = run_registry("init", *arguments, "--ci", host, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[1:]


def test_github_gets_a_workflow_and_owners(tmp_path: Path) -> None:
    said = init(tmp_path, "github", "registry")
    root = tmp_path / "registry"

    advice = "put the owner of registry-tool where OWNER stands, and a commit of your copy of it where"
    assert said == [
        f"wrote .github/workflows/registry.yml: {advice} the zeros are",
        f"wrote .pre-commit-config.yaml: {advice} v{__version__} stands, unless it has that tag",
        "wrote .github/CODEOWNERS: name who reviews /registry-data/ and the others there, and take away each #",
    ]
    assert (root / ".github/workflows/registry.yml").read_text() == github_workflow("main", "")
    assert (root / ".github/CODEOWNERS").read_text() == (
        "# Who reviews deployments, and what decides how they are reviewed:\n"
        "# /registry-data/ @your-org/your-team\n"
        "# /.github/workflows/registry.yml @your-org/your-team\n"
        "# /.pre-commit-config.yaml @your-org/your-team\n"
        "# /.github/CODEOWNERS @your-org/your-team\n"
    )
    assert git("log", "--format=%s", cwd=root) == "Create the registry"


def test_gitlab_gets_jobs_an_include_and_owners(tmp_path: Path) -> None:
    said = init(tmp_path, "gitlab", "registry")
    root = tmp_path / "registry"

    assert [line.split(":")[0] for line in said] == [
        "wrote .gitlab/registry.yml",
        "wrote .gitlab-ci.yml",
        "wrote .pre-commit-config.yaml",
        "wrote CODEOWNERS",
    ]
    assert yaml.safe_load((root / ".gitlab-ci.yml").read_text()) == {"include": [{"local": ".gitlab/registry.yml"}]}
    assert (root / ".gitlab/registry.yml").read_text() == gitlab_jobs("")


def test_nothing_is_written_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert init(tmp_path, "none", "registry") == []
    assert git("status", "--porcelain", cwd=tmp_path / "registry") == ""


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_second_time_changes_nothing(tmp_path: Path, host: str) -> None:
    init(tmp_path, host)
    before = {
        path: path.read_bytes() for path in tmp_path.rglob(".git*/*") if path.is_file() and ".git/" not in str(path)
    }

    lines = init(tmp_path, host)

    assert {line.split()[0] for line in lines} == {"kept"}
    assert [line.partition(": ")[2] for line in lines if "OWNERS" in line] == [
        "name who reviews /registry-data/ and the others there, and take away each #"
    ]
    assert {path: path.read_bytes() for path in before} == before


def test_files_of_the_users_are_kept_and_what_to_add_is_said(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [build]\n")
    (tmp_path / ".gitlab").mkdir()
    (tmp_path / ".gitlab/registry.yml").write_text("mine: {}\n")
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/CODEOWNERS").write_bytes(b"* @everyone \xff")

    said = init(tmp_path, "gitlab")
    assert said == [
        "kept .gitlab/registry.yml: it is yours; compare it with .gitlab/registry.yml of a new registry",
        "kept .gitlab-ci.yml: add under its include: - local: .gitlab/registry.yml",
        "kept .pre-commit-config.yaml: it is yours; compare it with .pre-commit-config.yaml of a new registry",
        "added to docs/CODEOWNERS: name who reviews /registry-data/ and the others there, and take away each #",
    ]
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "stages: [build]\n"
    assert (tmp_path / ".gitlab/registry.yml").read_text() == "mine: {}\n"
    owners = (tmp_path / "docs/CODEOWNERS").read_bytes()
    assert owners.startswith(b"* @everyone \xff\n# Who reviews deployments, and what decides how they are reviewed:\n")
    assert b"\n# /.gitlab/registry.yml @your-org/your-team\n" in owners


def test_a_registry_in_a_folder_is_named_in_all_of_it(tmp_path: Path) -> None:
    git("init", "--quiet", "--initial-branch=trunk", cwd=tmp_path)
    init(tmp_path, "github", "it's here", "--here")

    workflow = yaml.safe_load((tmp_path / ".github/workflows/registry-it-s-here.yml").read_text())
    assert workflow[True]["push"]["branches"] == ["trunk"]
    assert workflow["jobs"]["review"]["steps"][1]["with"]["registry"] == "it's here"
    assert workflow["jobs"]["sync"]["env"]["REGISTRY_PATH"] == "it's here"
    assert "/it's\\ here/registry-data/ @" in (tmp_path / ".github/CODEOWNERS").read_text()


def test_the_workflow_gives_no_job_more_than_it_needs() -> None:
    workflow = yaml.safe_load(github_workflow("main", ""))

    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "review": {"contents": "read", "pull-requests": "write"},
        "sync": {"contents": "read", "id-token": "write"},
        "drift": {"contents": "read", "id-token": "write"},
        "live": {"contents": "read", "id-token": "write"},
        "site": {"contents": "read", "id-token": "write"},
        "publish": {"pages": "write", "id-token": "write"},
    }


def test_what_publishes_runs_nothing_of_the_repository() -> None:
    jobs = yaml.safe_load(github_workflow("main", ""))["jobs"]

    assert [sorted(step) for step in jobs["publish"]["steps"]] == [["id", "uses"]]
    assert (jobs["publish"]["needs"], jobs["publish"]["environment"]["name"]) == ("site", "github-pages")
    assert "REGISTRY_SITE == 'true'" in jobs["site"]["if"]


@pytest.mark.parametrize("role", ["", "arn:aws:iam::123456789012:role/reader"], ids=["alone", "with-tests"])
def test_both_hosts_make_the_site_of_the_branch_as_it_is_now(tmp_path: Path, role: str) -> None:
    git("init", "-q", "origin", cwd=tmp_path)
    _commit(tmp_path / "origin", "then")
    git("clone", "-q", "origin", "clone", cwd=tmp_path)
    _commit(tmp_path / "origin", "now")
    stand_in = tmp_path / "bin/registry"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$@" at $(git log -1 --format=%s) >> {tmp_path}/said\n')
    stand_in.chmod(0o755)
    environment = {
        "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": "/runner",
        "REGISTRY_SITE_ROLE": role,
        "REGISTRY_SITE_CI": "true" if role else "",
        "CI_DEFAULT_BRANCH": "main",
    }
    (github,) = [
        step["run"] for step in yaml.safe_load(github_workflow("main", ""))["jobs"]["site"]["steps"] if "run" in step
    ]
    gitlab = "\n".join(yaml.safe_load(gitlab_jobs(""))["registry-site"]["script"])

    for script in (github, gitlab):
        subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path / "clone", env=environment, check=True)

    with_tests = " --ci" if role else ""
    # GitHub's checkout has fetched the branch as it is now before the script begins.
    assert (tmp_path / "said").read_text().splitlines() == [
        f"site /runner/site{with_tests} at then",
        "validate at now",
        f"site public{with_tests} at now",
    ]


def _commit(root: Path, message: str) -> None:
    git(
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        message,
        cwd=root,
    )


def test_the_hooks_that_are_switched_on_are_hooks_that_there_are() -> None:
    offered = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (source,) = yaml.safe_load(pre_commit_hooks("it's here"))["repos"]

    assert {hook["id"] for hook in source["hooks"]} == offered
    assert [hook["args"] for hook in source["hooks"]] == [["--registry", "it's here"]] * 2
    assert "args" not in pre_commit_hooks("")


def test_no_expression_stands_in_a_script_of_the_workflow() -> None:
    steps = [step for job in yaml.safe_load(github_workflow("main", ""))["jobs"].values() for step in job["steps"]]

    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts[:3] == [
        'test "$(git rev-parse HEAD)" = "$GITHUB_SHA" || echo "::notice::overtaken, so this syncs a newer commit"',
        "registry sync apply",
        "registry sync status",
    ]
    assert "${{" not in "".join(scripts)


@pytest.mark.parametrize(
    ("found", "fails", "expected"),
    [(0, "", 0), (4, "", 0), (4, "true", 4), (1, "", 1), (1, "true", 1)],
    ids=str,
)
def test_the_look_at_what_runs_fails_by_choice_and_always_on_half_an_answer(
    tmp_path: Path, found: int, fails: str, expected: int
) -> None:
    stand_in = tmp_path / "registry"
    stand_in.write_text(f"#!/bin/sh\necho report\nexit {found}\n")
    stand_in.chmod(0o755)
    (tmp_path / "summary").touch()
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "REGISTRY_LIVE_FAILS": fails,
    }
    github = yaml.safe_load(github_workflow("main", ""))["jobs"]["live"]["steps"][-1]["run"]
    gitlab = "\n".join(yaml.safe_load(gitlab_jobs(""))["registry-live"]["script"])

    for script in (github, gitlab):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environment, check=False)
        assert done.returncode == expected

    assert (tmp_path / "summary").read_text() == (tmp_path / "registry-live.md").read_text() == "report\n"


def test_the_workflow_gives_the_action_only_inputs_that_it_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = [step for job in yaml.safe_load(github_workflow("main", ""))["jobs"].values() for step in job["steps"]]
    used = {name for step in steps if "registry-tool" in step.get("uses", "") for name in step["with"]}

    assert used <= set(action["inputs"])
    assert f"{urlsplit(address()).path[1:]}@{'0' * 40}" in {step.get("uses") for step in steps}


def test_the_include_of_this_repository_is_what_init_writes() -> None:
    assert (ROOT / "gitlab/registry.yml").read_text() == gitlab_jobs("")


def test_a_bare_repository_gets_no_files(tmp_path: Path) -> None:
    init(tmp_path, "none", "registry")
    git("clone", "--quiet", "--bare", "registry", "bare.git", cwd=tmp_path)

    done = run_registry("init", "bare.git", "--ci", "github", cwd=tmp_path)
    assert (done.returncode, "a bare repository has no checked-out files" in done.stderr) == (2, True)


def test_two_registries_of_a_repository_have_jobs_of_their_own(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    for folder in ("team-a", "team-b"):
        assert {line.split()[0] for line in init(tmp_path, "gitlab", folder, "--here")} <= {"wrote", "kept", "added"}

    jobs = [
        set(yaml.safe_load((tmp_path / f".gitlab/registry-{name}.yml").read_text())) for name in ("team-a", "team-b")
    ]
    assert jobs[0].isdisjoint(jobs[1])


def test_a_newer_push_cancels_the_review_of_an_older_one_and_nothing_that_writes() -> None:
    workflow = yaml.safe_load(github_workflow("main", ""))

    assert workflow["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert workflow["jobs"]["sync"]["concurrency"]["cancel-in-progress"] is False
    assert "merge_group" in workflow[True]


def test_the_workflow_and_the_action_are_safe_at_the_strictest(tmp_path: Path) -> None:
    workflow = tmp_path / ".github/workflows/registry.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(github_workflow("main", "team-a"))
    (tmp_path / "action.yml").write_bytes((ROOT / "action.yml").read_bytes())
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--quiet", "--persona=auditor", "."]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, encoding="utf-8", timeout=60)

    assert (done.returncode, "No findings to report" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_workflow_is_one_that_actionlint_understands(tmp_path: Path) -> None:
    actionlint = shutil.which("actionlint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not actionlint:
        pytest.skip("actionlint is not installed: its package downloads a program from elsewhere")
    (tmp_path / "registry.yml").write_text(github_workflow("main", "team-a"))

    done = subprocess.run(
        [actionlint, "registry.yml"], cwd=tmp_path, capture_output=True, check=False, encoding="utf-8"
    )

    assert (done.returncode, done.stdout) == (0, "")
