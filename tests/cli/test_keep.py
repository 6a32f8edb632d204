"""Setting up: making, joining and choosing a registry; putting `do/register` into a project and taking it out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from registry_tool.cli.app import LazyCommands
from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a `do/register`."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "project"))
    (folder / "do/register").unlink()
    return folder


def test_a_new_registry_is_a_repository_with_its_settings_committed(tmp_path: Path) -> None:
    done = run_registry("init", "registry", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "registry is now a registry\n")
    assert git("log", "--format=%s", cwd=tmp_path / "registry") == "Create the registry"
    assert git("status", "--porcelain", cwd=tmp_path / "registry") == ""


@pytest.mark.parametrize(("setting", "branch"), [("", "main"), ("[init]\ndefaultBranch = trunk\n", "trunk")])
def test_the_branch_of_a_new_registry_is_main_unless_git_is_set_to_another(
    home: Path, tmp_path: Path, setting: str, branch: str
) -> None:
    """Git itself says master where nothing is set, and no host, job or page of ours does."""
    (home / ".gitconfig").write_text(f"[user]\nname = Ada\nemail = ada@example.org\n{setting}")

    run_registry("init", "registry", cwd=tmp_path)

    assert git("symbolic-ref", "--short", "HEAD", cwd=tmp_path / "registry") == branch


def test_making_a_registry_again_changes_nothing(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)

    done = run_registry("init", "registry", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "registry is already a registry\n")
    assert git("rev-list", "--count", "HEAD", cwd=tmp_path / "registry") == "1"


def test_an_existing_repository_becomes_a_registry_and_keeps_its_work(tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / "code.py").write_text("x = 1\n")
    git("add", "code.py", cwd=tmp_path)

    run_registry("init", cwd=tmp_path)

    assert git("status", "--porcelain", cwd=tmp_path) == "A  code.py"
    assert {path.split("/")[0] for path in git("ls-tree", "-r", "--name-only", "HEAD", cwd=tmp_path).split()} == {
        ".gitattributes",
        ".vscode",
        "README.md",
        "registry-data",
    }


def test_a_fresh_registry_has_a_readme_that_names_only_commands_there_are(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)

    text = (tmp_path / "registry/README.md").read_text()

    assert text.startswith("# Deployments\n")
    assert set(re.findall(r"`registry ([a-z][a-z-]*)", text)) - set(LazyCommands()) == set()
    assert all(
        (tmp_path / "registry" / link).exists() for link in re.findall(r"\]\((.+?)\)", text) if "records" not in link
    )


@pytest.mark.parametrize("name", ["README.md", "readme.rst"])
def test_a_readme_that_is_there_stays_the_only_one(tmp_path: Path, name: str) -> None:
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / name).write_text("Ours\n")

    run_registry("init", ".", cwd=tmp_path)

    assert [(file.name, file.read_text()) for file in tmp_path.glob("[Rr]*.*")] == [(name, "Ours\n")]
    assert git("status", "--porcelain", cwd=tmp_path) == f"?? {name}"


@pytest.fixture
def surrounding(tmp_path: Path) -> Path:
    """A git repository with a file of its own in the folder `code`."""
    folder = tmp_path / "surrounding"
    (folder / "code").mkdir(parents=True)
    (folder / "code/main.py").write_text("x = 1\n")
    git("init", "--quiet", cwd=folder)
    git("add", "code", cwd=folder)
    git("commit", "--quiet", "--message", "Code", cwd=folder)
    return folder


def test_inside_another_repository_a_registry_gets_its_own(surrounding: Path) -> None:
    done = run_registry("init", "deployments", cwd=surrounding)

    assert (done.returncode, done.stderr) == (
        0,
        (
            f"note: {surrounding}/deployments is inside the git repository {surrounding}: it becomes a repository of "
            "its own; --here commits to that one instead\n"
        ),
    )
    assert git("log", "--format=%s", cwd=surrounding) == "Code"
    assert git("log", "--format=%s", cwd=surrounding / "deployments") == "Create the registry"


def test_a_registry_can_be_a_part_of_the_repository_around_it(surrounding: Path) -> None:
    done = run_registry("init", "deployments", "--here", cwd=surrounding)

    assert (done.returncode, done.stderr) == (
        0,
        (
            f"note: {surrounding}/deployments is inside the git repository {surrounding}: registrations are commits of "
            "that repository\n"
        ),
    )
    assert git("log", "--format=%s", cwd=surrounding) == "Create the registry\nCode"
    assert run_registry("init", "deployments", cwd=surrounding).stdout == "deployments is already a registry\n"


def test_a_folder_with_files_of_another_repository_is_not_taken_from_it(surrounding: Path) -> None:
    done = run_registry("init", "code", cwd=surrounding)

    assert (done.returncode, done.stdout, done.stderr.partition("error: ")[2]) == (
        1,
        "",
        (
            f"{surrounding}/code has files of the git repository {surrounding}, so it cannot be a repository of its "
            f"own\nhint: commit to that repository: registry init --here {surrounding}/code; or name another folder\n"
        ),
    )
    assert not (surrounding / "code/.git").exists()


def test_a_clone_is_never_a_part_of_the_repository_around_it(tmp_path: Path) -> None:
    done = run_registry("init", "mine", "--clone", "url", "--here", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        "error: --clone and --here contradict each other\nhint: give one of them\n",
    )


def test_a_registry_can_be_joined_and_is_then_the_default(tmp_path: Path) -> None:
    run_registry("init", "theirs", cwd=tmp_path)
    git("clone", "--quiet", "--bare", "theirs", "shared.git", cwd=tmp_path)

    joined = run_registry("init", "mine", "--clone", str(tmp_path / "shared.git"), "--default", cwd=tmp_path)
    listed = run_registry("list", cwd=tmp_path)
    status = json.loads(run_registry("status", "--json", cwd=tmp_path).stdout)

    assert (joined.returncode, joined.stdout) == (0, "mine is now a registry and your default\n")
    assert (listed.returncode, listed.stderr) == (0, "no records\n")
    assert (status["lastPush"], status["lastFetch"] != "") == ("", True)


def test_a_setting_that_is_not_committed_is_said_not_to_be_in_force(tmp_path: Path) -> None:
    run_registry("init", "mine", cwd=tmp_path)
    before = run_registry("status", cwd=tmp_path / "mine")
    with (tmp_path / "mine/registry-data/registry.yaml").open("a") as file:
        file.write("maxUnpushedHours: 1\n")

    done = run_registry("status", cwd=tmp_path / "mine")

    assert before.stderr == ""
    assert done.stderr == (
        "note: registry-data/registry.yaml was changed here, which is not in force until it is committed\n"
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nowhere.git", "cannot clone 'nowhere.git'"),
        ("plain.git", "holds no registry"),
        ("ext::sh -c 'touch ran'", "names a protocol that can run programs"),
        ("--upload-pack=touch ran", "cannot clone"),
    ],
)
def test_what_cannot_be_joined_says_why_and_runs_nothing(tmp_path: Path, url: str, says: str) -> None:
    git("init", "--quiet", "--bare", "plain.git", cwd=tmp_path)

    done = run_registry("init", "mine", f"--clone={url}", cwd=tmp_path)

    assert (done.returncode, done.stdout, says in done.stderr) == (1, "", True)
    assert not list(tmp_path.rglob("ran"))


def test_a_remote_without_its_default_branch_is_not_taken_for_one_without_a_registry(tmp_path: Path) -> None:
    """`git init --bare` calls it master where git is set to nothing, and then main is pushed to it."""
    git("init", "--quiet", "--bare", "--initial-branch=master", "shared.git", cwd=tmp_path)
    run_registry("init", "theirs", cwd=tmp_path)
    git("push", "--quiet", str(tmp_path / "shared.git"), "main", cwd=tmp_path / "theirs")

    joined = run_registry("init", "mine", "--clone", "shared.git", cwd=tmp_path)
    git("switch", "--quiet", "main", cwd=tmp_path / "mine")

    assert (joined.returncode, joined.stdout, joined.stderr) == (
        1,
        "",
        (
            f"error: shared.git does not have its default branch, so nothing is checked out in {tmp_path}/mine\n"
            f"hint: choose one that it has: git -C {tmp_path}/mine switch main\n"
        ),
    )
    assert run_registry("init", "mine", cwd=tmp_path).stdout == "mine is already a registry\n"


def test_a_folder_with_something_in_it_is_not_cloned_into(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep")

    done = run_registry("init", "mine", "--clone", "shared.git", cwd=tmp_path)

    assert (done.returncode, (tmp_path / "mine/notes.txt").read_text()) == (1, "keep")


def test_an_installed_script_registers_the_project(project: Path, tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)

    installed = run_registry("install", "project", cwd=tmp_path)
    done = subprocess.run(
        ["./register", "--json"],
        cwd=project / "do",
        env=os.environ | {"REGISTRY_PATH": str(tmp_path / "registry")},
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (installed.stdout, done.returncode) == ("do/register is now in project\n", 0)


def test_without_the_command_an_installed_script_says_so(project: Path, tmp_path: Path) -> None:
    run_registry("install", "project", cwd=tmp_path)

    done = subprocess.run(
        [project / "do/register"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        127,
        "",
        (
            "error: the registry command is not installed\n"
            "hint: activate the environment that has registry-tool, or install it as its README says\n"
        ),
    )


def test_installing_twice_changes_nothing(project: Path, tmp_path: Path) -> None:
    run_registry("install", "project", cwd=tmp_path)
    before = (project / "do/register").read_bytes()

    done = run_registry("install", "project", cwd=tmp_path)

    assert (done.stdout, (project / "do/register").read_bytes()) == ("do/register is already in project\n", before)
    assert not (project / "do/register.generator").exists()


def test_the_generators_own_script_still_serves_what_is_its_own_and_comes_back(project: Path, tmp_path: Path) -> None:
    script = project / "do/register"
    script.write_text('#!/bin/bash\necho "generator: $*"\n')
    script.chmod(0o755)
    original = script.read_bytes()

    run_registry("install", "project", cwd=tmp_path)
    answers = [
        subprocess.run([script, *words], capture_output=True, check=False, encoding="utf-8", timeout=60).stdout
        for words in (["dataset", "x y"], ["evaluator"], ["--benchmark-status", "completed"])
    ]
    run_registry("install", "project", "--uninstall", cwd=tmp_path)

    assert answers == [
        "generator: dataset x y\n",
        "generator: evaluator\n",
        "generator: --benchmark-status completed\n",
    ]
    assert (script.read_bytes(), (project / "do/register.generator").exists()) == (original, False)


def test_a_subcommand_of_a_generator_that_is_not_there_is_an_error(project: Path, tmp_path: Path) -> None:
    run_registry("install", "project", cwd=tmp_path)

    done = subprocess.run(
        [project / "do/register", "dataset"], capture_output=True, check=False, encoding="utf-8", timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr.startswith("error: 'dataset' belongs to")) == (2, "", True)


def test_uninstalling_takes_only_our_script_out(project: Path, tmp_path: Path) -> None:
    (project / "do/register").write_text("#!/bin/bash\necho theirs\n")

    done = run_registry("install", "project", "--uninstall", cwd=tmp_path)

    assert (done.stdout, (project / "do/register").exists()) == ("do/register is not in project\n", True)


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    done = run_registry("install", ".", cwd=tmp_path)

    assert (done.returncode, "is not a do-framework project" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", ["", "register", "list", "show", "log", "search", "validate", "init", "install"])
def test_every_command_has_help_with_an_example(tmp_path: Path, command: str) -> None:
    done = run_registry(*command.split(), "--help", cwd=tmp_path)

    assert (done.returncode, "Example: registry" in done.stdout, done.stderr) == (0, True, "")
