"""Firefox, driven as it drives itself: Marionette, JSON behind its length on a socket of this machine."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.programs import TIME_LIMIT

_PREFERENCES = """\
user_pref("marionette.port", {port});
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("security.sandbox.content.level", 0);
"""


class Firefox:
    """A browser with one window."""

    def __init__(self, connection: socket.socket) -> None:
        """Begin a session."""
        self._stream = connection.makefile("rwb")
        self._number = 0
        self._message()  # its greeting
        self._call("WebDriver:NewSession", {})

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._call("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401  JSON
        """What a function's body returns in the page; it sees the page's document, and not its variables."""
        return self._call("WebDriver:ExecuteScript", {"script": script, "args": arguments})["value"]

    def wait_for(self, script: str) -> Any:  # noqa: ANN401  JSON
        """What a function's body returns as soon as that is anything."""
        until = time.monotonic() + TIME_LIMIT
        while not (found := self.run(script)):
            assert time.monotonic() < until, script
            time.sleep(0.05)
        return found

    def _call(self, name: str, parameters: dict[str, object]) -> Any:  # noqa: ANN401  JSON
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._stream.write(b"%d:%b" % (len(text), text))
        self._stream.flush()
        _, _, error, result = self._message()
        assert error is None, error
        return result

    def _message(self) -> Any:  # noqa: ANN401  JSON
        length = b""
        while (character := self._stream.read(1)) != b":":
            assert character, "Firefox has ended"
            length += character
        return json.loads(self._stream.read(int(length)))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Firefox while it runs, with a profile of its own in `folder`."""
    program = shutil.which("firefox-esr")
    assert program
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    profile = folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(_PREFERENCES.format(port=port), encoding="ascii")
    command = [program, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with _connect(port, process) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()


def _connect(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    until = time.monotonic() + TIME_LIMIT
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            assert process.poll() is None, "Firefox did not start"
            assert time.monotonic() < until, "Firefox does not answer"
            time.sleep(0.1)
        else:
            connection.settimeout(TIME_LIMIT)
            return connection
