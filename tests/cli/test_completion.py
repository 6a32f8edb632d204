"""Completion, in the real shells: the words that fit, from the registry that is meant, and nothing that runs."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_tool.cli.app import GROUPS
from tests.programs import TIME_LIMIT, git, run_registry
from tests.trail.registries import minimal, new_registry, put

NAMES = [name for group in GROUPS.values() for name in group]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with records in two regions, one project with a name that a shell could take for a command."""
    folder = new_registry(tmp_path / "registry")
    put(folder, minimal(projectName="qwen-chat", modelName="Qwen/Qwen3-4B"))
    put(folder, minimal(configId="ab" + "0" * 14, projectName="qwen-batch", awsRegion="eu-west-1", status="partial"))
    put(folder, minimal(configId="cd" + "0" * 14, projectName="$(touch pwned)"))
    git("tag", "release-1", cwd=folder)
    return folder


def complete(*words: str, cwd: Path) -> list[str]:
    """The values that are offered for the last of the words."""
    done = run_registry(*words, cwd=cwd, env={"_REGISTRY_COMPLETE": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t")[1] or line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["li"], ["list", "live"]),
        (["--no"], ["--no-pager"]),
        (["sync", ""], ["plan", "apply", "status"]),
        (["list", "--re"], ["--removed", "--replaced", "--registry", "--region"]),
        (["list", "--region", ""], ["eu-west-1", "us-east-1"]),
        (["list", "--region", "us"], ["us-east-1"]),
        (["list", "--region=us"], ["--region=us-east-1"]),
        (["list", "--region", "=", "us"], ["us-east-1"]),
        (["list", "--region", "="], ["eu-west-1", "us-east-1"]),
        (["list", "--model", "Q"], ["Qwen/Qwen3-4B"]),
        (["list", "--project", "qwen-"], ["qwen-batch", "qwen-chat"]),
        (["list", "--status", "p"], ["partial"]),
        (["register", "--status", ""], ["success", "partial", "failed"]),
        (["list", "--target", "b"], ["batch-transform"]),
        (["list", "--format", "j"], ["json", "jsonl"]),
        (["list", "--sort", "r"], ["region", "registered"]),
        (["show", "ab"], ["ab00000000000000"]),
        (["show", "qwen-c"], ["qwen-chat"]),
        (["compare", "qwen-chat", "qwen-b"], ["qwen-batch"]),
        (["show", "qwen-chat", "qwen-b"], []),
        (["restore", "qwen-chat", "--at", "rel"], ["release-1"]),
        (["diff", "rel"], ["release-1"]),
        (["register", "--branch", "m"], ["main"]),
        (["register", "--project-dir", ""], ["file"]),
        (["register", "--project", "--js"], ["--json"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["nonsense", "x"], []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_fits_is_offered(root: Path, words: list[str], values: list[str]) -> None:
    assert complete(*words, cwd=root) == values


def test_every_command_is_offered_and_completes_its_options(root: Path) -> None:
    assert complete("", cwd=root)[: len(NAMES)] == NAMES
    assert {name for name in NAMES if "--help" not in complete(name, "--h", cwd=root)} == set()


@pytest.mark.usefixtures("root")
def test_the_registry_that_is_named_is_asked(tmp_path: Path) -> None:
    for words in (
        ["--registry", "registry", "show"],
        ["show", "--registry", "registry"],
        ["--registry=registry", "show"],
    ):
        assert complete(*words, "qwen-c", cwd=tmp_path) == ["qwen-chat"]


def test_without_a_registry_nothing_is_offered_and_nothing_said(tmp_path: Path) -> None:
    assert complete("show", "qwen", cwd=tmp_path) == []
    assert complete("show", "--registry", "nowhere", "qwen", cwd=tmp_path) == []


def test_a_revision_comes_with_what_it_was(root: Path) -> None:
    commit = git("rev-parse", "--short=12", "HEAD", cwd=root)

    done = run_registry("list", "--at", commit[:4], cwd=root, env={"_REGISTRY_COMPLETE": "1"})

    assert re.fullmatch(rf"value\t{commit}\t\d{{4}}-\d\d-\d\d .*\n", done.stdout)


SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
SETUPS = {
    "bash": "PS1='READY '; source <(registry completion bash)",
    "zsh": "PS1='READY '; autoload -U compinit; compinit -D; source <(registry completion zsh)",
    "fish": "function fish_prompt; echo 'READY '; end; registry completion fish | source",
}


class Terminal:
    """A shell in a terminal, to which keys are sent."""

    def __init__(self, shell: str, folder: Path) -> None:
        """Start it, with completion set up."""
        self._process, self._keys = pty.fork()
        if not self._process:  # the shell, with a terminal that is its own
            os.chdir(folder)
            os.environ.update(TERM="xterm", COLUMNS="200")
            os.execvp(SHELLS[shell][0], SHELLS[shell])  # noqa: S606  it is one
        self.send(f"{SETUPS[shell]}; echo set-up-is-do''ne\r")
        self.wait("set-up-is-done")

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._keys, keys.encode())

    def wait(self, text: str) -> str:
        """What is shown until `text` is there."""
        shown = ""
        end = time.monotonic() + TIME_LIMIT
        while text not in shown:
            ready, _, _ = select.select([self._keys], [], [], 1)
            assert time.monotonic() < end, shown
            if ready:
                shown += os.read(self._keys, 65536).decode(errors="replace")
                self._answer(shown)
        return shown

    def _answer(self, shown: str) -> None:
        """Fish asks the terminal what it can do, and waits for an answer."""
        if shown.endswith(("\x1b[0c", "\x1b[c")) or "\x1b[0c" in shown[-20:]:
            self.send("\x1b[?62;c")

    def end(self) -> None:
        """End the shell."""
        os.kill(self._process, signal.SIGKILL)
        os.close(self._keys)
        os.waitpid(self._process, 0)


@pytest.fixture(params=SHELLS)
def terminal(request: pytest.FixtureRequest, root: Path) -> Iterator[Terminal]:
    """Each of the shells, in the registry."""
    shell = str(request.param)
    if not shutil.which(shell):
        if os.environ.get("CI"):
            pytest.fail(f"{shell} is not installed: make programs")
        pytest.skip(f"{shell} is not installed: make programs")
    found = Terminal(shell, root)
    yield found
    found.end()


def test_a_shell_completes_what_is_typed(terminal: Terminal) -> None:
    terminal.send("registry li")
    terminal.send("s\t--region eu-w\t--format csv | sed 's/^ab0*,/found:/'\r")

    assert "found:qwen-batch" in terminal.wait("found:qwen-batch")


def test_a_shell_completes_an_option_a_record_and_a_value_joined_to_its_option(terminal: Terminal) -> None:
    terminal.send("registry show qwen-c\t--form\tyaml | sed 's/^projectName: /found:/'\r")
    terminal.wait("found:qwen-chat")
    terminal.send("registry list --region=eu\t--format csv | sed 's/^ab0*,/again:/'\r")

    terminal.wait("again:qwen-batch")


def test_a_name_that_is_a_command_is_completed_as_a_word(terminal: Terminal, root: Path) -> None:
    terminal.send("registry show '$(to\t")
    time.sleep(1)
    terminal.send("\x15registry show \\$\t")
    time.sleep(1)
    terminal.send("\r")
    terminal.send("\x15echo en''ded\r")
    terminal.wait("ended")

    assert not list(root.rglob("pwned"))


def test_the_script_of_another_shell_is_a_usage_error(tmp_path: Path) -> None:
    done = run_registry("completion", "tcsh", cwd=tmp_path)

    assert (done.returncode, "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr) == (2, True)


def test_an_answer_loads_no_more_than_a_list(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "registry_tool", "show", "qwen"],
        cwd=root,
        env=os.environ | {"_REGISTRY_COMPLETE": "1"},
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
    )

    loaded = set(re.findall(r"(?m)^import time: .*\| +([\w.]+)", done.stderr))
    assert loaded & {"botocore", "jsonschema", "rich", "yaml", "importlib.resources", "registry_tool.capture"} == set()
