"""The comment as people see it: made HTML by GitHub's renderer and drawn by a browser, at a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.rendering import render
from tests.site.sites import chromium

GOLDEN = Path(__file__).with_name("golden")
# What of GitHub's own style decides whether a comment can be read: widths, wrapping, tables that scroll by themselves.
STYLE = """
:root { --ink: #1f2328; --paper: #fff; --line: #d1d9e0; --code: #818b981f; --less: #ffebe9; --more: #dafbe1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f0f6fc; --paper: #0d1117; --line: #3d444d; --code: #656c7633; --less: #67060c; --more: #033a16; }
}
body { margin: 0; padding: 16px; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
th, td { padding: 6px 13px; border: 1px solid var(--line); }
code { padding: .2em .4em; font: 85% ui-monospace, monospace; background: var(--code); border-radius: 6px; }
pre { padding: 16px; overflow: auto; background: var(--code); border-radius: 6px; }
pre code { background: none; padding: 0; }
summary, details, table, pre { margin-bottom: 12px; }
summary code { white-space: break-spaces; }
"""


def draw(name: str, width: int, theme: str, picture: Path) -> int:
    """Draw a golden comment with every part unfolded; how much wider than the screen it is, in pixels."""
    markdown = (GOLDEN / f"{name}.md").read_text(encoding="utf-8").replace("<details>", "<details open>")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{render(markdown)}")
        page.screenshot(path=picture, full_page=True)
        return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.xdist_group("chromium")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", ["rules-loosened-and-used", "same-change-in-many"])
def test_the_comment_can_be_read_at_a_desk_and_on_a_phone(tmp_path: Path, name: str, width: int, theme: str) -> None:
    """Nothing is wider than the screen: what is wide scrolls by itself."""
    picture = tmp_path / "comment.png"

    assert draw(name, width, theme, picture) <= 0
    assert picture.stat().st_size > 20_000
