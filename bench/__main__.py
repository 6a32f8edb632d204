"""`python -m bench`: measure the rows and print them as a table. It informs: it exits 0 whatever it finds."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping
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


def main() -> None:
    """Print one line for each row whose registries are among the chosen sizes."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios of run times, against their targets.")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, metavar="RECORDS", help="registries to build")
    sizes = set(parser.parse_args().sizes)
    rows = [row for row in ROWS if row.sizes <= sizes]
    commands = list(dict.fromkeys(command for row in rows for command in (row.numerator, row.denominator)))
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as scratch:
        workbench = Workbench(Path(scratch), sorted({command.size for command in commands} - {0}))
        medians, failures = measure(workbench, commands)
        lines = _table(rows, medians)
        if LARGE in sizes:
            lines += [*writers(workbench), *memory(workbench), *review(workbench)]
        if SIZE in sizes:
            lines += ci_table(workbench)
        if FLEET in sizes:
            lines += live(workbench)
        if MADE in sizes:
            lines += making(workbench)
        if OPENED in sizes:
            lines += opening(workbench)
    print(_machine(before), end="\n\n")
    print("\n".join(lines))
    for failure in failures:
        print(f"\nfailed: {failure}")


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
