"""Bad input ends in one clear error, an exit code that means something, and nothing written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import git, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a registry `registry` and a project `project`."""
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    shutil.copytree(EXAMPLE, tmp_path / "project")
    return tmp_path


def register(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry("register", "--registry", "registry", "--project-dir", "project", *arguments, cwd=place)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("exit 3\n", "do/config"),
        ("if true; then\n", "do/config"),
        ('export PROJECT_NAME=""\n', "PROJECT_NAME"),
        ('export PROJECT_NAME=x\nexport DEPLOYMENT_CONFIG=""\n', "DEPLOYMENT_CONFIG"),
        ('export PROJECT_NAME=x\nexport DEPLOYMENT_CONFIG="pytorch-x"\n', "pytorch"),
    ],
    ids=["exits", "syntax", "no-project-name", "no-deployment-config", "unknown-architecture"],
)
def test_a_bad_do_config_is_named_and_nothing_is_written(place: Path, config: str, says: str) -> None:
    (place / "project/do/config").write_text(config)

    done = register(place)

    assert (done.returncode, done.stdout, says in done.stderr) == (1, "", True)
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
    assert git("rev-list", "--count", "HEAD", cwd=place / "registry") == "1"


def test_a_project_without_do_config_is_refused(place: Path) -> None:
    (place / "project/do/config").unlink()

    done = register(place)

    assert (done.returncode, "do/config" in done.stderr, "hint: " in done.stderr) == (1, True, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--status", "great"], 2),
        (["--nonsense"], 2),
        (["--notes"], 2),
        (["stray"], 2),
    ],
)
def test_a_bad_command_line_is_exit_2(place: Path, arguments: list[str], code: int) -> None:
    done = register(place, *arguments)

    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (code, "", False)


def test_an_argument_that_is_not_text_is_exit_2(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "registry_tool", "register", "--notes", b"\xff\xfe"],
        cwd=place,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr.startswith(b"error: an argument is not UTF-8")) == (2, b"", True)


def test_a_project_is_not_made_a_registry_by_a_hint(place: Path) -> None:
    done = run_registry("list", "--registry", "project", cwd=place)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {place}/project is not a registry: it is not a git repository\n"
        "hint: it is a project: name the registry's folder, or make one elsewhere: registry init PATH\n"
    )


def test_a_repository_that_is_no_registry_is_not_written_to(place: Path) -> None:
    git("init", "--quiet", "plain", cwd=place)

    done = run_registry("register", "--registry", "plain", "--project-dir", "project", cwd=place)

    assert (done.returncode, "has no registry-data/registry.yaml" in done.stderr) == (1, True)


def test_before_the_first_registration_there_is_nothing_to_read(tmp_path: Path) -> None:
    done = run_registry("list", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (
        1,
        "error: there is no registry here yet\nhint: register a deployment, or: registry init PATH\n",
    )


def test_a_read_only_registry_is_refused_in_words(place: Path) -> None:
    if os.geteuid() == 0:
        # Root may write anywhere, so the folder becomes one that nobody can: a file stands in its place.
        (place / "registry/.git/registry-tool").rename(place / "moved")
        (place / "registry/.git/registry-tool").write_text("")
    else:
        (place / "registry/.git").chmod(0o500)

    done = register(place)
    if os.geteuid() != 0:
        (place / "registry/.git").chmod(0o700)

    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)


def test_a_record_with_merge_markers_does_not_hide_the_others(place: Path) -> None:
    register(place)
    shutil.copytree(EXAMPLE.parent / "example-http-flask", place / "other")
    run_registry("register", "--registry", "registry", "--project-dir", "other", cwd=place)
    record = place / "registry/registry-data/records/be/be82fdeac39025da.yaml"
    record.write_text("<<<<<<< ours\n" + record.read_text() + "=======\n>>>>>>> theirs\n")
    git("commit", "--quiet", "--all", "--message", "conflict", cwd=place / "registry")

    done = run_registry("list", cwd=place / "registry")

    assert (done.returncode, "example-transformers-vllm" in done.stdout) == (0, True)
    assert done.stderr.startswith("warning: registry-data/records/be/be82fdeac39025da.yaml is not listed: line 1: ")


def test_an_unknown_selector_suggests_the_nearest_project(place: Path) -> None:
    register(place)

    done = run_registry("show", "example-transformer-vllm", cwd=place / "registry")

    assert done.stderr == (
        "error: no record answers to 'example-transformer-vllm'\n"
        "hint: did you mean 'example-transformers-vllm'? see: registry list\n"
    )


def test_two_revisions_instead_of_a_record_are_told_how_they_are_written(place: Path) -> None:
    done = run_registry("diff", "HEAD", "main", cwd=place / "registry")

    assert (done.returncode, done.stderr) == (
        1,
        "error: no record answers to 'HEAD'\nhint: to compare the whole registry: registry diff HEAD..main\n",
    )


def test_a_file_that_was_deleted_here_stays_so_and_that_is_said(place: Path) -> None:
    register(place)
    (file,) = (place / "registry/registry-data/records").rglob("*.yaml")
    file.unlink()

    done = register(place)

    path = file.relative_to(place / "registry")
    assert (done.returncode, done.stderr) == (
        0,
        (
            f"note: {path} was changed or deleted here and that is not committed, so the file was left as it is; "
            f"to have the branch's: git checkout HEAD -- {path}\n"
        ),
    )
    git("checkout", "HEAD", "--", str(path), cwd=place / "registry")
    assert git("status", "--porcelain", cwd=place / "registry") == ""


def test_an_edited_file_stays_after_its_removal_and_that_is_said(place: Path) -> None:
    register(place)
    (file,) = (place / "registry/registry-data/records").rglob("*.yaml")
    file.write_text("mine: true\n")

    done = run_registry("remove", file.stem, "--yes", cwd=place / "registry")

    path = file.relative_to(place / "registry")
    assert (done.returncode, file.read_text()) == (0, "mine: true\n")
    assert done.stderr.endswith(f"so the file was left as it is; to be rid of it: rm {path}\n")


def test_an_ambiguous_selector_lists_the_candidates(place: Path) -> None:
    register(place)
    config = place / "project/do/config"
    config.write_text(config.read_text().replace("us-east-1", "eu-west-1"))
    register(place)

    done = run_registry("show", "example-transformers-vllm", cwd=place / "registry")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: 'example-transformers-vllm' can mean 2 records:\n  ")
    assert "ec3f1a0072d1b3d4" in done.stderr


def test_a_reader_that_goes_away_is_no_error(place: Path) -> None:
    register(place)

    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m registry_tool log | true; echo ${{PIPESTATUS[0]}}"],
        cwd=place / "registry",
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.stdout.strip() in {"0", "141"}, done.stderr) == (True, "")


@pytest.mark.parametrize("words", [["validate", "x" * 300], ["list", "--registry", "x" * 300]])
def test_what_the_system_refuses_is_an_error_and_no_bug(place: Path, words: list[str]) -> None:
    done = run_registry(*words, cwd=place / "registry")

    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
    assert "File name too long" in done.stderr
