"""What the web site costs: to make, as files, and in a browser that opens it from a file."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

from bench.timing import Cost, cost_of
from bench.workbench import Workbench
from scripts.fleet import build
from tests.site.measuring import measure
from tests.site.sites import chromium

MADE = 10_000
"""The fleet whose site is timed as it is made, by its number of records; each has about three commits."""
OPENED = 100_000
"""The fleet whose site is opened in a browser."""
_SMALL = 1_000
_ROUNDS = 5


def making(workbench: Workbench) -> Iterator[str]:
    """Table lines: the time and the memory of making a site."""
    registry = _fleet(workbench, MADE)
    site = ["registry", "--registry", str(registry), "site", str(workbench.scratch / "pages")]
    patches = ["git", "-C", str(registry), "log", "--raw", "-p"]
    costs = [(_cost(site), _cost(patches)) for _ in range(_ROUNDS)]
    ours, theirs = (median(pair[side].seconds for pair in costs) for side in (0, 1))
    what = f"registry site : git log --raw -p, {MADE:,} records, 3 commits each"
    yield f"| {what} | {ours / theirs:.2f} | 4.0 | {_met(ours / theirs, 4)} | {ours * 1000:.0f} : {theirs * 1000:.0f} |"
    yield _line(f"peak memory of registry site, {MADE:,} records, MB", max(one.megabytes for one, _ in costs), 300)


def opening(workbench: Workbench) -> Iterator[str]:
    """Table lines: what a browser takes to show a site and to follow what is typed; none without Chromium."""
    if shutil.which("chromium") is None:
        return
    sites = [_site(workbench, size) for size in (_SMALL, OPENED)]
    files = [file for file in sites[1].rglob("*") if file.is_file()]
    yield _line(f"files of the site, {OPENED:,} records", len(files), 300)
    yield _line("the same, MB on disk", sum(file.stat().st_size for file in files) / 1e6, 30)
    with chromium() as browser:
        rounds = [[measure(browser, site) for site in sites] for _ in range(_ROUNDS)]
    small, large = (median(one[at].table for one in rounds) for at in (0, 1))
    yield _line(f"first usable table from file://, {OPENED:,} records, ms", large, 1500)
    yield _line(f"the same, {OPENED:,} : {_SMALL:,} records", large / small, 2.5)
    for at, size in enumerate((_SMALL, OPENED)):
        computed = [ms for one in rounds for ms in one[at].computed]
        painted = [ms for one in rounds for ms in one[at].painted]
        yield _line(f"script of a key in the search box, {size:,} records, p95, ms", quantiles(computed, n=20)[-1], 50)
        yield _line(f"key to painted frame, {size:,} records, median, ms", median(painted), 50)
    yield _line(f"memory of the page, {OPENED:,} records, MB", max(one[1].megabytes for one in rounds), 300)


def _fleet(workbench: Workbench, size: int) -> Path:
    folder = workbench.scratch / f"fleet-{size}"
    if not folder.exists():
        build(folder, size, is_checked_out=False)
    return folder


def _site(workbench: Workbench, size: int) -> Path:
    site = workbench.scratch / f"site-{size}"
    _cost(["registry", "--registry", str(_fleet(workbench, size)), "site", str(site)])
    return site


def _cost(words: Sequence[str]) -> Cost:
    """What a program costs that may be one of this environment's."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return cost_of(words, {**os.environ, "PATH": programs})


def _line(label: str, value: float, target: float) -> str:
    return f"| {label} | {value:,.2f} | {target:,g} | {_met(value, target)} | |"


def _met(value: float, target: float) -> str:
    return "yes" if value <= target else "no"
