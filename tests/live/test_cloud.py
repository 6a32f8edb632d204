"""The stand-in for SageMaker keeps out of what the commands print that are tested against it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.live.cloud import Cloud
from tests.programs import TIME_LIMIT

if TYPE_CHECKING:
    import pytest

ASKED = b"POST / HTTP/1.1\r\nX-Amz-Target: SageMaker.ListEndpoints\r\nUser-Agent: registry-tool/1\r\n"


@contextmanager
def connected(cloud: Cloud) -> Iterator[socket.socket]:
    """A connection; in the end, the server has dealt with it."""
    others = set(threading.enumerate())  # servers of earlier tests may still wait for clients that keep connections
    where = urlsplit(cloud.url)
    with socket.create_connection((where.hostname, where.port), timeout=TIME_LIMIT) as client:
        yield client
    for thread in set(threading.enumerate()) - others:
        thread.join(TIME_LIMIT)


def test_a_client_that_was_killed_is_nobodys_fault(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    with connected(cloud) as client:
        client.sendall(ASKED + b"Content-Length: 2\r\n\r\n{}")
        client.recv(10)
        # Closed so, the kernel resets the connection, as it does for a process that dies with an answer on its way.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert [operation for operation, _ in cloud.calls] == ["ListEndpoints"]
    assert cloud.violations == []
    assert capsys.readouterr().err == ""


def test_a_fault_of_its_own_fails_the_test(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    with connected(cloud) as client:
        client.sendall(ASKED + b"Content-Length: 1\r\n\r\n{")
        assert client.recv(10) == b""

    assert "JSONDecodeError" in cloud.violations.pop()
    assert capsys.readouterr().err == ""
