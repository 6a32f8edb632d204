"""How each command is run: which programs, in which folder and environment, with fresh work to do every time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.fixture import build_pull_request, build_registry, commit_stream, old_registry, record_file
from bench.rows import Command

REVIEWED = 5_000
"""How many records the pull request changes that is reviewed."""

_ROOT = Path(__file__).parent.parent
_EXAMPLE = _ROOT / "examples/example-transformers-vllm"
_LOAD_YAML = """
import pathlib, sys, yaml
for file in pathlib.Path(sys.argv[1]).glob("registry-data/records/*/*.yaml"):
    yaml.load(file.read_bytes(), yaml.CSafeLoader)
"""
_GIT_CONFIGURATION = "[user]\nname = Ada Lovelace\nemail = ada@example.org\n[gc]\nauto = 0\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One process to time."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)


class Workbench:
    """A scratch folder with everything that the commands need; nothing is written anywhere else."""

    def __init__(self, scratch: Path, sizes: Iterable[int]) -> None:
        """Build the registries of these sizes, which takes about a second for 10,000 records."""
        self.scratch = scratch
        (scratch / "home").mkdir()
        (scratch / "home/.gitconfig").write_text(_GIT_CONFIGURATION, encoding="utf-8")
        # An environment of our own: this drops PYTHONDONTWRITEBYTECODE, with which every run would compile the tool.
        self._environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(scratch / "home"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        shutil.copytree(_EXAMPLE, scratch / "project")
        for size in sizes:
            registry = self._registry(size)
            build_registry(registry, size, self._environment)
            for clone in (
                ["-q", str(registry), str(self._clone(size))],
                ["-q", "--bare", str(registry), f"{registry}.git"],
            ):
                subprocess.run(["git", "clone", *clone], env=self._environment, check=True)
            subprocess.run(["registry", "maintain"], env=self._environment | self._chosen(size), check=True)

    def steps(  # noqa: C901, PLR0911, PLR0912  a case for each kind of command
        self, command: Command, turn: int
    ) -> list[Step]:
        """The processes that make up `command`. Whatever it needs to have work to do in this `turn` is prepared."""
        match command.kind:
            case "python":
                return [self._step(sys.executable, "-c", "pass")]
            case "version":
                return [self._step("registry", "--version")]
            case "list":
                return [self._step("registry", "list", size=command.size)]
            case "list-20":
                return [self._step("registry", "list", "--limit", "20", size=command.size)]
            case "list-some":
                filters = ("--model", "model-77*", "--region", "us-east-1", "--status", "failed")
                return [self._step("registry", "list", *filters, size=command.size)]
            case "list-changed":
                self._run("./do/register", "--notes", f"Turn {turn}", size=command.size)
                return [self._step("registry", "list", size=command.size)]
            case "list-cold":
                for file in (self._registry(command.size) / ".git/registry-tool").glob("index-*"):
                    file.unlink()
                return [self._step("registry", "list", size=command.size)]
            case "show" | "log":
                return [self._step("registry", command.kind, self._config_id(turn), size=command.size)]
            case "validate":
                return [self._step("registry", "validate", size=command.size)]
            case "validate-cold":
                for file in (self._registry(command.size) / ".git/registry-tool").glob("known-good-*"):
                    file.unlink()
                return [self._step("registry", "validate", size=command.size)]
            case "validate-20":
                self._propose(command.size)
                return [self._step("registry", "validate", "--changed", "HEAD..proposal", size=command.size)]
            case "review-20":
                self._propose(command.size)
                for file in (self._registry(command.size) / ".git/registry-tool").glob("*.sqlite*"):
                    file.unlink()  # as in a fresh clone
                return [self._step("registry", "review", "HEAD..proposal", size=command.size)]
            case "review":
                build_pull_request(self._registry(command.size), REVIEWED, self._environment)
                return [self._step("registry", "review", "main..change", "--format", "markdown", size=command.size)]
            case "scan":
                return [self._step("registry", "scan", size=command.size)]
            case "ls-tree":
                return [self._git("ls-tree", "-r", "HEAD", size=command.size)]
            case "git-log":
                path, _ = record_file(turn)
                return [self._git("-c", "core.commitGraph=false", "log", "--", path, size=command.size)]
            case "git-patches":
                return [self._git("log", "--raw", "-p", size=command.size)]
            case "load-yaml":
                return [self._step(sys.executable, "-c", _LOAD_YAML, str(self._registry(command.size)))]
            case "import":
                file = self._file("old.json", old_registry, command.size)
                return [self._step("registry", "import", str(file), "--registry", str(self._empty_registry()))]
            case "fast-import":
                file = self._file("old.json", old_registry, command.size)
                stream = self._file("stream", commit_stream, command.size)
                feed = f"git -C {self._empty_registry()} fast-import --quiet --done --force < {stream}"
                parse = "import json, sys; json.load(open(sys.argv[1], 'rb'))"
                return [self._step("sh", "-c", feed), self._step(sys.executable, "-c", parse, str(file))]
            case "register":
                return [self._step("./do/register", "--notes", f"Turn {turn}", size=command.size)]
            case "register-bare":
                bare = {"REGISTRY_PATH": f"{self._registry(command.size)}.git"}
                step = self._step("./do/register", "--notes", f"Turn {turn}")
                return [Step(step.arguments, step.folder, {**step.environment, **bare})]
            case "commit":
                folder = self._clone(command.size)
                path, content = record_file(turn % command.size, notes=f"Turn {turn}")
                (folder / path).write_bytes(content)
                return [
                    Step(["git", "add", path], folder, self._environment),
                    Step(["git", "commit", "-q", "-m", f"Turn {turn}"], folder, self._environment),
                ]

    def _step(self, *arguments: str, size: int = 0) -> Step:
        return Step(arguments, self.scratch / "project", self._environment | (self._chosen(size) if size else {}))

    def _run(self, *arguments: str, size: int) -> None:
        step = self._step(*arguments, size=size)
        subprocess.run(step.arguments, cwd=step.folder, env=step.environment, capture_output=True, check=True)

    def _file(self, name: str, make: Callable[[int], bytes], size: int) -> Path:
        """A file that is made once."""
        file = self.scratch / f"{size}-{name}"
        if not file.exists():
            file.write_bytes(make(size))
        return file

    def _empty_registry(self) -> Path:
        """A new registry. The last one stays: a file system that has just deleted many files makes new ones slowly."""
        folder = self.scratch / f"empty-{len(list(self.scratch.glob('empty-*')))}"
        subprocess.run(["registry", "init", str(folder)], env=self._environment, capture_output=True, check=True)
        return folder

    def _git(self, *arguments: str, size: int) -> Step:
        return Step(["git", *arguments], self._registry(size), self._environment)

    def _propose(self, size: int) -> None:
        """Make a branch that changes 20 records, once."""
        registry = self._registry(size)
        if (registry / ".git/refs/heads/proposal").exists():
            return
        files = [record_file(number * size // 20, notes="Proposed") for number in range(20)]
        lines = [
            b"commit refs/heads/proposal\ncommitter Ada <ada@example.org> 1780000000 +0000\ndata 1\nx\nfrom HEAD\n"
        ]
        lines += [b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data) for path, data in files]
        subprocess.run(
            ["git", "fast-import", "--quiet"], cwd=registry, env=self._environment, input=b"".join(lines), check=True
        )

    def _config_id(self, number: int) -> str:
        return Path(record_file(number)[0]).stem

    def _chosen(self, size: int) -> dict[str, str]:
        return {"REGISTRY_PATH": str(self._registry(size))}

    def _registry(self, size: int) -> Path:
        return self.scratch / f"registry-{size}"

    def _clone(self, size: int) -> Path:
        return self.scratch / f"clone-{size}"
