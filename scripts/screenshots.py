"""Pictures of every page of the site, at the width of a desk and of a phone, in light and in dark.

`python scripts/screenshots.py FOLDER [RECORDS]` writes FOLDER/PAGE-WIDTH-THEME.png, of a fleet that never was, with
test results and looks that never were. They are for people who change the pages; some are in the documentation.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from registry_tool.api.context import Context
from registry_tool.api.site import SiteRequest, read_content
from registry_tool.site.content import Content, LiveDifference, ShownLook, Test
from registry_tool.site.files import folder_files
from registry_tool.site.output import write_folder
from registry_tool.site.past import Past
from scripts.fleet import build

_WIDTHS = (1440, 390)
_HEIGHT = 900
_THEMES = ("light", "dark")
_ROUTES = {
    "overview": "",
    "deployments": "deployments?status=failed&status=partial&q=region:eu-",
    "record": "record/{3}",
    "compare": "compare?id={0}&id={1}&id={2}",
    "fleet": "fleet?down=instance&across=model",
    "changes": "changes",
    "upgrades": "upgrades",
    "removed": "removed",
}
_VIEWS = {"Failed in Europe": "q=region:eu-&status=failed", "Untested for 90 days": "stale=90&sort=tested"}
_TESTED = ("pass",) * 8 + ("fail-build", "fail-deploy", "")
_LOOKED = ("as-registered",) * 12 + ("differs", "gone")
_DIFFERENCES = (
    LiveDifference("endpointConfig.initialInstanceCount", 2, 4, ""),
    LiveDifference("icEnvironment.VLLM_MAX_MODEL_LEN", None, None, "it is set to something else"),
)
_DAY = 86_400
_GO = """route => new Promise((done) => {
    const look = () => {
        if (registry.routes.current?.key === route.split("?")[0]) requestAnimationFrame(() => setTimeout(done, 100));
        else setTimeout(look, 10);
    };
    window.location.hash = "#/" + route;
    look();
})"""
_IDS = """() => ["q=qwen target:realtime", "live=differs"].flatMap((query) => Array.from(
    registry.search.select(new URLSearchParams(query)).rows.slice(0, 3),
    (row) => registry.data.idOf(row),
))"""


def take(folder: Path, records: int = 400) -> None:
    """Write a picture of every page of the site of so many records."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        registry = Path(scratch) / "deployments"
        build(registry, records)
        site = make_joined(registry, Path(scratch) / "site")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for width, theme in product(_WIDTHS, _THEMES):
            page = browser.new_page(
                viewport={"width": width, "height": _HEIGHT}, color_scheme="dark" if theme == "dark" else "light"
            )
            page.goto((site / "index.html").as_uri())
            page.locator("main h1").wait_for()
            ids: Sequence[str] = page.evaluate(_IDS) or ("none",) * 3
            for name, route in _ROUTES.items():
                page.evaluate(_GO, route.format(*ids))
                page.screenshot(path=folder / f"{name}-{width}-{theme}.png")
            page.close()
        browser.close()


def make_joined(registry: Path, site: Path) -> Path:
    """Make the site of a registry with test results and looks that never were."""
    context = Context(
        environment=dict(os.environ),
        directory=registry,
        registry=registry,
        clock=lambda: datetime.now(UTC),
        tell=lambda _: None,
    )
    write_folder(site, folder_files(_joined(read_content(context, SiteRequest()))))
    return site


def _joined(content: Content) -> Content:
    """The content with tests and looks as a healthy fleet has them: most are good, and recent."""
    chance = random.Random(2026)  # noqa: S311  the same every time
    joined_at = content.at + _DAY // 4
    tests = {past.config_id: _test(chance, past, joined_at) for past in content.records}
    looks = {past.config_id: _look(chance, joined_at) for past in content.records}
    return replace(content, tests=tests, looks=looks, joined_at=joined_at, views=_VIEWS)


def _test(chance: random.Random, past: Past, joined_at: int) -> Test:
    status = chance.choice(_TESTED)
    at = joined_at - min(int(chance.expovariate(1 / 25) * _DAY), joined_at - past.steps[0].at)
    return Test(status or "untested", at if status else 0)


def _look(chance: random.Random, joined_at: int) -> ShownLook:
    said = chance.choice(_LOOKED)
    differences = _DIFFERENCES if said == "differs" else ()
    reason = "the endpoint of its name is not there" if said == "gone" else ""
    return ShownLook(said, said != "as-registered", joined_at - _DAY // 12, reason, differences)


if __name__ == "__main__":
    take(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
