"""Draw docs/images/review.png: a comment of the golden files, as GitHub shows it."""

from __future__ import annotations

from pathlib import Path

from tests.review.test_picture import draw

if __name__ == "__main__":
    draw("same-change-in-many", 1000, "light", Path(__file__).parents[1] / "docs/images/review.png")
