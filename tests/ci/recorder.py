"""A server between a client and an engine, which counts the calls that come through."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def recording(endpoint: str) -> Iterator[tuple[str, Counter[str]]]:
    """The address to go to instead of `endpoint`, and how often each call was made, by its name."""
    engine = endpoint.removeprefix("http://")
    calls: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls[self.headers["X-Amz-Target"].rpartition(".")[2]] += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            onward = http.client.HTTPConnection(engine)
            onward.request("POST", "/", body, dict(self.headers))
            answer = onward.getresponse()
            content = answer.read()
            onward.close()
            self.send_response(answer.status)
            for name in ("Content-Type", "X-Amzn-RequestId", "x-amz-crc32"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", calls
        server.shutdown()
        thread.join()
