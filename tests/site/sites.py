"""Registries and the sites that are made of them, and a browser to look at them with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, record_path
from tests.programs import run_registry

# A headless browser in a closed network: no sandbox for root, no talk of its own.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ROWS = ".virtual tbody tr:not(.space)"
PAGES = ("", "deployments", "fleet", "changes", "upgrades", "removed", "compare")
"""The names of the pages that need nothing else in their address."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Without it the test is skipped, and fails in CI, where `make programs` installs it."""
    program = shutil.which("chromium")
    if program is None:
        assert "CI" not in os.environ, "chromium is not installed: make programs"
        pytest.skip("chromium is not installed: make programs")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Visit:
    """A site that is open in a browser; `complaints` is what the browser said, `asked` what it loaded."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, page: Page, site: Path, route: str = "") -> Self:
        """Open a site, a folder or one file, at a route such as `deployments?q=qwen`."""
        address = (site / "index.html" if site.is_dir() else site).as_uri()
        visit = cls(page, address)
        page.on("console", lambda message: visit.complaints.append(message.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("request", lambda request: visit.asked.append(request.url))
        page.goto(f"{address}#/{route}")
        visit.settle()
        return visit

    def go(self, route: str) -> None:
        """Follow a link to a route."""
        self.page.evaluate("route => { window.location.hash = '#/' + route; }", route)
        self.settle()

    def settle(self) -> None:
        """Wait until the page of the address is shown.

        Playwright's own wait would run text as code, which the site's policy forbids.
        """
        for _ in range(200):
            try:
                if self.page.evaluate(_SETTLED):
                    return
            except Error:  # the page is being loaded again
                pass
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{self.page.url} shows nothing")

    def text(self, selector: str) -> str:
        """The text of the first element that a selector finds, white space folded."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def count(self, selector: str) -> int:
        """How many visible elements a selector finds."""
        return sum(element.is_visible() for element in self.page.locator(selector).all())


_SETTLED = """() => {
    const key = window.location.hash.replace(/^#\\/?/, "").split("?")[0];
    const shown = typeof registry !== "undefined" && registry.routes?.current;
    return shown ? decodeURI(shown.key) === decodeURI(key) : document.querySelector("main h1") !== null;
}"""


def make_site(registry: Path, out: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Path:
    """The site of a registry, made by the command."""
    done = run_registry("--registry", str(registry), "site", str(out), *arguments, cwd=out.parent, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}\n"
    return out


def commit_documents(
    registry: Path, documents: list[Document], *, message: str = "Register", author: str = "Ada"
) -> None:
    """Put records into a registry as a person would who commits by hand: nothing is checked."""
    if not registry.exists():
        registry.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=registry, check=True)
        (registry / MARKER).parent.mkdir(parents=True)
        (registry / MARKER).write_text("registryFormat: 1\n", encoding="utf-8")
    for document in documents:
        file = registry / record_path(str(document["configId"]))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(to_yaml(document))
    subprocess.run(["git", "add", "--all"], cwd=registry, check=True)
    who = ["-c", f"user.name={author}", "-c", "user.email=ada@example.org"]
    subprocess.run(
        ["git", *who, "commit", "-q", "--allow-empty-message", "-F", "-"],
        cwd=registry,
        input=message.encode(),
        check=True,
    )


def listed(registry: Path, *words: str, env: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """What `registry list` says."""
    done = run_registry("--registry", str(registry), "list", *words, "--format", "json", cwd=registry, env=env)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["records"]
    return found


def log(registry: Path) -> list[dict[str, Any]]:
    """What `registry log` says, with the changes of each entry."""
    done = run_registry("--registry", str(registry), "log", "--changes", "--format", "jsonl", cwd=registry)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
