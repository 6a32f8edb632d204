"""A real HTTP server that answers about comments as GitHub's and GitLab's documentation says that they do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit


class Author(TypedDict):
    """Who wrote a comment."""

    id: int
    type: str


class Comment(TypedDict):
    """A comment as both hosts show it: GitHub names its writer `user`, GitLab `author`."""

    id: int
    body: str
    user: Author
    author: Author


class Host:
    """What a host holds. `token` may write; `user` is whom it belongs to, None for the token of a GitHub job."""

    def __init__(self, token: str, user: int | None) -> None:
        """Hold nothing yet."""
        self.token, self.user = token, user
        self.comments: list[Comment] = []
        self.pulls: list[dict[str, str]] = []
        self.requests: list[str] = []
        self.url = ""

    def add(self, body: str, *, author: int = 41898282, kind: str = "Bot") -> Comment:
        """A new comment."""
        writer = Author(id=author, type=kind)
        comment = Comment(id=len(self.comments) + 1, body=body, user=writer, author=writer)
        self.comments.append(comment)
        return comment

    def answer(  # noqa: PLR0911  one for each question
        self, method: str, target: str, token: str, content: dict[str, str]
    ) -> tuple[int, object]:
        """Status and content of the answer to a request."""
        self.requests.append(f"{method} {target}")
        address = urlsplit(target)
        if token != self.token:
            return 401, {}
        if address.path == "/user":
            return (403, {}) if self.user is None else (200, {"id": self.user})
        if re.fullmatch(r"/repos/acme/deployments/pulls|/projects/acme%2Fdeployments/merge_requests", address.path):
            return self._pull(method, parse_qs(address.query), content)
        listing = re.fullmatch(r"/repos/o/r/issues/7/comments|/projects/5/merge_requests/7/notes", address.path)
        single = re.fullmatch(r"/(?:repos/o/r/issues/comments|projects/5/merge_requests/7/notes)/(\d+)", address.path)
        if listing and method == "GET":
            query = parse_qs(address.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.comments[(page - 1) * size : page * size]
        if listing and method == "POST":
            return 201, self.add(content["body"], author=self.user or 41898282)
        if single and method == ("PATCH" if "issues" in address.path else "PUT"):
            comment = self.comments[int(single[1]) - 1]
            comment["body"] = content["body"]
            return 200, comment
        return 404, {}

    def _pull(self, method: str, query: dict[str, list[str]], content: dict[str, str]) -> tuple[int, object]:
        """Open a pull request, unless one of that branch is open; or list those of a branch."""
        branch = content.get("head") or content.get("source_branch", "")
        if method == "POST" and branch not in [one["branch"] for one in self.pulls]:
            page = f"https://host.example/pull/{len(self.pulls) + 1}"
            self.pulls.append({**content, "branch": branch, "html_url": page, "web_url": page})
            return 201, self.pulls[-1]
        if method == "POST":
            return 422 if "head" in content else 409, {}
        wanted = (query.get("head") or query.get("source_branch") or [""])[0].removeprefix("acme:")
        return 200, [one for one in self.pulls if one["branch"] == wanted]


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    """Serve `host` at its `url` for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, content = host.answer(self.command, self.path, token, json.loads(data or b"{}"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class's signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
