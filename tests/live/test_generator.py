"""The loop with nothing of ours in the place of the do-framework: deploy, register, change the world, look."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.live.cloud import Cloud
from tests.live.cluster import FakeCluster, listening
from tests.live.projects import Project, require
from tests.programs import run_registry

REALTIME = ("--ic-env", "VLLM_MAX_MODEL_LEN=4096", "--endpoint-initial-instance-count", "2")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new registry."""
    require()
    run_registry("init", "registry", cwd=tmp_path)
    return tmp_path / "registry"


def register(project: Project, root: Path) -> None:
    done = run_registry("register", "--registry", str(root), "--project-dir", str(project.folder), cwd=root)
    assert done.returncode == 0, done.stderr


def live(root: Path, cloud: Cloud) -> tuple[int, str]:
    words = ("live", "status", "--registry", str(root), "--rate", "0", "--exit-code")
    done = run_registry(*words, cwd=root, env=cloud.environment)
    assert done.stderr == ""
    return done.returncode, done.stdout


def endpoints(cloud: Cloud) -> list[str]:
    return list(cloud.objects["EndpointName"])


def test_a_deployment_an_adapter_and_the_orphan_that_force_leaves(cloud: Cloud, root: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "chat", cloud.environment, target="realtime-inference", options=REALTIME)
    project.do("deploy")
    project.do("adapter", "add", "french", "--weights", "s3://my-bucket/adapters/french/adapter.tar.gz")
    register(project, root)

    code, said = live(root, cloud)
    assert re.search(r"chat +realtime +as-registered +in-service\n", said), said
    assert code == 0

    (deployed,) = endpoints(cloud)
    project.do("deploy", "--force")
    (empty,) = set(endpoints(cloud)) - {deployed}
    code, said = live(root, cloud)
    assert re.search(r"chat +realtime +as-registered +in-service\n", said), said
    assert f"running, not registered (1):\n    {empty}\n        unregistered; endpoint, InService, 1 x ml.g5" in said
    assert code == 4

    # Registered again, the record means the new endpoint; the old one runs on with all that is on it.
    register(project, root)
    code, said = live(root, cloud)
    assert re.search(r"chat +realtime +differs +in-service\n", said), said
    assert f"icList.default.endpoint: {empty} -> {deployed}" in " ".join(said.split())
    assert f"running, not registered (1):\n    {deployed}\n        superseded: " in said
    assert code == 4

    project.do("clean", "endpoint", "--force")
    assert endpoints(cloud) == [deployed]
    code, said = live(root, cloud)
    assert re.search(r"chat +realtime +not-found-here ", said), said
    assert f"    {deployed}\n        superseded: " in said
    assert code == 4


def test_a_change_in_the_world_is_found(cloud: Cloud, root: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "chat", cloud.environment, target="realtime-inference", options=REALTIME)
    project.do("deploy")
    register(project, root)
    (component,) = cloud.objects["InferenceComponentName"].values()
    component["Specification"]["ComputeResourceRequirements"]["NumberOfAcceleratorDevicesRequired"] = 4.0
    component["Specification"]["Container"]["Environment"]["VLLM_MAX_MODEL_LEN"] = "8192"

    code, said = live(root, cloud)

    assert "    icList.default.gpuCount: 1 -> 4\n" in said
    assert "    icEnvironment.VLLM_MAX_MODEL_LEN: another value on default\n" in said
    assert code == 4

    project.do("clean", "endpoint", "--force")
    code, said = live(root, cloud)
    assert re.search(r"chat +realtime +(gone|not-found-here) ", said), said
    assert code == 4


def test_the_generators_own_manifest_is_as_registered(cloud: Cloud, root: Path, tmp_path: Path) -> None:
    if not shutil.which("kubectl"):
        (pytest.fail if "CI" in os.environ else pytest.skip)("kubectl is missing: make programs")
    project = Project(tmp_path / "hp", cloud.environment, target="hyperpod-eks", options=())
    manifest = (project.folder / "hyperpod/deployment.yaml").read_text(encoding="utf-8")
    applied = yaml.safe_load(manifest.replace("${ECR_IMAGE}", "repository:hp-latest"))
    applied["metadata"] |= {"generation": 1, "creationTimestamp": "2026-11-20T12:00:00Z"}
    applied["status"] = {"observedGeneration": 1, "updatedReplicas": 1, "availableReplicas": 1}
    register(project, root)

    fake = FakeCluster()
    fake.deployments = [applied]
    with listening(fake, tmp_path) as kubeconfig:
        words = ("live", "status", "--registry", str(root), "--exit-code", "--kubeconfig", f"hp1={kubeconfig}")
        same = run_registry(*words, cwd=root)
        limits = applied["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
        limits["nvidia.com/gpu"] = "8"
        changed = run_registry(*words, cwd=root)

    assert re.search(r"hp +hyperpod +as-registered +in-service\n", same.stdout), same.stdout + same.stderr
    assert "    live.gpuCount: 1 -> 8\n" in changed.stdout
    assert (same.returncode, changed.returncode) == (0, 4)


@pytest.mark.long
@pytest.mark.parametrize(("target", "match"), [("async-inference", "as-registered"), ("batch-transform", "finished")])
def test_other_targets_are_as_registered(cloud: Cloud, root: Path, tmp_path: Path, target: str, match: str) -> None:
    project = Project(tmp_path / "later", cloud.environment, target=target, options=())
    project.do("deploy")
    register(project, root)

    words = ("live", "status", "--registry", str(root), "--rate", "0", "--exit-code", "--format", "json")
    done = run_registry(*words, cwd=root, env=cloud.environment)

    (record,) = json.loads(done.stdout)["records"]
    assert record["match"] == match, record
    assert done.returncode == 0
