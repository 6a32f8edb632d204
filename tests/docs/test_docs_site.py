"""The documentation is a site: it builds strictly, loads nothing from elsewhere, and reads as it does on GitHub."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import cmarkgfm
import pytest
import yaml
from cmarkgfm.cmark import Options

from registry_tool.cli.app import GROUPS
from tests.site.sites import chromium

ROOT = Path(__file__).parents[2]
MERMAID = Path(__file__).parent / "mermaid/node_modules/.installed"
PAGES = sorted(ROOT.glob("docs/**/*.md"))
pytestmark = pytest.mark.xdist_group("docs-site")  # one worker builds it


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


def build(root: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `make docs` does, outside of CI unless `variables` say otherwise: there it insists on mermaid."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--site-dir", folder],
        cwd=root,
        env=environment | variables | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def html_of(page: Path, site: Path) -> str:
    name = "index.html" if page.name == "README.md" else page.with_suffix(".html").name
    return (site / page.parent.relative_to(ROOT / "docs") / name).read_text(encoding="utf-8")


class _Outline(HTMLParser):
    """The text of a page, with a mark where each of its blocks begins."""

    blocks = frozenset(
        {"blockquote", "h1", "h2", "h3", "h4", "img", "li", "ol", "pre", "table", "td", "th", "tr", "ul"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._in_permalink = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_permalink = ("class", "headerlink") in attrs
        if tag in self.blocks:
            self.text += f"\0<{tag}> "

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  the parser calls it
        self._in_permalink = False

    def handle_data(self, data: str) -> None:
        if not self._in_permalink:
            self.text += data


def outline(html: str) -> list[str]:
    parser = _Outline()
    parser.feed(html)
    return [" ".join(block.split()) for block in parser.text.split("\0")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_reads_on_the_site_as_on_github(page: Path, site: Path) -> None:
    """Lists, tables and code: mkdocs has a Markdown of its own, which nests a list from four spaces on only."""
    github = cmarkgfm.github_flavored_markdown_to_html(page.read_text(encoding="utf-8"), Options.CMARK_OPT_UNSAFE)
    found = re.search(r"<article[^>]*>(.*?)</article>", html_of(page, site), re.DOTALL)

    assert found
    assert outline(found[1]) == outline(github)


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loading = re.compile(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*\b(?:src|href|data)=[^>]*//")

    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES)
    assert {page.name: found for page in pages if (found := loading.findall(page.read_text(encoding="utf-8")))} == {}
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [found for text in styles for found in re.findall(r"(?:@import|url\()[^;)]*//[^;)]*", text)] == []


def test_the_page_about_commands_has_the_help_of_each(site: Path) -> None:
    text = (site / "reference/commands.html").read_text(encoding="utf-8")
    named = re.findall(r">registry ([a-z -]+)<a", text)

    assert [name for name in named if " " not in name] == [name for names in GROUPS.values() for name in names]
    assert {"sync plan", "live status", "table create"} <= set(named)
    assert "Usage: registry register [OPTIONS]" in text


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The documentation, with no mermaid beside it."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("mkdocs.yml", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_a_link_that_leads_nowhere_fails_the_build(copy: Path) -> None:
    with (copy / "docs/releasing.md").open("a", encoding="utf-8") as page:
        page.write("\n[Nowhere](reference/glossary.md#nowhere)\n")

    done = build(copy, copy / "site")

    assert (done.returncode, "does not contain an anchor '#nowhere'" in done.stderr) == (1, True)


def test_without_mermaid_no_page_asks_a_server_for_it_and_ci_publishes_nothing(copy: Path) -> None:
    """The theme loads mermaid from unpkg.com wherever a page has a diagram and no mermaid of its own."""
    done, in_ci = build(copy, copy / "site"), build(copy, copy / "site-of-ci", CI="true")

    page = (copy / "site/explanation/architecture.html").read_text(encoding="utf-8")
    assert (done.returncode, "flowchart TB" in page, 'class="mermaid"' in page) == (0, True, False)
    assert (in_ci.returncode, "make pictures" in in_ci.stderr) == (1, True)


def test_both_hosts_publish_what_make_docs_builds() -> None:
    folder = re.findall(r"(?m)^site_dir: (\S+)", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))[0]
    steps = yaml.safe_load((ROOT / ".github/workflows/docs.yml").read_text(encoding="utf-8"))["jobs"]["build"]["steps"]
    pages = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))["pages"]

    assert [step["run"] for step in steps if "run" in step] == ["make docs"]
    assert steps[-1]["with"] == {"path": folder}
    assert (pages["script"], pages["artifacts"]) == (["make docs", f"mv {folder} public"], {"paths": ["public"]})


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The site as `make docs` builds it, diagrams and all, on a server of our own."""
    if not MERMAID.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("mermaid is not installed: make pictures")
    assert build(ROOT, tmp_path / "site").returncode == 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "site")))
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.mark.long
def test_a_browser_draws_the_diagrams_and_asks_nobody_else(address: str) -> None:
    asked: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/explanation/architecture.html")
        page.wait_for_selector("div.mermaid", state="attached")
        page.goto(f"{address}/index.html")
        page.get_by_placeholder("Search").fill("taken back")
        page.wait_for_selector(".md-search-result__item")

    assert [url for url in asked if not url.startswith(address)] == []
