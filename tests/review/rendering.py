"""Markdown as GitHub renders it, and what in it may act: outside code, only our own words and tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_OURS = {
    "details", "summary", "b", "code", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre",
}  # fmt: skip
_IN_CODE = {"code", "pre"}
# What GitHub makes something of wherever it is not code: mentions, issues, commits, autolinks, emoji.
_ACTIVE = re.compile(r"@\w|#\d|GH-\d|\b[0-9a-f]{7,40}\b|\w+://|www\.|:\w+:|mailto:|\b\S+@\S+\b")


class _Reader(HTMLParser):
    """Collects the tags of a page and its text outside code; `depth` of tags that are open at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.comments: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not _IN_CODE.intersection(self.open):
            self.text += data


def render(markdown: str) -> str:
    """The HTML that a renderer of CommonMark with GitHub's tables makes."""
    html: str = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    return html


def read(markdown: str) -> _Reader:
    """The rendered page, taken apart."""
    reader = _Reader()
    reader.feed(render(markdown))
    reader.close()
    return reader


def assert_inert(markdown: str) -> None:
    """Data in a comment means nothing but itself: no tag, link or mention that is not ours, and nothing left open."""
    page = read(markdown)

    assert page.tags <= _OURS
    assert page.attributes <= {("open", None), ("class", "language-text")}
    assert page.comments == [" registry-tool: review "]
    assert page.open == []
    assert _ACTIVE.findall(page.text) == []


def assert_inert_table(markdown: str) -> None:
    """A page that is one table, in which data means nothing but itself."""
    page = read(markdown)

    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code", "strong"}
    assert page.open == []
    assert _ACTIVE.findall(page.text) == []
