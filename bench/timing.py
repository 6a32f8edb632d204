"""How commands are timed: whole processes, taken in turns so that a busy moment falls on all of them, and medians."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.rows import Command
from bench.workbench import Step, Workbench

ROUNDS = 11
_STARTER = """
import resource, subprocess, sys, time
started_at = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - started_at, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
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


class Cost(NamedTuple):
    """What a program cost, its children's part included: seconds on the clock and of CPU, and its peak memory in MB."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost_of(words: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> Cost:
    """Run a program to its end, from a small one: to the kernel, the memory of whoever starts a program is its own."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", _STARTER, *words],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    seconds, cpu_seconds, kilobytes = map(float, done.stdout.split())
    return Cost(seconds, cpu_seconds, kilobytes / 1024)


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
