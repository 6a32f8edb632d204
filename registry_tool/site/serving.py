"""The site on this machine's own address, made again whenever the registry has moved. Nobody else can reach it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

_ADDRESS = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Server(ThreadingHTTPServer):
    """Serves the files that `make` gives for the revision that `revision` says, on the loopback only.

    A port of 0 means any free one; `address` says which it became. Raises `OSError` if the port is taken.
    """

    daemon_threads = True

    def __init__(self, port: int, *, revision: Callable[[], str], make: Callable[[], Mapping[str, bytes]]) -> None:
        """Take the port, and make the site for the first time."""
        super().__init__((_ADDRESS, port), _Handler)
        self._revision, self._make = revision, make
        self._lock = Lock()
        self._made_of = revision()
        self._files = make()

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{_ADDRESS}:{self.server_address[1]}/"

    def file(self, path: str) -> bytes | None:
        """A file of the site, None if there is none. Asking for the page makes it again if the registry has moved."""
        with self._lock:
            if path == "index.html" and (now := self._revision()) != self._made_of:
                self._files, self._made_of = self._make(), now
            return self._files.get(path)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        """Send a file. Another site that a browser was led to by a name of its own gets nothing."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        path = self.path.partition("?")[0].lstrip("/") or "index.html"
        data = self.server.file(path) if host in _NAMES else None
        if data is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is the user's."""
