"""The house keeps its promises: tests in a pinned world, a safe lock, layers that can fail, exceptions with reasons."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tests import conftest
from tests.programs import git

ROOT = Path(__file__).parent.parent
LOCKS = {name: (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8") for name in ("dev", "action")}
"""What `make lock` writes, by the dependency group of `pyproject.toml` that it pins."""
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)


def test_git_knows_one_identity(tmp_path: Path) -> None:
    git("init", "-q", cwd=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=tmp_path)

    assert git("log", "--format=%an <%ae> on %S", "--all", cwd=tmp_path) == (
        "Ada Lovelace <ada@example.org> on refs/heads/main"
    )


def test_the_home_is_the_tests_own(home: Path) -> None:
    assert Path.home() == home


def test_nothing_of_the_developers_environment_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith(("AWS_", "REGISTRY_", "HF_", "VLLM_", "GIT_AUTHOR"))]


@pytest.mark.parametrize("place", conftest.FORBIDDEN)
def test_touching_the_developers_own_files_fails_the_test(place: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="the developer's own"):
        Path(place).read_bytes()


def test_the_name_of_a_class_means_one_thing() -> None:
    """The face shows people what the layers below hold, under the same names."""
    places: dict[str, list[str]] = {}
    for file in (ROOT / "registry_tool").rglob("*.py"):
        if file.parent.name != "face":
            for name in re.findall(r"(?m)^class ([A-Z]\w*)", file.read_text(encoding="utf-8")):
                places.setdefault(name, []).append(str(file.relative_to(ROOT)))

    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def entries(lock: str) -> dict[str, str]:
    """What a lock says of each package, by name: its version, where it is wanted, its hashes."""
    found = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", lock).strip())
    return {entry.partition("==")[0]: entry for entry in found}


def pins(lock: str) -> dict[str, list[str]]:
    """The version and the hashes of each package, by name."""
    return {name: re.findall(r"==[^\s;]+|sha256:\w+", entry) for name, entry in entries(lock).items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_pin_every_package_by_hash(lock: str) -> None:
    pinned = r"[\w.-]+==\S+ [^\n]*\\\n +--hash=sha256:"

    assert [entry for entry in entries(LOCKS[lock]).values() if not re.match(pinned, entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_cover_every_dependency(lock: str) -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    wanted += PROJECT["dependency-groups"][lock]
    names = {re.split(r"[<>=;[]", requirement)[0].lower() for requirement in wanted}

    assert names - entries(LOCKS[lock]).keys() == set()


def test_what_the_action_installs_is_what_the_tests_run_with() -> None:
    """Branches that each ran `make lock` can merge without a conflict into locks that differ: run it once more."""
    tested = pins(LOCKS["dev"])

    assert {name: pin for name, pin in pins(LOCKS["action"]).items() if pin != tested.get(name)} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_name_no_package_index(lock: str) -> None:
    assert re.findall(r"(?m)^-.*|\S*://\S*", LOCKS[lock]) == []


def test_every_lint_exception_says_why() -> None:
    exceptions = re.findall(r'(?m)^    "[A-Z]+\d+",.*', PROJECT_TEXT)

    assert exceptions
    assert [line for line in exceptions if not re.search(r", +# \w.{10}", line)] == []


def test_make_lists_each_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"(?m)^\.PHONY: (.*)", text)[0].split()
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, check=True, encoding="utf-8").stdout

    assert [line.split()[0] for line in listed.splitlines()] == targets


def test_the_layers_refuse_an_import_that_goes_upward(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "registry_tool", tmp_path / "registry_tool", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    lowest = tmp_path / "registry_tool/errors.py"
    lowest.write_text(lowest.read_text(encoding="utf-8") + "\nimport registry_tool.record.layout\n", encoding="utf-8")

    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    refusal = "registry_tool.errors is not allowed to import registry_tool.record"
    assert (done.returncode, refusal in done.stdout) == (1, True)


def test_our_workflows_are_safe() -> None:
    done = subprocess.run(
        ["bash", ROOT / "scripts/lint-workflows.sh"],
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (done.returncode, "zizmor is not on PATH" in done.stderr) == (0, False), done.stdout


def test_an_unsafe_workflow_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    workflow = tmp_path / ".github/workflows/ci.yml"
    workflow.write_text(re.sub(r"@[0-9a-f]{40} # \S+", "@v6", workflow.read_text(encoding="utf-8")), encoding="utf-8")

    done = subprocess.run(
        [Path(sys.executable).with_name("zizmor"), "--offline", "--quiet", ".github"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (done.returncode != 0, "unpinned-uses" in done.stdout) == (True, True)


def test_ci_runs_on_every_python_that_the_metadata_promises() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    promised = re.findall(r":: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))

    assert re.findall(r"python: \[(.*)\]", workflow) == [", ".join(f'"{version}"' for version in promised)]


def test_no_sentence_cites_a_document_that_is_not_here() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.sh", "*.json"], cwd=ROOT, capture_output=True, check=True
    )
    names = [
        name for name in listed.stdout.decode().split() if name != "tests/test_house.py" and (ROOT / name).is_file()
    ]
    cited = re.compile(r"(?i)\b(?:the|this) design\b|\bdesign(?:'s)?,? section|\bDESIGN\.md|\bissue #?\d")

    assert {name: found for name in names if (found := cited.findall((ROOT / name).read_text(encoding="utf-8")))} == {}


def test_the_changelog_dates_what_was_released() -> None:
    headings = re.findall(r"(?m)^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert headings[0] == "Unreleased"
    assert [heading for heading in headings[1:] if not re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", heading)] == []
