"""The pages that scripts make from the table of fields and from the schemas are as their sources make them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["record", "settings"])
def test_a_page_is_as_its_sources_make_it(name: str) -> None:
    made = runpy.run_path(str(ROOT / f"scripts/{name}_page.py"))

    assert (ROOT / f"docs/reference/{name}.md").read_text(encoding="utf-8") == made["page"]()
