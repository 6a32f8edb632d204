"""docs/reference/record.md is what the table of fields, the schema and the framework's variables make of it."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_about_the_record_is_as_its_sources_make_it() -> None:
    made = runpy.run_path(str(ROOT / "scripts/record_page.py"))

    assert (ROOT / "docs/reference/record.md").read_text(encoding="utf-8") == made["page"]()
