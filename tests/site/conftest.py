"""One browser and one fleet for all tests of the site in a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.fleet import build
from scripts.screenshots import make_joined
from tests.site.sites import chromium, make_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RECORDS = 120


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of a fleet with its history."""
    folder = tmp_path_factory.mktemp("fleet") / "deployments"
    build(folder, RECORDS)
    return folder


@pytest.fixture(scope="session")
def built(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site."""
    return make_site(fleet, tmp_path_factory.mktemp("built") / "public")


@pytest.fixture(scope="session")
def joined(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with test results and looks at what runs, of each kind."""
    return make_joined(fleet, tmp_path_factory.mktemp("joined") / "public")
