"""docs/explanation/reliability.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_promise_stands_beside_a_test_that_exists() -> None:
    text = (ROOT / "docs/explanation/reliability.md").read_text(encoding="utf-8")
    rows = [
        line for line in text.splitlines() if line.startswith("| ") and "---" not in line and "| promise" not in line
    ]

    missing = []
    for row in rows:
        file = ""
        named = re.findall(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`", row.rpartition(" | ")[2])
        for path, name in named:
            file = path or file
            if not (ROOT / file).is_file() or (name and f"def {name}(" not in (ROOT / file).read_text()):
                missing.append(f"{file}::{name}")
        assert named, row
    assert missing == []
