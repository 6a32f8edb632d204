"""Which registry is meant is always said, and what to do if it is not there never makes it worse."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.programs import git, run_here, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"
HOME_REGISTRY = ".local/share/registry-tool/registry"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a registry, a folder in it, and a project beside it."""
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    (tmp_path / "registry/deep/er").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "folder", "variables", "path", "reason"),
    [
        (["--registry", "../registry"], "project", {}, "project/../registry", "as it was named"),
        ([], "project", {"REGISTRY_PATH": "../registry"}, "project/../registry", "REGISTRY_PATH names it"),
        ([], "registry/deep/er", {}, "registry", "found upward from here"),
    ],
)
def test_the_path_alone_is_data_and_the_reason_is_talk(  # noqa: PLR0913, PLR0917  a row of the table
    place: Path, words: list[str], folder: str, variables: Mapping[str, str], path: str, reason: str
) -> None:
    done = run_registry("which", *words, cwd=place / folder, env=variables)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{place / path}\n", f"{reason}\n")


def test_the_default_and_the_personal_one_are_said(place: Path, home: Path) -> None:
    personal = run_registry("which", cwd=place)
    run_registry("init", "registry", "--default", cwd=place)
    default = run_registry("which", cwd=place)

    assert (personal.stdout, personal.stderr) == (f"{home / HOME_REGISTRY}\n", "your personal one\n")
    assert (default.stdout, default.stderr) == (f"{place / 'registry'}\n", "your default\n")


def test_status_opens_with_it(place: Path) -> None:
    _, said = run_here("status", cwd=place / "registry/deep")

    assert said.splitlines()[0] == f"registry  {place / 'registry'} (found upward from here)"


@pytest.mark.parametrize("command", [["list"], ["register", "--project-dir", "project"]], ids=lambda value: value[0])
def test_a_variable_that_names_nothing_is_named(place: Path, command: list[str]) -> None:
    done = run_registry(*command, cwd=place, env={"REGISTRY_PATH": "/nope"})

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            "error: /nope is not a registry: it does not exist\n"
            "hint: REGISTRY_PATH names it: correct that variable, or unset it\n"
        ),
    )


@pytest.mark.parametrize("command", [["list"], ["register", "--project-dir", "project"]], ids=lambda value: value[0])
@pytest.mark.parametrize(("gone", "why"), [("", "does not exist"), (".git", "is not a git repository")])
def test_a_default_that_has_gone_is_not_begun_anew(place: Path, command: list[str], gone: str, why: str) -> None:
    run_registry("init", "registry", "--default", cwd=place)
    shutil.rmtree(place / "registry" / gone)

    done = run_registry(*command, cwd=place)

    assert (done.returncode, done.stderr) == (
        1,
        (
            f"error: {place}/registry is not a registry: it {why}\n"
            "hint: it is your default: bring it back, or choose another: registry init PATH --default\n"
        ),
    )


def test_a_registry_whose_git_repository_has_gone_is_not_begun_anew(place: Path) -> None:
    shutil.rmtree(place / "registry/.git")

    done = run_registry("list", "--registry", "registry", cwd=place)

    assert (done.returncode, done.stderr) == (
        1,
        (
            f"error: {place}/registry is not a registry: it is not a git repository\n"
            "hint: its git repository is gone: bring .git back, or clone it anew: registry init PATH --clone URL\n"
        ),
    )


def test_a_path_that_is_not_there_is_to_be_checked(place: Path) -> None:
    done = run_registry("list", "--registry", "regstry", cwd=place)

    assert done.stderr == (
        f"error: {place}/regstry is not a registry: it does not exist\n"
        f"hint: check the path; a new registry there: registry init {place}/regstry\n"
    )


def test_init_says_what_it_means_for_projects_below(place: Path) -> None:
    for name in ("a", "b", "c"):
        shutil.copytree(EXAMPLE, place / name)

    above = run_registry("init", cwd=place)
    inside = run_registry("init", "project", cwd=place)

    assert (above.returncode, above.stderr) == (
        0,
        f"note: {place} holds projects (a, b, c and 1 more): what is run in them uses this registry from now on\n",
    )
    assert (inside.returncode, inside.stderr) == (
        0,
        (
            f"note: {place}/project is inside the git repository {place}: it becomes a repository of its own; "
            "--here commits to that one instead\n"
            f"note: {place}/project holds projects (this folder): what is run in them uses this registry from now on\n"
        ),
    )


def where(printed: str) -> str:
    """The line in which a write says where it went."""
    return next(line for line in printed.splitlines() if line.startswith("  in "))


def test_every_write_says_where_it_went_and_how_that_was_found(home: Path) -> None:
    project = shutil.copytree(EXAMPLE, home / "project")
    run_registry("init", "deployments", "--default", cwd=home)
    words = ["register", "--project-dir", str(project)]
    commands = [words, [*words, "--dry-run"], ["remove", "example-http-flask"], ["restore", "example-http-flask"]]
    said = [where(run_registry(*command, cwd=home).stdout) for command in commands]
    data = run_registry(*words, "--json", cwd=home, env={"REGISTRY_PATH": "deployments"})

    assert said == ["  in ~/deployments, your default"] * 4
    assert data.stderr == "registered again in ~/deployments, REGISTRY_PATH names it\n"


def test_a_registry_that_is_near_is_told_from_the_default(place: Path, home: Path) -> None:
    words = ["register", "--project-dir", str(place / "project"), "--dry-run"]
    run_registry("init", str(home / "deployments"), "--default", cwd=place)
    other = run_registry(*words, cwd=place / "registry/deep")
    run_registry("init", "registry", "--default", cwd=place)
    same = run_registry(*words, cwd=place / "registry/deep")

    assert where(other.stdout) == f"  in {place}/registry, found upward from here; your default is ~/deployments"
    assert where(same.stdout) == f"  in {place}/registry, found upward from here"


def test_init_again_has_nothing_new_to_say(place: Path) -> None:
    assert run_registry("init", "registry", cwd=place).stderr == ""


NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull}


def test_an_init_that_fails_leaves_nothing_behind(place: Path) -> None:
    (place / "own").mkdir()
    (place / "own/notes").write_text("mine")

    new, old = (run_registry("init", path, cwd=place, env=NOBODY) for path in ("far/new", "own"))

    assert (new.returncode, old.returncode) == (1, 1)
    assert "git does not know who you are" in new.stderr
    assert not (place / "far").exists()
    assert [file.name for file in (place / "own").iterdir()] == ["notes"]


def test_a_damaged_repository_is_never_taken_away(place: Path) -> None:
    (place / "own/.git").mkdir(parents=True)
    (place / "own/.git/precious").write_text("mine")

    assert run_registry("init", "own", cwd=place, env=NOBODY).returncode == 1
    assert (place / "own/.git/precious").read_text() == "mine"


def test_a_registration_that_fails_leaves_no_personal_registry(place: Path, home: Path) -> None:
    failed = run_registry("register", "--project-dir", "project", cwd=place, env=NOBODY)

    assert (failed.returncode, (home / HOME_REGISTRY).exists()) == (1, False)
    assert "git does not know who you are" in failed.stderr
    assert run_registry("register", "--project-dir", "project", cwd=place).returncode == 0


def test_the_users_own_configuration_is_where_git_is_told_it_is(place: Path) -> None:
    configuration = place / "gitconfig"
    configuration.write_text("[user]\n\tname = Grace\n\temail = grace@example.org\n")

    done = run_registry("init", "mine", cwd=place, env={"GIT_CONFIG_GLOBAL": str(configuration)})

    assert done.returncode == 0
    assert git("log", "-1", "--format=%an", cwd=place / "mine") == "Grace"


@pytest.mark.parametrize("path", ["registry/registry-data", "registry/registry-data/registry.yaml"])
def test_a_part_of_a_registry_is_told_which_one(place: Path, path: str) -> None:
    done = run_registry("--registry", path, "list", cwd=place)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {place / path} is not a registry")
    assert done.stderr.endswith(f"hint: it is a part of one: {place}/registry\n")


def test_the_whole_home_is_no_registry(home: Path) -> None:
    done = run_registry("init", cwd=home)

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        (
            f"error: {home} is your home: all of it would be in the registry's repository\n"
            "hint: name a folder for the registry: registry init ~/deployments\n"
        ),
    )
    assert not (home / ".git").exists()


def test_a_registry_that_is_no_default_says_where_it_is_used(tmp_path: Path) -> None:
    first = run_registry("init", "one", cwd=tmp_path)
    second = run_registry("init", "two", "--default", cwd=tmp_path)
    third = run_registry("init", "three", cwd=tmp_path)

    note = "note: it is used there and below; --default makes it yours everywhere\n"
    assert [one.stderr for one in (first, second, third)] == [note, "", ""]


def test_a_registry_without_a_path_is_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    done = run_registry("init", cwd=tmp_path / "new")

    assert done.stdout == f"{tmp_path}/new is now a registry\n"


def test_a_clone_that_is_there_is_joined_already(place: Path) -> None:
    words = ["init", "joined", "--clone", "registry"]
    assert run_registry(*words, cwd=place).returncode == 0

    again = run_registry(*words, "--default", cwd=place)
    other = run_registry("init", "joined", "--clone", "elsewhere", cwd=place)

    assert (again.returncode, again.stdout) == (0, "joined is already a registry and your default\n")
    assert (other.returncode, other.stderr.startswith(f"error: {place}/joined exists and is not empty")) == (1, True)


@pytest.mark.parametrize("command", ["pull", "list", "validate"])
def test_a_default_that_is_gone_is_said_to_be_the_default(place: Path, command: str) -> None:
    run_registry("init", "registry", "--default", cwd=place)
    (place / "registry").rename(place / "moved")

    done = run_registry(command, cwd=place)
    which = run_registry("which", cwd=place)

    assert (done.returncode, done.stderr) == (
        1,
        (
            f"error: {place}/registry is not a registry: it does not exist\n"
            "hint: it is your default: bring it back, or choose another: registry init PATH --default\n"
        ),
    )
    assert (which.returncode, which.stderr) == (0, "your default, and it is not there\n")
