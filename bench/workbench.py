"""How each command is run: which programs, in which folder and environment, with fresh work to do every time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.fixture import build_registry, record_file
from bench.rows import Command

_ROOT = Path(__file__).parent.parent
_EXAMPLE = _ROOT / "examples/example-transformers-vllm"
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
        self._scratch = scratch
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
            build_registry(self._registry(size), size, self._environment)
            clone = ["git", "clone", "-q", str(self._registry(size)), str(self._clone(size))]
            subprocess.run(clone, env=self._environment, check=True)

    def steps(self, command: Command, turn: int) -> list[Step]:
        """The processes that make up `command`. Whatever it needs to have work to do in this `turn` is prepared."""
        match command.kind:
            case "python":
                return [self._step(sys.executable, "-c", "pass")]
            case "version":
                return [self._step("registry", "--version")]
            case "list":
                return [self._step("registry", "list", size=command.size)]
            case "register":
                return [self._step("./do/register", "--notes", f"Turn {turn}", size=command.size)]
            case "commit":
                folder = self._clone(command.size)
                path, content = record_file(turn % command.size, notes=f"Turn {turn}")
                (folder / path).write_bytes(content)
                return [
                    Step(["git", "add", path], folder, self._environment),
                    Step(["git", "commit", "-q", "-m", f"Turn {turn}"], folder, self._environment),
                ]

    def _step(self, *arguments: str, size: int = 0) -> Step:
        chosen = {"REGISTRY_PATH": str(self._registry(size))} if size else {}
        return Step(arguments, self._scratch / "project", self._environment | chosen)

    def _registry(self, size: int) -> Path:
        return self._scratch / f"registry-{size}"

    def _clone(self, size: int) -> Path:
        return self._scratch / f"clone-{size}"
