"""What a browser takes to open a site from a file and to follow what is typed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_WORDS = ("qwen3-8b fraud", "region:us-east", "v0.9.0 -failed")
# Notes when the first row of the table is there and its frame is over. No promise: the page forbids nothing here.
_WATCH = """
const look = () => requestAnimationFrame(() => {
    if (document.querySelector(".virtual tbody td a.first")) setTimeout(() => { window.tableAt = performance.now(); });
    else look();
});
look();
"""
# Types a text; of each letter, the milliseconds that the page computed, and those until it was painted.
_TYPE = """async (text) => {
    const box = document.getElementById("query");
    const painted = () => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
    }));
    const taken = [];
    for (let at = 1; at <= text.length; at++) {
        await new Promise((done) => setTimeout(done, 150));
        const before = performance.now();
        box.value = text.slice(0, at);
        box.dispatchEvent(new Event("input", { bubbles: true }));
        const computed = performance.now() - before;
        taken.push([computed, await painted() - before]);
    }
    return taken;
}"""


@dataclass(frozen=True, slots=True)
class Opened:
    """Milliseconds until the first table, of each letter typed, and until each was painted; the page's megabytes."""

    table: float
    computed: Sequence[float]
    painted: Sequence[float]
    megabytes: float


def measure(browser: Browser, site: Path) -> Opened:
    """Open the list of a site, type into its search box, and go to another page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(f"{(site / 'index.html').as_uri()}#/deployments")
    while not (shown := page.evaluate("window.tableAt")):
        page.wait_for_timeout(20)
    letters = [taken for words in _WORDS for taken in page.evaluate(_TYPE, words)]
    page.evaluate("window.location.hash = '#/changes'")
    page.wait_for_timeout(500)
    found = Opened(shown, [one[0] for one in letters], [one[1] for one in letters], _memory(browser))
    context.close()
    return found


def _memory(browser: Browser) -> float:
    """The resident mebibytes of the largest renderer: that of the page."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [
        int(Path(f"/proc/{process['id']}/statm").read_text(encoding="ascii").split()[1])
        for process in processes
        if process["type"] == "renderer"
    ]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
