"""On a terminal, what is read fits its width, and long output goes through git's pager as git does it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from registry_tool.views.fitting import cells
from tests.programs import TIME_LIMIT, git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
LONG = (
    "Notes that are much longer than a terminal is wide, with 模型 in them, and with their point at the very end: here"
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with four records, one of them with two registrations."""
    place = tmp_path_factory.mktemp("terminal")
    for name in ("example-transformers-vllm", "example-multi-ic", "example-http-flask", "example-diffusors-vllm-omni"):
        shutil.copytree(EXAMPLES / name, place / name)
    return place


@pytest.fixture
def root(registry: Path, home: Path) -> Path:
    """The registry, made by the first test that wants it: only then is there an identity."""
    root = registry / "registry"
    if not root.exists():
        run_registry("init", str(root), cwd=registry)
        for project in sorted(registry.glob("example-*")):
            run_registry("register", "--project-dir", str(project), "--notes", LONG, cwd=root)
        config = registry / "example-transformers-vllm/do/config"
        config.write_text(config.read_text().replace("v0.8.5", "v0.9.0-with-a-tag-that-is-longer-than-usual"))
        run_registry("register", "--project-dir", "../example-transformers-vllm", "--status", "partial", cwd=root)
    assert home.is_dir()
    return root


def on_terminal(*words: str, cwd: Path, width: int = 80, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """What `registry WORDS` shows on a terminal of this width, and its exit code."""
    keyboard, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 500, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    running = subprocess.Popen(
        [sys.executable, "-m", "registry_tool", *words],
        cwd=cwd,
        env={**environment, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=subprocess.STDOUT,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(keyboard, 65536)
        except OSError:  # so Linux says that nobody writes any more
            break
        if not piece:
            break
        shown += piece
    os.close(keyboard)
    code = running.wait(TIME_LIMIT)
    return code, re.sub(r"\x1b\[\d*m", "", shown.decode()).replace("\r\n", "\n")


def keyboard_of(*words: str, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """As `on_terminal`, with a keyboard: what is shown, and the exit code."""
    process, keyboard = pty.fork()
    if not process:
        os.chdir(cwd)
        os.environ.update(env)
        os.execv(sys.executable, [sys.executable, "-m", "registry_tool", *words])  # noqa: S606  it is one
    shown = b""
    with suppress(OSError):  # so Linux says that nobody writes any more
        while piece := os.read(keyboard, 65536):
            shown += piece
    os.close(keyboard)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode().replace("\r\n", "\n")


def editing(root: Path, script: str, variable: str = "GIT_EDITOR") -> tuple[int, str]:
    """`register --edit` with an editor that is a line of the shell, in which $1 is the file."""
    editor = root.parent / "editor.sh"
    editor.write_text(script)
    words = ["register", "--project-dir", "../example-http-flask", "--edit"]
    return keyboard_of(*words, cwd=root, env={variable: f"sh {editor}"})


@pytest.mark.parametrize("variable", ["GIT_EDITOR", "VISUAL", "EDITOR"])
def test_notes_are_written_in_gits_editor(root: Path, variable: str) -> None:
    code, _ = editing(
        root, f'{{ echo "With {variable}"; echo; echo "more of it"; cat "$1"; }} > "$1.new"; mv "$1.new" "$1"', variable
    )

    assert (code, git("log", "-1", "--format=%B", cwd=root).split("\n\nConfig-Id")[0]) == (
        0,
        f"With {variable}\n\nmore of it",
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true", "error: there are no notes, so nothing was registered\nhint: write some, or leave out --edit\n"),
        ("exit 3", "error: the editor ended with 3: nothing was registered\nhint: it is 'sh "),
    ],
)
def test_without_notes_from_the_editor_nothing_is_registered(root: Path, script: str, said: str) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)

    code, shown = editing(root, script)

    assert (code, shown.startswith(said), git("rev-parse", "HEAD", cwd=root)) == (1, True, tip)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "error: --edit needs a terminal\nhint: --notes TEXT, or --notes-file FILE\n"),
        (["--notes", "x"], "error: --edit and other notes contradict each other\nhint: give one of them\n"),
    ],
)
def test_an_editor_needs_a_terminal_and_no_other_notes(root: Path, words: list[str], said: str) -> None:
    done = run_registry("register", "--project-dir", "../example-http-flask", "--edit", *words, cwd=root)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


READERS = [
    ["list"], ["log"], ["log", "--changes"], ["blame", "example-transformers-vllm"], ["search", "example"],
    ["compare", "--by", "region"], ["diff", "HEAD~5..HEAD"], ["review", "HEAD~1..HEAD"],
]  # fmt: skip


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(root: Path, words: list[str], width: int) -> None:
    code, shown = on_terminal("--no-pager", *words, cwd=root, width=width)

    wide = [line for line in shown.splitlines() if cells(line) > width]
    prose = [LONG[-10:], "retest", "    Notes that", "changed ", "  Ada"]  # sentences may wrap, cells may not
    assert (code, [line for line in wide if not any(word in line for word in prose)]) == (0, [])


def test_a_narrow_comparison_leaves_records_out_with_a_word(root: Path) -> None:
    _, shown = on_terminal("--no-pager", "compare", "--by", "projectName", cwd=root, width=80)

    heading, *_, last = shown.splitlines()
    assert heading.startswith("FIELD")
    assert re.fullmatch(r"no room for example-transformers-vllm ec.*….* be82fdea \(--format csv\)", last)


def test_in_a_pipe_nothing_is_cut(root: Path) -> None:
    assert LONG in run_registry("list", "--format", "csv", cwd=root, env={"COLUMNS": "40"}).stdout
    assert LONG.split(":", maxsplit=1)[0][:60] in run_registry("log", cwd=root, env={"COLUMNS": "40"}).stdout


@pytest.mark.parametrize(
    ("configured", "variables", "paged"),
    [
        ("", {"GIT_PAGER": "sed s/^/1:/", "PAGER": "sed s/^/3:/"}, "1:"),
        ("sed s/^/2:/", {"PAGER": "sed s/^/3:/"}, "2:"),
        ("", {"PAGER": "sed s/^/3:/"}, "3:"),
        ("", {"PAGER": "cat"}, ""),
        ("", {"GIT_PAGER": ""}, ""),
        ("", {"PAGER": "no-such-pager"}, ""),
    ],
    ids=["GIT_PAGER", "core.pager", "PAGER", "cat", "none", "not there"],
)
def test_the_pager_is_the_one_of_git(root: Path, configured: str, variables: dict[str, str], paged: str) -> None:
    if configured:
        git("config", "--global", "core.pager", configured, cwd=root)

    code, shown = on_terminal("list", cwd=root, env=variables)
    _, straight = on_terminal("--no-pager", "list", cwd=root, env=variables)

    assert (code, shown.splitlines()[0].startswith(f"{paged}CONFIG ID")) == (0, True)
    assert straight.splitlines()[0].startswith("CONFIG ID")


def test_the_pager_of_a_repository_is_not_run(root: Path) -> None:
    git("config", "core.pager", "sed s/^/evil:/", cwd=root)

    _, shown = on_terminal("list", cwd=root, env={"PAGER": "cat"})

    git("config", "--unset", "core.pager", cwd=root)
    assert "evil" not in shown


def test_a_pager_that_is_left_early_is_no_error(root: Path) -> None:
    assert on_terminal("log", "--changes", cwd=root, env={"PAGER": "head -1"})[0] == 0


def test_a_short_output_stays_on_the_screen(root: Path) -> None:
    _, shown = on_terminal("list", cwd=root, env={"PAGER": "printenv LESS LV"})

    assert shown == "FRX\n-c\n"


def test_an_error_on_a_terminal_is_no_matter_of_the_pager(root: Path) -> None:
    code, shown = on_terminal("show", "nosuch", cwd=root, env={"PAGER": "sed s/^/paged:/"})

    assert (code, shown.splitlines()[0]) == (1, "error: no record answers to 'nosuch'")


def test_help_uses_the_width_there_is(root: Path) -> None:
    narrow, wide = (on_terminal("register", "--help", cwd=root, width=width)[1] for width in (80, 140))

    assert max(map(len, narrow.splitlines())) <= 80 < max(map(len, wide.splitlines())) <= 140
