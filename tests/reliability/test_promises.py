"""Where the documentation has a table of promises, each stands beside tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["explanation/reliability.md", "guides/site.md"])
def test_each_promise_stands_beside_a_test_that_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    tables = re.findall(r"^\| promise .*\n\|[- |]+\n((?:\|.*\n)+)", text, re.MULTILINE)

    rows, missing = [row for table in tables for row in table.splitlines()], []
    for row in rows:
        file = ""
        named = re.findall(r"`((?:tests|bench)/[\w/]+\.py)?(?:::(\w+))?`", row.rpartition(" | ")[2])
        for path, name in named:
            file = path or file
            if not (ROOT / file).is_file() or (name and f"def {name}(" not in (ROOT / file).read_text()):
                missing.append(f"{file}::{name}")
        assert named, row
    assert rows
    assert missing == []
