"""What people type instead of what there is gets an answer that says what to do: exit code 2 and exact words."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry_tool.cli.app import LazyCommands
from tests.programs import git, run_here, run_registry

EXAMPLE = Path(__file__).parents[2] / "examples/example-http-flask"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["delete", "x"], "error: there is no command 'delete'\nhint: registry remove ID\n"),
        (["rm"], "error: there is no command 'rm'\nhint: registry remove ID\n"),
        (["history"], "error: there is no command 'history'\nhint: registry log [ID]\n"),
        (["version"], "error: there is no command 'version'\nhint: registry --version\n"),
        (
            ["config"],
            (
                "error: there is no command 'config'\n"
                "hint: edit registry-data/registry.yaml, and commit it; registry validate checks it\n"
            ),
        ),
        (
            ["revert"],
            (
                "error: there is no command 'revert'\n"
                "hint: registry undo ID takes back the last step; registry restore ID --at REVISION goes further back\n"
            ),
        ),
        (
            ["edit"],
            (
                "error: there is no command 'edit'\n"
                "hint: edit the file that registry show names, then: registry fmt, and commit it\n"
            ),
        ),
        (
            ["info"],
            (
                "error: there is no command 'info'\n"
                "hint: registry show ID for a record, registry status for the registry\n"
            ),
        ),
        (["lst"], "error: there is no command 'lst'\nhint: did you mean registry list?\n"),
        (["xyzzy"], "error: there is no command 'xyzzy'\nhint: see: registry --help\n"),
        (["help", "xyzzy"], "error: there is no command 'xyzzy'\nhint: see: registry --help\n"),
        (
            ["register", "vllm-rt"],
            (
                "error: registry register does not take 'vllm-rt'\n"
                "hint: the project says its own name; for another folder: --project-dir DIR\n"
            ),
        ),
        (
            ["register", "--project", "vllm-rt"],
            (
                "error: registry register does not take 'vllm-rt'\n"
                "hint: the project says its own name; for another folder: --project-dir DIR\n"
            ),
        ),
        (
            ["register", "project"],
            (
                "error: registry register does not take 'project'\n"
                "hint: name the project's folder: registry register --project-dir project\n"
            ),
        ),
        (
            ["register", "--notes", "Upgraded", "to", "vLLM", "--dry-run"],
            (
                "error: registry register does not take 'to vLLM'\n"
                'hint: put the notes in quotes: --notes "Upgraded to vLLM"\n'
            ),
        ),
        (
            ["list", "vllm-rt"],
            "error: registry list does not take 'vllm-rt'\nhint: see: registry list --help\n",
        ),
        (
            ["list", "--since", "2026-03-01"],
            (
                "error: registry list has no --since\n"
                "hint: registry log --since WHEN says what changed since then; "
                "registry list --at WHEN, what there was\n"
            ),
        ),
        (
            ["undo"],
            (
                "error: registry undo needs ID\n"
                'hint: such as registry undo ec3f1a00 --notes "Registered from the wrong branch"; '
                "registry list names the records\n"
            ),
        ),
        (
            ["diff"],
            ("error: registry diff needs ID|A..B|A\nhint: such as registry diff 2026-03-01..HEAD --format jsonl\n"),
        ),
        (
            ["sync", "plan", "now"],
            "error: registry sync plan does not take 'now'\nhint: see: registry sync plan --help\n",
        ),
        (
            ["register", "--project-dir", "project", "--notes", "--dry-run"],
            'error: --notes has no text: --dry-run is an option\nhint: --notes "TEXT" --dry-run\n',
        ),
        (
            ["remove", "x", "--notes", "--dry-run"],
            'error: --notes has no text: --dry-run is an option\nhint: --notes "TEXT" --dry-run\n',
        ),
        (
            ["register", "--project-dir", "project", "--notes", "@notes.txt"],
            "error: --notes takes a text, and @notes.txt names a file\nhint: --notes-file notes.txt\n",
        ),
        (
            ["register", "--project-dir", "project", "--notes", "x", "--notes-file", "notes.txt"],
            "error: --notes and --notes-file contradict each other\nhint: give one of them\n",
        ),
        (
            ["log", "--json", "--format", "jsonl"],
            "error: --json and --format jsonl contradict each other\nhint: give one of them\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_word_is_told_the_right_one(tmp_path: Path, words: list[str], said: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    (tmp_path / "notes.txt").write_text("From a file\n")

    done = run_registry(*words, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_help_is_a_command_too(tmp_path: Path) -> None:
    assert run_registry("help", cwd=tmp_path).stdout == run_registry("--help", cwd=tmp_path).stdout
    assert run_registry("help", "sync", "plan", cwd=tmp_path).stdout == (
        run_registry("sync", "plan", "--help", cwd=tmp_path).stdout
    )


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry beside a project."""
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    return tmp_path / "registry"


@pytest.mark.parametrize(
    ("words", "stdin"), [(["--notes", "-"], "Long notes\n\nOf two parts\n"), (["--notes-file", "../notes.txt"], "")]
)
def test_long_notes_come_from_a_file_or_from_standard_input(registry: Path, words: list[str], stdin: str) -> None:
    (registry.parent / "notes.txt").write_text("Long notes\n\nOf two parts\n")

    run_registry("register", "--project-dir", "../project", *words, cwd=registry, stdin=stdin)

    assert git("log", "-1", "--format=%B", cwd=registry).startswith("Long notes\n\nOf two parts\n\nConfig-Id: ")


def test_notes_that_are_not_there_are_named(registry: Path) -> None:
    done = run_registry("register", "--project-dir", "../project", "--notes-file", "gone.txt", cwd=registry)

    assert (done.returncode, done.stderr) == (
        1,
        (
            "error: cannot read the notes in gone.txt: No such file or directory\n"
            "hint: name a text file, or: --notes TEXT\n"
        ),
    )


def test_a_long_first_line_is_folded_for_the_commit_and_whole_in_the_record(registry: Path) -> None:
    notes = "word " * 400 + "end"

    run_registry("register", "--project-dir", "../project", "--notes", notes, cwd=registry)

    subject, body = git("log", "-1", "--format=%s%x00%b", cwd=registry).split("\0")
    assert (subject, max(map(len, body.splitlines()))) == ("word " * 13 + "word", 69)
    assert " ".join([subject, *body.split("\n\n")[0].split()]) == notes
    assert run_registry("show", "example-http-flask", "--json", cwd=registry).stdout.count("word") == 400


WITH_JSON = [
    ["list"], ["show", "example-http-flask"], ["search", "flask"], ["log"], ["diff", "HEAD~1..HEAD"],
    ["blame", "example-http-flask"], ["validate"], ["review", "HEAD~1..HEAD"], ["scan"], ["doctor"], ["status"],
    ["push", "--dry-run"], ["pull"], ["table", "template"], ["compare", "--by", "region"], ["near", "--region", "us-*"],
    ["stale"],
]  # fmt: skip
ELSEWHERE = {"sync", "ci", "live"}  # these need AWS, and have tests of their own


@pytest.fixture
def shared(registry: Path) -> Path:
    """The registry with two records, and with a remote."""
    shutil.copytree(EXAMPLE.with_name("example-multi-ic"), registry.parent / "other")
    for project in ("project", "other"):
        run_registry("register", "--project-dir", f"../{project}", cwd=registry)
    git("clone", "--quiet", "--bare", ".", "../remote.git", cwd=registry)
    git("remote", "add", "origin", "../remote.git", cwd=registry)
    git("fetch", "--quiet", cwd=registry)
    return registry


def test_json_is_short_for_format_json_on_every_command_that_has_it(shared: Path) -> None:
    for words in WITH_JSON:
        done = run_registry(*words, "--json", cwd=shared)

        assert (done.returncode, type(json.loads(done.stdout))) == (0, dict), words
        assert run_here(*words, "--format", "json", cwd=shared) == run_here(*words, "--json", cwd=shared)


def documented() -> dict[str, tuple[set[str], bool]]:
    """The names that docs/reference/json.md gives each command's object, and whether it says that it has jsonl."""
    page = EXAMPLE.parents[1] / "docs/reference/json.md"
    rows = re.findall(r"(?m)^\| `([a-z -]+)` \| (.*?) \| (.*?) \|$", page.read_text())
    return {command: (set(re.findall(r"`(\w+)`", names)), jsonl == "yes") for command, names, jsonl in rows}


def test_the_json_of_each_command_is_as_it_is_documented(shared: Path) -> None:
    told = documented()
    for words in WITH_JSON:
        if words[0] not in {"show", "table"}:  # a record and a template are documents of their own
            value = json.loads(run_registry(*words, "--json", cwd=shared).stdout)

            assert (value.pop("version"), set(value)) == (1, told[words[0]][0]), words


def test_the_page_about_json_names_every_command_that_writes_it() -> None:
    assert set(documented()) == {
        name for name in with_option("--json") if name.split()[0] not in {"show", "table", "register"}
    }
    assert {name for name, (_, jsonl) in documented().items() if jsonl} == with_format("jsonl") - {"export"}


def test_every_command_with_a_json_format_is_tried_above() -> None:
    assert {name.split()[0] for name in with_option("--json")} - {"register"} == {
        *(words[0] for words in WITH_JSON),
        *ELSEWHERE,
    }


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by all of its words."""
    for name, command in LazyCommands().items():
        inner = getattr(command, "commands", {})
        yield from ((f"{name} {word}", one) for word, one in inner.items())
        if not inner:
            yield name, command


def with_option(option: str) -> set[str]:
    """The commands that take an option."""
    return {name for name, command in commands() if any(option in one.opts for one in command.params)}


def with_format(wanted: str) -> set[str]:
    """The commands that can write a format."""
    return {
        name
        for name, command in commands()
        if any(one.name == "format" and wanted in getattr(one.type, "choices", ()) for one in command.params)
    }


def test_a_missing_extra_is_found_before_anything_is_committed(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)
    (tmp_path / "site/botocore").mkdir(parents=True)
    (tmp_path / "site/botocore/__init__.py").write_text("raise ModuleNotFoundError('no botocore here')\n")
    words = ["register", "--registry", "registry", "--project-dir", "project", "--ci"]

    for more in ([], ["--dry-run"]):
        done = run_registry(*words, *more, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})

        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            (
                "error: the CI table needs botocore, which is not installed\n"
                f"hint: {sys.executable} -m pip install 'botocore>=1.40'\n"
            ),
        )
    assert git("log", "--format=%s", cwd=tmp_path / "registry") == "Create the registry"


def test_a_project_outside_of_git_is_said_to_have_no_origin(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", cwd=tmp_path)

    done = run_registry("register", "--registry", "registry", "--project-dir", "project", "--project", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (
        0,
        f"warning: --project recorded nothing: {tmp_path}/project is not in a git repository\n",
    )


def test_registered_again_without_a_change_says_since_when(registry: Path) -> None:
    words = ["register", "--project-dir", "../project"]
    run_registry(*words, cwd=registry)
    since = json.loads(run_registry("show", "example-http-flask", "--json", cwd=registry).stdout)["registeredAt"]

    rehearsed = run_registry(*words, "--dry-run", cwd=registry).stdout.splitlines()
    again = run_registry(*words, cwd=registry).stdout.splitlines()

    assert (rehearsed[0], rehearsed[-1]) == (
        "would register again be82fdeac39025da example-http-flask (success)",
        f"    nothing changed since {since}",
    )
    assert (again[0], again[-1]) == (
        "registered again be82fdeac39025da example-http-flask (success)",
        f"    nothing changed since {since}",
    )


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (["list", "--no-pager"], "--no-pager stands before the command", "registry --no-pager list"),
        (["register", "-m", "why"], "registry register has no -m", "in full: --notes"),
        (
            ["export", "records.csv"],
            "registry export does not take 'records.csv'",
            "name the file behind --output: registry export --output records.csv",
        ),
        (
            ["register", "nowhere", "--notes", "half the latency"],
            "registry register does not take 'nowhere'",
            "the project says its own name; for another folder: --project-dir DIR",
        ),
        (
            ["register", "half the latency"],
            "registry register does not take 'half the latency'",
            'the notes go behind --notes: --notes "half the latency"',
        ),
    ],
)
def test_what_stands_in_the_wrong_place_is_told_the_right_one(
    tmp_path: Path, words: list[str], error: str, hint: str
) -> None:
    done = run_registry(*words, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {error}\nhint: {hint}\n")


@pytest.mark.parametrize("words", [["register", "--project-dir", "exmples/foo"], ["install", "exmples/foo"]])
def test_a_project_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path, words: list[str]) -> None:
    done = run_registry(*words, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (
        1,
        f"error: there is no folder {tmp_path}/exmples/foo\nhint: check the path of the project\n",
    )


def test_a_config_id_may_be_in_capitals_or_in_the_path_of_its_record(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    run_registry("register", "--registry", "registry", "--project-dir", str(EXAMPLE), cwd=tmp_path)
    path = "registry-data/records/be/be82fdeac39025da.yaml"

    shown = [
        run_registry("show", one, "--registry", "registry", cwd=tmp_path).stdout
        for one in ("be82", "BE82", path, f"registry/{path}")
    ]

    assert shown[0] != ""
    assert set(shown) == {shown[0]}


def test_do_register_runs_in_bash_whoever_starts_it(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_registry("init", "registry", "--default", cwd=tmp_path)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "registry").write_text(f'#!/bin/sh\nexec {sys.executable} -m registry_tool "$@"\n')
    (folder / "registry").chmod(0o755)

    done = subprocess.run(
        ["sh", "do/register", "--notes", "half the latency"],
        cwd=tmp_path / "project",
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("registered be82fdeac39025da ")
