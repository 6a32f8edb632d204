"""The comment of each kind of pull request, whole: made of real commits, and rendered as GitHub renders it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.programs import run_registry
from tests.review.pull_requests import PULL_REQUESTS, base
from tests.review.rendering import assert_inert

GOLDEN = Path(__file__).with_name("golden")
WITH_PROBLEMS = {
    "forged-id", "invalid", "hostile", "rules-loosened-and-used", "rules-tightened", "rules-broken", "registry-deleted",
    "registry-replaced", "registry-unmarked",
}  # fmt: skip


@pytest.mark.parametrize("name", PULL_REQUESTS)
def test_the_comment_is_the_golden_one(name: str, tmp_path: Path) -> None:
    root = base(tmp_path / "registry")
    PULL_REQUESTS[name](root)

    done = run_registry("review", "main..change", "--format", "markdown", cwd=root)

    golden = GOLDEN / f"{name}.md"
    if not golden.exists() and "CI" not in os.environ:
        golden.write_text(done.stdout, encoding="utf-8")
        pytest.fail(f"{golden} is new: read it, then run the test again")
    assert done.stdout == golden.read_text(encoding="utf-8")
    assert (done.returncode, done.stderr) == (int(name in WITH_PROBLEMS), "")
    assert_inert(done.stdout)


def test_every_golden_file_is_of_a_pull_request() -> None:
    assert {file.stem for file in GOLDEN.glob("*.md")} == set(PULL_REQUESTS)
