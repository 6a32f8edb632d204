"""What no ratio of two run times shows: many writers at once, how much memory a reader takes, absolute promises."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median, quantiles

from bench.rows import Command
from bench.timing import cost_of
from bench.workbench import REVIEWED, Step, Workbench

_WRITERS = 8
_EACH = 6
LARGE = 100_000
"""The registry that is measured, by its number of records."""


def writers(workbench: Workbench) -> Iterator[str]:
    """Table lines: throughput of eight writers against git's own under a lock, and how evenly they are served."""
    turns = count(1_000)
    lock = workbench.scratch / "writers.lock"

    def register() -> None:
        for step in workbench.steps(Command("register", LARGE), next(turns)):
            _run(step)

    def commit() -> None:
        turn = next(turns)
        steps = workbench.steps(Command("commit", LARGE), turn)
        script = " && ".join(f"git {' '.join(step.arguments[1:-1])} {turn}" for step in steps[1:])
        script = f"git add {steps[0].arguments[-1]} && {script}"
        _run(Step(["flock", str(lock), "bash", "-c", script], steps[0].folder, steps[0].environment))

    ours, latencies = _crowd(register)
    theirs, _ = _crowd(commit)
    p95 = quantiles(latencies, n=20)[-1] / median(latencies)
    yield _line(
        f"{_WRITERS} writers: registrations a second : git add + commit under flock", ours / theirs, 1.3, more=True
    )
    yield _line(f"{_WRITERS} writers: p95 : p50 of a registration", p95, 5.0)


def memory(workbench: Workbench) -> Iterator[str]:
    """Table lines: the peak memory of readers of a large registry, in MB."""
    for kind in ("list", "list-cold", "show", "log", "scan"):
        command = Command(kind, LARGE)
        (step,) = workbench.steps(command, 0)
        yield _line(f"peak memory of {command.kind}, {LARGE:,} records, MB", _peak(step), 300)


def review(workbench: Workbench) -> Iterator[str]:
    """Table lines: the seconds and the peak memory of reviewing a pull request that changes many records."""
    (step,) = workbench.steps(Command("review", LARGE), 0)
    seconds = _warm_seconds(step)
    label = f"registry review of {REVIEWED} changed records, {LARGE:,} records"
    yield _line(f"{label}, s", seconds, 6)
    yield _line(f"{label}, peak memory, MB", _peak(step), 300)
    of_many, of_few = (_warm_seconds(*workbench.steps(Command("review-20", size), 0)) for size in (LARGE, 20))
    yield _line(
        f"registry review of 20 changed records, {LARGE:,} records without a cache: more than of 20, s",
        of_many - of_few,
        1.5,
    )


def _warm_seconds(step: Step) -> float:
    """The seconds of a step, which has run once before."""
    _run(step)
    started_at = time.perf_counter()
    _run(step)
    return time.perf_counter() - started_at


def _peak(step: Step) -> float:
    """The most memory that any process of a step takes, in MB."""
    return cost_of(step.arguments, step.environment, step.folder).megabytes


def _crowd(work: Callable[[], None]) -> tuple[float, list[float]]:
    """How often `work` was done a second by all writers together, and the seconds that each turn took."""
    latencies: list[float] = []

    def writer(_: int) -> None:
        for _ in range(_EACH):
            started_at = time.perf_counter()
            work()
            latencies.append(time.perf_counter() - started_at)

    started_at = time.perf_counter()
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(writer, range(_WRITERS)))
    return _WRITERS * _EACH / (time.perf_counter() - started_at), latencies


def _run(step: Step) -> None:
    subprocess.run(
        step.arguments, cwd=step.folder, env=step.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )


def _line(label: str, value: float, target: float, *, more: bool = False) -> str:
    met = value >= target if more else value <= target
    return f"| {label} | {value:.2f} | {'>= ' if more else ''}{target:g} | {'yes' if met else 'no'} | |"
