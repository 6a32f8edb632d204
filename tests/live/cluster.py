"""A stand-in for the API server of Kubernetes: it lists Deployments, a page at a time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.live.fleet import CANARY

_PATH = "/apis/apps/v1/"


class FakeCluster:
    """The Deployments of a cluster. `calls` are the paths that were asked for; `refused` those that are forbidden."""

    def __init__(self, page: int = 500) -> None:
        """Hold nothing; answer at most `page` Deployments at once."""
        self.deployments: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refused: set[str] = set()
        self.page = page

    def answer(self, url: str) -> tuple[int, dict[str, Any]]:
        """The status and the object for a GET."""
        parts = urlsplit(url)
        if parts.path == "/version":  # some kubectls choose by it which of them runs; that is not our call
            return 404, _status(404, "NotFound", "the server could not find the requested resource")
        self.calls.append(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.refused:
            return 403, _status(403, "Forbidden", 'deployments.apps is forbidden: User "u" cannot list it')
        if not parts.path.startswith(_PATH) or not parts.path.endswith("deployments"):
            return 404, _status(404, "NotFound", "the server could not find the requested resource")
        label, _, value = query.get("labelSelector", "").partition("=")
        space = parts.path.removeprefix(_PATH).removesuffix("deployments").removeprefix("namespaces/").strip("/")
        found = [
            one
            for one in self.deployments
            if (not label or one["metadata"]["labels"].get(label) == value)
            and space in {"", one["metadata"]["namespace"]}
        ]
        start = int(query.get("continue", "0"))
        end = start + min(int(query["limit"]), self.page)
        more = {"continue": str(end)} if end < len(found) else {}
        return 200, {
            "kind": "DeploymentList",
            "apiVersion": "apps/v1",
            "metadata": {"resourceVersion": "1", **more},
            "items": found[start:end],
        }


def deployment(name: str, namespace: str = "default", *, gpus: int = 1, replicas: int = 1) -> dict[str, Any]:
    """A Deployment as the generator's manifest makes it and a cluster runs it, with a token in its environment."""
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "generation": 1,
            "creationTimestamp": "2026-11-20T12:00:00Z",
            "labels": {"app": name, "managed-by": "ml-container-creator"},
        },
        "spec": {
            "replicas": replicas,
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": name,
                            "image": "repository:tag",
                            "env": [{"name": "HF_TOKEN", "value": CANARY}],
                            "resources": {"limits": {"nvidia.com/gpu": str(gpus)}},
                        }
                    ],
                    "nodeSelector": {"node.kubernetes.io/instance-type": "ml.g5.xlarge"},
                }
            },
        },
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "availableReplicas": replicas,
            "conditions": [{"type": "Progressing", "status": "True"}],
        },
    }


@contextmanager
def listening(cluster: FakeCluster, folder: Path) -> Iterator[Path]:
    """The kubeconfig in `folder` that leads kubectl to the cluster, which listens on a free port of the loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.cluster = cluster
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
                "users": [{"name": "u", "user": {}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "current-context": "c",
            }
        ),
        encoding="utf-8",
    )
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield kubeconfig
    finally:
        server.shutdown()
        server.server_close()


def _status(code: int, reason: str, message: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }


class _Server(ThreadingHTTPServer):
    cluster: FakeCluster
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        status, found = self.server.cluster.answer(self.path)
        data = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
