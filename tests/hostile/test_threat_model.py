"""docs/explanation/security.md names tests that exist, and its audit fails nothing where nothing can be asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from registry_tool.redact.search import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/security.md").read_text(encoding="utf-8")


def test_each_defence_stands_beside_a_test_that_exists() -> None:
    rows = [line for line in PAGE.splitlines() if line.count(" | ") == 3 and not line.startswith(("| who |", "| ---"))]

    for row in rows:
        folder = ""
        for path, name in re.findall(r"`([\w/]+(?:\.py|/))(?:::(\w+))?`", row.rpartition(" | ")[2]):
            folder = path.rpartition("/")[0] if "/" in path else folder
            file = ROOT / (path if "/" in path else f"{folder}/{path}")
            assert file.exists(), row
            assert not name or f"def {name}(" in file.read_text(encoding="utf-8"), row

    assert len(rows) > 8


def test_the_page_counts_the_kinds_of_secrets() -> None:
    assert f"Every kind ({len(RULES)})" in PAGE


def test_an_index_that_cannot_be_reached_is_said_and_fails_nothing() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:1")

    done = subprocess.run(
        [sys.executable, "scripts/audit.py"],
        cwd=ROOT,
        env=os.environ | nowhere,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.returncode, done.stdout.startswith("not audited: ")) == (0, True)
