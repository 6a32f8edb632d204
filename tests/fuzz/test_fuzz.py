"""A short run of each fuzzer with a fixed seed; `make fuzz` runs them for longer."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, corpus

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_breaks_no_promise(target: str) -> None:
    for data in corpus(target):
        TARGETS[target](data)


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this machine")
@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_of_the_fuzzer_breaks_no_promise(target: str, tmp_path: Path) -> None:
    # A run that hangs on an input, or takes more than half a gigabyte for it, fails as well.
    options = ("-runs=5000", "-seed=1", "-timeout=10", "-rss_limit_mb=600", "-max_len=4096")

    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", target, str(tmp_path), *options],
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )

    assert (done.returncode, "Done 5000 runs" in done.stderr) == (0, True), done.stderr[-3000:]
