"""Firefox shows what Chromium shows, from a file, and runs nothing hostile either."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.site.firefox import Firefox, firefox
from tests.site.sites import PAGES, Visit, make_site
from tests.site.test_pages import hostile_registry

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

TEXT = "return document.querySelector('main').textContent"
HEADING = "return document.querySelector('main h1')?.textContent"


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if shutil.which("firefox-esr") is None:
        assert "CI" not in os.environ, "firefox-esr is not installed: make programs"
        pytest.skip("firefox-esr is not installed: make programs")
    with firefox(tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


def test_every_page_says_the_same_as_in_chromium(browser: Browser, fox: Firefox, built: Path) -> None:
    address = (built / "index.html").as_uri()
    fox.open(address)
    fox.wait_for(HEADING)
    width, height = fox.run("return [window.innerWidth, window.innerHeight]")
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    visit = Visit.open(page, built)
    ids = page.evaluate("[0, 1].map(registry.data.idOf)")
    routes = [
        *PAGES,
        f"record/{ids[0]}",
        f"compare?id={ids[0]}&id={ids[1]}",
        "deployments?q=qwen&status=failed",
        "nope",
    ]

    for route in routes:
        fox.open(f"{address}#/{route}")
        visit.go(route)
        expected = page.evaluate("document.querySelector('main').textContent")
        assert (route, _settled(fox, expected)) == (route, expected)
    context.close()


def test_what_is_typed_is_found(fox: Firefox, built: Path) -> None:
    fox.open((built / "index.html").as_uri() + "#/deployments")
    before = fox.wait_for("return document.querySelector('.head p')?.textContent")
    fox.run(
        "const box = document.getElementById('query'); box.value = 'qwen3-8b';"
        "box.dispatchEvent(new Event('input', { bubbles: true }));"
    )

    assert fox.run("return document.querySelector('.head p').textContent") != before
    names = fox.run(
        "return [...document.querySelectorAll('.virtual tr:not([hidden]) a.first')].map((a) => a.innerText)"
    )
    assert names
    assert all("qwen3-8b" in name for name in names)


def test_nothing_hostile_runs(fox: Firefox, tmp_path: Path) -> None:
    site = make_site(hostile_registry(tmp_path), tmp_path / "site")
    address = (site / "index.html").as_uri()

    for route in PAGES:
        fox.open(f"{address}#/{route}")
        assert fox.wait_for(HEADING)
        ran, injected = fox.run(
            "return [window.ran, document.querySelectorAll('main script, main img, main svg [onload]').length]"
        )
        assert (route, ran, injected) == (route, None, 0)


def _settled(fox: Firefox, expected: str) -> str:
    """The text of the page, once it is what is expected or does not become that."""
    for _ in range(100):
        if (found := str(fox.run(TEXT))) == expected:
            break
        fox.run("return new Promise((done) => setTimeout(done, 30))")
    return found
