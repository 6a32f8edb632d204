"""Which files a site has, and what each of them may do: the page, its scripts and style as they are here, and the data.

The content security policy lets the page run its own scripts and nothing else; it lets nothing reach the network.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from registry_tool.printable import to_csv
from registry_tool.site.columns import compress, encode

if TYPE_CHECKING:
    from registry_tool.site.content import Content

SCRIPTS = (
    "dom.js",
    "data.js",
    "words.js",
    "search.js",
    "charts.js",
    "routes.js",
    "pieces.js",
    "table.js",
    "facets.js",
    "pages/overview.js",
    "pages/deployments.js",
    "pages/record.js",
    "pages/compare.js",
    "pages/fleet.js",
    "pages/changes.js",
    "pages/upgrades.js",
    "start.js",
)
"""The scripts in the order in which the page loads them: each uses only those before it until the last one starts."""
STYLE = "site.css"
_LARGE_TABLE = 4_000_000
# Chromium gives a page from a file no other way to load a script than 'self'; its own inline ones go by their hash.
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {style}; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types registry"
)


def folder_files(content: Content) -> Iterator[tuple[str, bytes]]:
    """Every file of the site and its bytes, by its path in the site's folder."""
    table, rows = _table_file(content)
    yield (
        "index.html",
        _page(
            policy=_POLICY.format(scripts="'self'", style="'self'"),
            style=f'<link rel="stylesheet" href="{STYLE}">',
            scripts="\n".join(f'<script src="{name}" defer></script>' for name in SCRIPTS),
            noscript=f', and in <a href="{table}">{table}</a> beside this page',
            data="",
        ),
    )
    yield from ((name, _asset(name)) for name in (STYLE, *SCRIPTS))
    for name, data in content.data_files():
        yield f"data/{name}.js", f'registry.data.take("{name}", "{encode(data)}");\n'.encode()
    yield table, rows
    yield ".nojekyll", b""


def single_file(content: Content) -> bytes:
    """The whole site as one HTML file."""
    style = _asset(STYLE).decode()
    script = "\n".join(_asset(name).decode() for name in SCRIPTS)
    data = "\n".join(
        f'<script type="text/plain" id="data/{name}">{encode(one)}</script>' for name, one in content.data_files()
    )
    return _page(
        policy=_POLICY.format(scripts=_hash(script), style=_hash(style)),
        style=f"<style>{style}</style>",
        scripts="",
        noscript="",
        # At the end, because an inline script runs at once: the page and its data are there by then.
        data=f"{data}\n<script>{script}</script>",
    )


def _table_file(content: Content) -> tuple[str, bytes]:
    """The records for people without JavaScript: a file that spreadsheets open, compressed where it is large."""
    rows = to_csv(content.rows()).encode()
    return ("records.csv", rows) if len(rows) <= _LARGE_TABLE else ("records.csv.gz", compress(rows))


def _page(**pieces: str) -> bytes:
    page = _asset("index.html").decode()
    for name, text in pieces.items():
        page = page.replace("{" + name + "}", text, 1)
    return page.encode()


def _asset(name: str) -> bytes:
    return files("registry_tool.site").joinpath("assets", *name.split("/")).read_bytes()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
