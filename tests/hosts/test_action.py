"""The GitHub Action does on a runner what it says: its steps run here in bash, with the variables that GitHub sets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hosts.copies import OFFLINE, ROOT, copy_repository
from tests.hosts.servers import Host, serving
from tests.programs import git
from tests.rules.registries import branch, commit, new_registry, put, spoil, validate

pytestmark = pytest.mark.xdist_group("action")  # it is installed once

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


@dataclass
class Job:
    """What a job of GitHub's saw: its log, its outputs, its summary, and whether it failed."""

    log: str = ""
    failed: bool = False
    summary: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)


class Runner:
    """Runs the action's steps in a workspace, one process each, as GitHub's runner does."""

    def __init__(self, workspace: Path, folder: Path, tool: Path, host: Host) -> None:
        """Run in `workspace`; `folder` takes the runner's own files, `tool` has the action, `host` is GitHub."""
        self.workspace, self.folder, self.tool, self.host = workspace, folder, tool, host

    def run(self, event: str, content: Mapping[str, object], skipped: tuple[str, ...] = (), **inputs: str) -> Job:
        """Run all steps on an event, less those that are `skipped`."""
        values = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        values |= {"token": "s3cret"} | inputs
        job = Job()
        for step in STEPS:
            if step["id"] in skipped or job.failed or not _holds(step.get("if", ""), values, job):
                continue
            self._step(step, event, content, values, job)
        return job

    def _step(
        self, step: dict[str, Any], event: str, content: Mapping[str, object], values: dict[str, str], job: Job
    ) -> None:
        files = {name: self.folder / f"{name}-{uuid.uuid4()}" for name in ("output", "summary", "path", "event")}
        for file in files.values():
            file.touch()
        files["event"].write_text(json.dumps(content), encoding="utf-8")
        environment = {
            **os.environ,
            **OFFLINE,
            "PATH": f"{self.tool / 'installed/registry-tool/bin'}:{os.environ['PATH']}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.tool / "tool"),
            "GITHUB_API_URL": self.host.url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_PATH": str(files["path"]),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.tool / "installed"),
            **{name: _filled(str(text), values, job) for name, text in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
            timeout=120,
        )
        job.log += done.stdout
        job.failed = done.returncode != 0
        job.summary += files["summary"].read_text(encoding="utf-8")
        lines = files["output"].read_text(encoding="utf-8").splitlines()
        job.outputs[step["id"]] = dict(line.split("=", 1) for line in lines)


def _filled(text: str, values: Mapping[str, str], job: Job) -> str:
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda match: _value(match[1], values, job), text)


def _value(name: str, values: Mapping[str, str], job: Job) -> str:
    if name.startswith("'"):
        return name.strip("'")
    if name.startswith("inputs."):
        return values[name.removeprefix("inputs.")]
    _, step, _, output = name.split(".")
    return job.outputs.get(step, {}).get(output, "")


def _holds(condition: str, values: Mapping[str, str], job: Job) -> bool:
    for part in filter(None, condition.split(" && ")):
        left, operator, right = part.split(" ")
        if (_value(left, values, job) == _value(right, values, job)) != (operator == "=="):
            return False
    return True


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as GitHub fetches it, installed by its own first step."""
    folder = tmp_path_factory.mktemp("action")
    (folder / "tool").mkdir()
    (folder / "installed").mkdir()
    copy_repository(folder / "tool")
    runner = Runner(folder, folder, folder, Host("", None))
    job = runner.run("push", {}, skipped=tuple(step["id"] for step in STEPS[1:]))
    assert not job.failed, job.log
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository as GitHub holds it: main, and a pull request with two commits of which one is bad."""
    root = new_registry(tmp_path / "github")
    put(root, 0)
    spoil(root, 1)
    commit(root)
    branch(root, "deploy")
    put(root, 2)
    commit(root, "A good one")
    return root


@pytest.fixture
def host() -> Iterator[Host]:
    with serving(Host("s3cret", None)) as host:
        yield host


def checkout(root: Path, folder: Path, ref: str, depth: int = 1) -> Path:
    """What actions/checkout makes of `ref`: a shallow clone on a detached HEAD."""
    git("init", "--quiet", str(folder), cwd=root.parent)
    git("remote", "add", "origin", f"file://{root}", cwd=folder)
    git("fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", ref, cwd=folder)
    git("checkout", "--quiet", "--detach", "FETCH_HEAD", cwd=folder)
    return folder


def merge_ref(root: Path) -> None:
    """Make the merge that GitHub keeps of the pull request."""
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=root)
    git("switch", "--quiet", "--detach", "main", cwd=root)
    git("merge", "--quiet", "--no-ff", "--no-edit", "deploy", cwd=root)
    git("update-ref", "refs/pull/7/merge", "HEAD", cwd=root)
    git("update-ref", "refs/pull/7/head", "deploy", cwd=root)
    git("switch", "--quiet", "main", cwd=root)


def pull_request(root: Path) -> dict[str, object]:
    ends = {"base": "main", "head": "deploy"}
    shas = {name: {"sha": git("rev-parse", ref, cwd=root)} for name, ref in ends.items()}
    return {"pull_request": {"number": 7, **shas}}


def test_a_good_pull_request_passes_and_is_reviewed(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/merge")

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", pull_request(root), skipped=("install",))
    assert (job.failed, job.outputs["validate"]) == (False, {"valid": "true"}), job.log
    assert job.outputs["review"]["good"] == "true"
    assert [one["body"] for one in host.comments] == [job.summary]
    assert job.summary.startswith("<!-- registry-tool: review -->\n### ")
    assert Path(job.outputs["review"]["review"]).read_text(encoding="utf-8") == job.summary


def test_a_bad_pull_request_fails_with_annotations_and_is_reviewed_all_the_same(
    root: Path, host: Host, tool: Path, tmp_path: Path
) -> None:
    path = spoil(root, 3)
    commit(root, "A bad one")
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/merge", depth=2)

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", pull_request(root), skipped=("install",))
    assert (job.failed, job.outputs["validate"]) == (True, {"valid": "false"})
    assert f"::error file={path},line=11,col=9,title=schema/enum::status is not" in job.log
    assert len(host.comments) == 1
    local = validate(root, "--changed", "main..deploy", "--format", "github").stdout
    assert local in job.log


def test_what_main_got_meanwhile_is_not_the_pull_requests(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    event = pull_request(root)
    git("switch", "--quiet", "main", cwd=root)
    spoil(root, 4)
    commit(root)
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/merge")

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", event, skipped=("install",))
    assert (job.failed, job.log.count("::error"), "1 checked, 0 problems" in job.log) == (False, 0, True)


def test_a_checkout_of_the_head_alone_is_deepened_too(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    for number in range(60):
        git("commit", "--quiet", "--allow-empty", "-m", f"Step {number}", cwd=root)
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/head")

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", pull_request(root), skipped=("install",))
    assert (job.failed, "1 checked, 0 problems" in job.log) == (False, True), job.log


def test_after_a_forced_push_of_the_base_the_event_still_finds_its_commits(
    root: Path, host: Host, tool: Path, tmp_path: Path
) -> None:
    merge_ref(root)
    event = pull_request(root)
    git("switch", "--quiet", "main", cwd=root)
    git("commit", "--quiet", "--amend", "--allow-empty", "-m", "Another start", cwd=root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/head")

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", event, skipped=("install",))
    assert (job.failed, "1 checked, 0 problems" in job.log) == (False, True), job.log


def test_a_merge_queue_is_reviewed_in_the_summary_alone(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    merge_ref(root)
    git("update-ref", "refs/heads/queue", "refs/pull/7/merge", cwd=root)
    workspace = checkout(root, tmp_path / "workspace", "refs/heads/queue")
    ends = {"base_sha": git("rev-parse", "main", cwd=root), "head_sha": git("rev-parse", "queue", cwd=root)}

    job = Runner(workspace, tmp_path, tool, host).run("merge_group", {"merge_group": ends}, skipped=("install",))

    assert (job.failed, host.comments, "### OK: 1 new" in job.summary) == (False, [], True), job.log


def test_a_push_checks_the_whole_registry(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    workspace = checkout(root, tmp_path / "workspace", "refs/heads/main")

    job = Runner(workspace, tmp_path, tool, host).run("push", {"after": "x"}, skipped=("install",))
    assert (job.failed, job.log.count("::error"), job.summary, host.comments) == (True, 1, "", [])


def test_a_token_that_may_not_comment_does_not_fail_the_job(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    host.token = "another"  # noqa: S105  of a server that is only in this test
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/merge")

    job = Runner(workspace, tmp_path, tool, host).run("pull_request", pull_request(root), skipped=("install",))
    assert (job.failed, "::notice::the review is in the summary" in job.log) == (False, True)
    assert job.summary


def test_the_comment_can_be_left_out(root: Path, host: Host, tool: Path, tmp_path: Path) -> None:
    merge_ref(root)
    workspace = checkout(root, tmp_path / "workspace", "refs/pull/7/merge")

    runner = Runner(workspace, tmp_path, tool, host)
    job = runner.run("pull_request", pull_request(root), skipped=("install",), comment="false")
    assert (job.failed, host.comments, job.summary != "") == (False, [], True)


def test_no_expression_stands_in_a_script() -> None:
    assert [step["id"] for step in STEPS if "${{" in step["run"]] == []


def test_every_output_is_one_of_a_step() -> None:
    scripts = {step["id"]: step["run"] for step in STEPS}
    shown = [one["value"].removeprefix("${{ ").removesuffix(" }}").split(".") for one in ACTION["outputs"].values()]

    assert [(step, name) for _, step, _, name in shown if f'echo "{name}=' not in scripts[step]] == []
