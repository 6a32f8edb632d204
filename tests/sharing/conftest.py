"""Real clones of real remotes: bare repositories in a folder, or behind `git daemon` on the loopback."""

from __future__ import annotations

import os
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registry_tool.api import share
from registry_tool.api.context import Context
from registry_tool.api.share import ShareOutcome, Status
from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import record_path
from registry_tool.store.create import create
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from tests.programs import git

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
QWEN, FLASK = "ec3f1a0072d1b3d4", "be82fdeac39025da"


def at_second(second: int) -> datetime:
    """A second after noon."""
    return NOON + timedelta(seconds=second)


@dataclass
class Clone:
    """A clone of a registry, with a clock of its own."""

    root: Path
    now: datetime = NOON
    told: list[str] = field(default_factory=list)

    def register(self, config_id: str, *, second: int = 0, notes: str = "why", branch: str = "") -> str:
        """Commit a record; the commit's id."""
        at = at_second(second)
        content = to_yaml({"configId": config_id, "notes": notes, "registeredAt": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
        return self.write(record_path(config_id), content, second=second, message=f"{notes}\n", branch=branch)

    def remove(self, config_id: str) -> str:
        """Commit the removal of a record; the commit's id."""
        return self.write(record_path(config_id), None, message="removed\n")

    def write(
        self, path: str, content: bytes | None, *, second: int = 0, message: str = "why\n", branch: str = ""
    ) -> str:
        """Commit a file; the commit's id."""
        change = Change(files={path: content}, message=message, at=at_second(second))
        with Store(self.root, os.environ) as store, Writer(store, branch) as writer:
            return writer.write([change], on_wait=self.told.append).revisions[0]

    def push(self, branch: str = "", *, dry_run: bool = False) -> ShareOutcome:
        """`registry push`."""
        return share.push(self._context(), branch, dry_run=dry_run)

    def pull(self, *, dry_run: bool = False) -> ShareOutcome:
        """`registry pull`."""
        return share.pull(self._context(), dry_run=dry_run)

    def status(self) -> Status:
        """`registry status`."""
        return share.status(self._context())

    def git(self, *arguments: str) -> str:
        """What the user's own git prints here."""
        return git(*arguments, cwd=self.root)

    def subjects(self, revision: str = "HEAD") -> list[str]:
        """The subjects of the log, oldest first."""
        return self.git("log", "--reverse", "--format=%s", revision).splitlines()

    def read(self, path: str) -> str:
        """A file as it is checked out."""
        return (self.root / path).read_text()

    def _context(self) -> Context:
        return Context(
            environment=dict(os.environ),
            directory=self.root,
            registry=self.root,
            clock=lambda: self.now,
            tell=self.told.append,
        )


Cloner = Callable[[str], Clone]


def new_remote(folder: Path) -> Path:
    """A bare repository in `folder` that holds a registry without records."""
    first = folder / "first"
    create(first, dict(os.environ), at=NOON, on_wait=pytest.fail)
    remote = folder / "remote.git"
    git("clone", "--quiet", "--bare", str(first), str(remote), cwd=folder)
    return remote


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository that holds a registry without records."""
    return new_remote(tmp_path)


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Cloner:
    """Makes a clone of the remote, by its name."""

    def make(name: str) -> Clone:
        git("clone", "--quiet", str(remote), name, cwd=tmp_path)
        return Clone(tmp_path / name)

    return make


@pytest.fixture
def daemon(remote: Path) -> Iterator[str]:
    """The remote's address behind `git daemon`, one process for each connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            subprocess.run(
                ["git", "daemon", "--inetd", "--export-all", "--enable=receive-pack", f"--base-path={remote.parent}"],
                stdin=self.request,
                stdout=self.request,
                stderr=subprocess.DEVNULL,
                check=False,
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"git://127.0.0.1:{server.server_address[1]}/remote.git"
        server.shutdown()
        thread.join()


def refuse_pushes(remote: Path, says: str) -> None:
    """Make the remote refuse every push."""
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\necho '{says}'\nexit 1\n")
    hook.chmod(0o755)


@pytest.fixture
def demanding() -> Iterator[str]:
    """The address of a server that lets nobody in without a password, and nobody with one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/registry.git"
        server.shutdown()
        thread.join()
