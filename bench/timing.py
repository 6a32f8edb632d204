"""How commands are timed: whole processes, taken in turns so that a busy moment falls on all of them, and medians."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from statistics import median

from bench.rows import Command
from bench.workbench import Step, Workbench

ROUNDS = 11
_WARM_UP = 1  # compiles modules and fills the file cache; not counted


def measure(workbench: Workbench, commands: Sequence[Command]) -> tuple[dict[Command, float], list[str]]:
    """The median time of each command in seconds, and why the ones that are missing failed."""
    times: dict[Command, list[float]] = {command: [] for command in commands}
    failures: list[str] = []
    for turn in range(_WARM_UP + ROUNDS):
        for command in list(times):
            try:
                seconds = sum(_time(step) for step in workbench.steps(command, turn))
            except subprocess.CalledProcessError as failure:
                failures.append(f"{failure} {failure.stderr.decode(errors='replace').strip()}")
                del times[command]
                continue
            if turn >= _WARM_UP:
                times[command].append(seconds)
    return {command: median(taken) for command, taken in times.items()}, failures


def _time(step: Step) -> float:
    started_at = time.perf_counter()
    subprocess.run(
        step.arguments,
        cwd=step.folder,
        env=step.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - started_at
