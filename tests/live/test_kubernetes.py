"""HyperPod: records against Deployments, through the real kubectl, and what becomes of a kubectl that fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from registry_tool.live import kubernetes
from registry_tool.live.claim import parse_claim
from registry_tool.live.kubernetes import Kubectl, read_cluster
from registry_tool.live.look import Look, look
from registry_tool.live.match import match
from registry_tool.live.policy import CLUSTER_ROLE
from registry_tool.live.world import Cluster
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json
from registry_tool.record.layout import record_path
from registry_tool.record.yamldoc import parse
from tests.live.cluster import FakeCluster, deployment, listening
from tests.live.fleet import CANARY, document
from tests.live.looking import NOW, PLAIN
from tests.programs import run_registry
from tests.trail.registries import commit, new_registry

ONE_GET = "/apis/apps/v1/deployments?labelSelector=managed-by%3Dml-container-creator&limit=500"


@pytest.fixture
def fake() -> FakeCluster:
    """An empty cluster."""
    return FakeCluster()


@pytest.fixture
def kubeconfig(fake: FakeCluster, tmp_path: Path) -> Iterator[Path]:
    """The way to the cluster, for the real kubectl."""
    if not shutil.which("kubectl"):
        (pytest.fail if "CI" in os.environ else pytest.skip)("kubectl is not installed: make programs")
    with listening(fake, tmp_path) as path:
        yield path


def record(**live: Json) -> Document:
    made = document(projectName="hp", deploymentTarget="hyperpod-eks", icEnvironment={"A": "1"})
    captured: dict[str, Json] = {"cluster": "c1", "namespace": "default", "replicas": 1, "gpuCount": 1}
    return {**made, "live": {**captured, "nodeType": "ml.g5.xlarge", **live}}


def read(kubeconfig: Path, *namespaces: str) -> Cluster:
    return read_cluster("c1", Kubectl(str(kubeconfig), os.environ), namespaces)


def look_at(cluster: Cluster, made: Document) -> Look:
    (sighting,) = match([parse_claim(made)], [], [cluster])
    return look(sighting, None, terms=PLAIN, at=NOW)


def test_what_was_deployed_is_as_registered_by_one_get(fake: FakeCluster, kubeconfig: Path, home: Path) -> None:
    fake.deployments = [deployment("hp"), deployment("other")]

    found = look_at(read(kubeconfig), record())

    assert (found.match, found.state, found.reason) == ("as-registered", "in-service", "")
    assert fake.calls == [ONE_GET]
    assert not (home / ".kube").exists()


@pytest.mark.parametrize(
    ("captured", "differences"),
    [({"gpuCount": 2}, ["live.gpuCount"]), ({"nodeType": "ml.p5.48xlarge"}, ["live.nodeType"]), ({"replicas": 3}, [])],
)
def test_each_field_is_compared(
    fake: FakeCluster, kubeconfig: Path, captured: Mapping[str, Any], differences: list[str]
) -> None:
    fake.deployments = [deployment("hp")]

    found = look_at(read(kubeconfig), record(**captured))

    assert [field.path for field in found.differences] == differences


def test_pages_are_read_to_their_end(fake: FakeCluster, kubeconfig: Path) -> None:
    fake.page = 1
    fake.deployments = [deployment(f"hp-{number}") for number in range(3)]

    assert [one.name for one in read(kubeconfig).workloads] == ["hp-0", "hp-1", "hp-2"]


def test_who_may_read_one_namespace_only_reads_that(fake: FakeCluster, kubeconfig: Path) -> None:
    fake.deployments = [deployment("hp", "serving"), deployment("hp", "elsewhere")]
    fake.refused = {"/apis/apps/v1/deployments"}

    assert look_at(read(kubeconfig, "serving"), record(namespace="serving")).match == "as-registered"
    assert look_at(read(kubeconfig), record(namespace="serving")).reason == "not allowed: deployments.apps list"


def test_a_deployment_that_is_gone_is_gone_and_two_are_ambiguous(fake: FakeCluster, kubeconfig: Path) -> None:
    assert look_at(read(kubeconfig), record()).match == "gone"

    fake.deployments = [deployment("hp", "a"), deployment("hp", "b")]
    assert look_at(read(kubeconfig), record(namespace="")).candidates == ("a/hp", "b/hp")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"availableReplicas": 0}, "changing"),
        ({"observedGeneration": 0}, "changing"),
        ({"conditions": [{"type": "Progressing", "status": "False"}]}, "failed"),
    ],
)
def test_a_deployment_that_does_not_work_is_not_in_service(
    fake: FakeCluster, kubeconfig: Path, status: Mapping[str, Any], state: str
) -> None:
    one = deployment("hp")
    one["status"] |= status
    fake.deployments = [one]

    assert look_at(read(kubeconfig), record()).state == state


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "kubectl failed"),
        (
            "echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1",
            "the cluster does not accept who asks",
        ),
        ("echo 'Unable to connect to the server: dial tcp' >&2; exit 1", "cannot be reached"),
        ("echo not json", "kubectl did not answer in JSON"),
        ("echo '[]'", "kubectl did not answer with an object"),
        ("echo '{\"items\": [{}]}'", "the answer is not a list of Deployments"),
        ("sleep 60", "no answer in 1 s"),
    ],
)
def test_a_kubectl_that_fails_leaves_the_record_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(kubernetes, "_SECONDS", 1)

    found = look_at(read(tmp_path / "none"), record())

    assert (found.match, found.reason) == ("unknown", f"{reason}: deployments.apps list")


def test_without_kubectl_the_record_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert look_at(read(tmp_path / "none"), record()).reason == "kubectl is not installed: deployments.apps list"


def test_the_command_reads_the_cluster_and_shows_no_secret(fake: FakeCluster, kubeconfig: Path, tmp_path: Path) -> None:
    fake.deployments = [deployment("hp"), deployment("forgotten")]
    root = registry_of(tmp_path)

    done = run_registry(
        *("live", "status", "--registry", str(root), "--exit-code"), cwd=root, env={"KUBECONFIG": str(kubeconfig)}
    )

    assert "as-registered" in done.stdout
    assert "running, not registered (1):\n    default/forgotten\n" in done.stdout
    assert CANARY not in done.stdout + done.stderr
    assert done.returncode == 4


def test_without_a_kubeconfig_it_is_unknown_and_exit_1(tmp_path: Path) -> None:
    root = registry_of(tmp_path)

    done = run_registry("live", "status", "--registry", str(root), cwd=root)

    assert "no kubeconfig for its cluster, which the record does not name" in " ".join(done.stdout.split())
    assert done.returncode == 1


def test_the_role_allows_exactly_what_is_asked_for(fake: FakeCluster, kubeconfig: Path) -> None:
    read(kubeconfig)

    rules: Any = parse(CLUSTER_ROLE.encode()).document
    (rule,) = rules["rules"]
    assert rule == {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}
    assert fake.calls == [ONE_GET]


def registry_of(folder: Path) -> Path:
    root = new_registry(folder / "registry")
    made = {name: value for name, value in record().items() if name != "live"}
    commit(root, {record_path(str(made["configId"])): to_yaml(made)})
    return root
