"""Reading a cluster through kubectl, which owns how one signs in: one GET, no discovery, nothing written, no cache.

The environment of a container is passed over as it arrives.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from registry_tool.errors import RegistryError
from registry_tool.live.threads import in_threads
from registry_tool.live.world import Cluster, Gap, Workload

ACTION = "deployments.apps list"
"""The one right that this needs."""
_LABEL = "managed-by=ml-container-creator"
_PAGE = 500
_SECONDS = 30
# What kubectl says, and what that means.
_REASONS = {
    "Forbidden": "not allowed",
    "Unauthorized": "the cluster does not accept who asks",
    "You must be logged in": "the cluster does not accept who asks",
    "getting credentials": "the cluster does not accept who asks",
    "Unable to connect": "cannot be reached",
    "was refused": "cannot be reached",
}


class UnansweredError(RegistryError):
    """kubectl failed; `gap` says why."""

    def __init__(self, gap: Gap) -> None:
        """Keep the gap."""
        super().__init__(str(gap))
        self.gap = gap


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl with one kubeconfig; an empty `kubeconfig` leaves it to kubectl."""

    kubeconfig: str
    environment: Mapping[str, str]

    def get(self, path: str) -> dict[str, Any]:
        """The answer to a GET. `UnansweredError` if there is none, in time and as JSON."""
        options = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        with TemporaryDirectory(prefix="registry-kubectl-") as cache:
            # A GET needs no discovery, but some kubectls ask for the server's version first and keep the answer.
            code, out, error = self._run(["kubectl", *options, f"--cache-dir={cache}", "get", "--raw", path])
        if code:
            reason = next((reason for words, reason in _REASONS.items() if words in error), "kubectl failed")
            raise UnansweredError(Gap(reason, ACTION))
        try:
            answer = json.loads(out)
        except ValueError as err:
            raise UnansweredError(Gap("kubectl did not answer in JSON", ACTION)) from err
        if not isinstance(answer, dict):
            raise UnansweredError(Gap("kubectl did not answer with an object", ACTION))
        return answer

    def _run(self, words: Sequence[str]) -> tuple[int, bytes, str]:
        try:
            process = subprocess.Popen(
                words,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as err:
            raise UnansweredError(Gap("kubectl is not installed", ACTION)) from err
        with process:
            try:
                out, error = process.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired as err:
                raise UnansweredError(Gap(f"no answer in {_SECONDS} s", ACTION)) from err
            finally:
                # With it goes whatever it started to sign in.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, out, error.decode(errors="replace")


def find_kubeconfig(cluster: str, given: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """The kubeconfig of a cluster: the one `given` for it, else the one that do/deploy wrote; None if there is none.

    `given` is by cluster. What is given for no cluster by name, and KUBECONFIG, lead to a cluster that nobody named, so
    they serve only a record that names none either.
    """
    if cluster in given:
        return given[cluster]
    if not cluster:
        return environment.get("KUBECONFIG") or None
    own = Path(environment.get("HOME", ""), ".kube", f"hyperpod-{cluster}")
    return str(own) if own.is_file() else None


def read_clusters(
    wanted: Mapping[str, Collection[str]], given: Mapping[str, str], environment: Mapping[str, str]
) -> list[Cluster]:
    """The clusters that have a kubeconfig. `wanted` holds their names, each with the namespaces that records name."""
    found = {name: find_kubeconfig(name, given, environment) for name in wanted}
    by_name = {name: Kubectl(kubeconfig, environment) for name, kubeconfig in found.items() if kubeconfig is not None}
    return list(in_threads(lambda one: read_cluster(one[0], one[1], wanted[one[0]]), by_name.items()))


def read_cluster(name: str, kubectl: Kubectl, namespaces: Iterable[str]) -> Cluster:
    """The Deployments that the do scripts made, in all namespaces; else, if only that is allowed, in those named."""
    try:
        return Cluster(name=name, workloads=tuple(_workloads(name, kubectl, "")))
    except UnansweredError as err:
        known = sorted(filter(None, namespaces))
        if err.gap.reason != _REASONS["Forbidden"] or not known:
            return Cluster(name=name, gap=err.gap)
    try:
        found = [one for space in known for one in _workloads(name, kubectl, f"/namespaces/{quote(space, safe='')}")]
    except UnansweredError as err:
        return Cluster(name=name, gap=err.gap)
    return Cluster(name=name, workloads=tuple(found))


def _workloads(cluster: str, kubectl: Kubectl, within: str) -> Iterator[Workload]:
    following = ""
    while True:
        path = f"/apis/apps/v1{within}/deployments?labelSelector={quote(_LABEL, safe='')}&limit={_PAGE}{following}"
        page = kubectl.get(path)
        try:
            yield from [_workload(cluster, one) for one in page["items"]]
            token = page.get("metadata", {}).get("continue")
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise UnansweredError(Gap("the answer is not a list of Deployments", ACTION)) from err
        if not token:
            return
        following = f"&continue={quote(token, safe='')}"


def _workload(cluster: str, one: dict[str, Any]) -> Workload:
    metadata, spec, status = one["metadata"], one["spec"], one.get("status", {})
    pod = spec["template"]["spec"]
    gpus = pod["containers"][0].get("resources", {}).get("limits", {}).get("nvidia.com/gpu")
    replicas = int(spec.get("replicas", 1))
    available = int(status.get("availableReplicas", 0))
    conditions = {condition["type"]: condition["status"] for condition in status.get("conditions", [])}
    return Workload(
        cluster=cluster,
        namespace=metadata["namespace"],
        name=metadata["name"],
        app=metadata.get("labels", {}).get("app", metadata["name"]),
        created_at=datetime.fromisoformat(metadata["creationTimestamp"]),
        replicas=replicas,
        available=available,
        is_settled=status.get("observedGeneration", 0) >= metadata.get("generation", 0)
        and status.get("updatedReplicas", 0) >= replicas,
        has_failed=conditions.get("Progressing") == "False" or conditions.get("ReplicaFailure") == "True",
        gpus=None if gpus is None else int(gpus),
        node_type=pod.get("nodeSelector", {}).get("node.kubernetes.io/instance-type"),
    )
