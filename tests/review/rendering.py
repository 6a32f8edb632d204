"""Markdown as GitHub renders it, and what in it may act: outside code, only our own words and tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_OURS = {
    "details", "summary", "b", "code", "h3", "h4", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre",
    "ul", "li", "a",
}  # fmt: skip
_IN_CODE = {"code", "pre"}
# What GitHub makes something of wherever it is not code: mentions, issues, commits, autolinks, emoji.
_ACTIVE = re.compile(r"@\w|#\d|GH-\d|\b[0-9a-f]{7,40}\b|\w+://|www\.|:\w+:|mailto:|\b\S+@\S+\b")


LINKED = "https://code.example/"
"""Where all links of the tests lead."""


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
    """The HTML that GitHub's own renderer makes, before GitHub takes out what it holds for dangerous."""
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))


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
    links = {value for name, value in page.attributes if name == "href"}
    assert {address for address in links if not str(address).startswith(LINKED)} == set()
    assert {attribute for attribute in page.attributes if attribute[0] != "href"} <= {
        ("open", ""), ("open", None), ("lang", "text"), ("lang", "diff"),
    }  # fmt: skip
    assert [comment.split(" of ")[0].strip() for comment in page.comments] == ["registry-tool: review"]
    assert page.open == []
    assert _ACTIVE.findall(page.text) == []


def assert_inert_table(markdown: str) -> None:
    """A page that is one table, in which data means nothing but itself."""
    page = read(markdown)

    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code", "strong"}
    assert page.open == []
    assert _ACTIVE.findall(page.text) == []


def assert_no_command(markdown: str) -> None:
    """No line begins as a host's command does, not even one in a block: hosts disagree where a block ends."""
    assert [line for line in markdown.splitlines() if re.match(r"\s*(?:/\w|@\w|bors |merge )", line)] == []
