"""`python -m bench`: measure the rows and print them as a table. It informs: it exits 0 whatever it finds."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.citable import SIZE, ci_table
from bench.crowd import LARGE, memory, review, writers
from bench.live import SIZE as FLEET
from bench.live import live
from bench.pages import MADE, OPENED, making, opening
from bench.rows import ROWS, Command, Row
from bench.timing import ROUNDS, measure
from bench.workbench import Workbench

_SIZES = (10, 20, 1_000, 10_000, 100_000)
# What is not a ratio of two commands: the size of registry that it belongs to, and what prints its lines.
_PARTS = (
    (LARGE, writers),
    (LARGE, memory),
    (LARGE, review),
    (SIZE, ci_table),
    (FLEET, live),
    (MADE, making),
    (OPENED, opening),
)


def main() -> None:
    """Print one line for each row whose registries are among the chosen sizes."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios of run times, against their targets.")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, metavar="RECORDS", help="registries to build")
    sizes = set(parser.parse_args().sizes)
    rows = [row for row in ROWS if row.sizes <= sizes]
    commands = list(dict.fromkeys(command for row in rows for command in (row.numerator, row.denominator)))
    # The commands of this environment first, whoever starts them.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as scratch:
        workbench = Workbench(Path(scratch), sorted({command.size for command in commands} - {0}))
        os.environ["HOME"] = f"{scratch}/home"  # the workbench's, which has a git identity
        medians, failures = measure(workbench, commands)
        _print(_table(rows, medians))
        for size, part in _PARTS:
            if size in sizes:
                _print(part(workbench))
    _print(["", _machine(before), *(f"failed: {failure}" for failure in failures)])


def _print(lines: Iterable[str]) -> None:
    """Print each line as soon as it is known: what comes after it may take long, or fail."""
    for line in lines:
        print(line, flush=True)


def _machine(load_before: float) -> str:
    git = subprocess.run(["git", "--version"], capture_output=True, check=True, encoding="utf-8").stdout.strip()
    return (
        f"medians of {ROUNDS} rounds, interleaved; {os.cpu_count()} cores, load {load_before:.1f} before and "
        f"{os.getloadavg()[0]:.1f} after; {git}, Python {platform.python_version()}"
    )


def _table(rows: list[Row], medians: Mapping[Command, float]) -> list[str]:
    lines = ["| what | ratio | target | met? | times, ms |", "| --- | ---: | ---: | --- | ---: |"]
    for row in rows:
        upper, lower = medians.get(row.numerator), medians.get(row.denominator)
        if upper is None or lower is None:
            lines.append(f"| {row.label} | - | {row.target} | failed | - |")
            continue
        ratio = upper / lower
        met = "yes" if ratio <= row.target else "no"
        lines.append(f"| {row.label} | {ratio:.2f} | {row.target} | {met} | {upper * 1000:.1f} : {lower * 1000:.1f} |")
    return lines


if __name__ == "__main__":
    main()
