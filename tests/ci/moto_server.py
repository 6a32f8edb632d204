"""moto's server, as the tests start it: on the loopback, on a free port, its data in memory.

Prints its address once it listens; ends when its standard input does, so that it never outlives who started it.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Isolated:
    """moto, one request at a time: on its own it checks a condition and writes without keeping others out between."""

    def __init__(self) -> None:
        """Wrap moto's application."""
        self._application = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. It is read first: who dies while sending one keeps nobody waiting."""
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        with self._lock:
            return list(self._application(environ, start_response))


class Quiet(MotoRequestHandler):
    """Answers, and does not log that it did; connections stay open, as DynamoDB's do."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  werkzeug's signature
        """Say nothing."""


def main() -> None:
    """Serve until standard input ends."""
    server = make_server("127.0.0.1", 0, Isolated(), threaded=True, request_handler=Quiet)
    print(f"http://127.0.0.1:{server.port}", flush=True)  # noqa: T201  for who started it
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)  # the threads of open connections would be waited for


if __name__ == "__main__":
    main()
