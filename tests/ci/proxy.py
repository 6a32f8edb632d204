"""A proxy between the tool and an engine: it counts the calls by name, and fails some as DynamoDB may.

A throttled call does not reach the engine; a lost one does, and its answer never comes back, or comes as a failure.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

THROTTLED = {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "slower"}
FAILED = {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "try again"}


DENIED = {
    "__type": "com.amazon.coral.service#AccessDeniedException",
    "message": "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:UpdateItem",
}


class Proxy:
    """What has been called through it, and how often calls fail."""

    def __init__(self, endpoint: str) -> None:
        """Stand before the engine at `endpoint`, and fail nothing yet."""
        self.calls: Counter[str] = Counter()
        self.throttled = self.lost = 0.0
        self.denied: frozenset[str] = frozenset()
        self.dice = random.Random(1)  # noqa: S311  the same on every run
        self.lock = threading.Lock()
        parts = urlsplit(endpoint)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)

    def fate(self, call: str) -> str:
        """Count a call and decide what becomes of it."""
        with self.lock:
            self.calls[call] += 1
            number = self.dice.random()
        if call in self.denied:
            return "denied"
        if number < self.throttled:
            return "throttled"
        return "" if number >= self.throttled + self.lost else "lost" if number * 1000 % 1 < 0.5 else "failed"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine: http.client.HTTPConnection | None = None
    server: _Server

    def do_POST(self) -> None:
        """Pass a call on, or let it fail."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fate = self.server.proxy.fate(self.headers["X-Amz-Target"].rpartition(".")[2])
        if fate == "throttled":
            self._answer(400, json.dumps(THROTTLED).encode())
            return
        if fate == "denied":
            self._answer(400, json.dumps(DENIED).encode())
            return
        status, answer = self._forward(body)
        if fate == "lost":
            self.close_connection = True
        elif fate == "failed":
            self._answer(500, json.dumps(FAILED).encode())
        else:
            self._answer(status, answer)

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        proxy = self.server.proxy
        self.engine = self.engine or http.client.HTTPConnection(proxy.host, proxy.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        self.engine.request("POST", "/", body, {**headers, "Host": f"{proxy.host}:{proxy.port}"})
        answer = self.engine.getresponse()
        return answer.status, answer.read()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        """Close both sides."""
        if self.engine:
            self.engine.close()
        super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, *_: object) -> None:
        """A client that is killed is part of the tests."""


@contextmanager
def standing_before(engine: Mapping[str, str]) -> Iterator[tuple[Proxy, dict[str, str]]]:
    """A proxy before an engine while it runs, and the environment that leads to it."""
    proxy = Proxy(engine["AWS_ENDPOINT_URL_DYNAMODB"])
    server = _Server(proxy)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy, {**engine, "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{server.server_port}"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
