"""The names in the cloud are those that the do scripts wrote into the project, and never the caller's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.record.identity import Json
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]

AMBIENT = {
    "ENDPOINT_NAME": "other-endpoint-1795649010",
    "SMAI_ENDPOINT_NAME": "other-endpoint-1795649010",
    "ENDPOINT_CONFIG_NAME": "other-epc-1795649010",
    "ENDPOINT_EXTERNAL": "true",
    "IC_DEPLOYED_NAME": "other-default-1795649013",
    "INFERENCE_COMPONENT_NAME": "other-ic-1795649013",
    "TRANSFORM_JOB_NAME": "other-batch-job-1795649026",
    "SAGEMAKER_MODEL_NAME": "other-batch-model-1795649026",
    "HP_CLUSTER_NAME": "other",
    "HP_NAMESPACE": "other",
    "_PROFILE_accountId": "210987654321",
    "INSTANCE_POOLS": '[{"InstanceType":"ml.g5.xlarge"}]',
}
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  namespace: serving
  labels:
    app: demo
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: demo
          image: ${ECR_IMAGE}
          resources:
            requests:
              nvidia.com/gpu: "1"
            limits:
              cpu: "8"
              nvidia.com/gpu: "2"
      nodeSelector:
        node.kubernetes.io/instance-type: "ml.g5.12xlarge"
"""
PROFILE = '_PROFILE_accountId="123456789012"'


@pytest.mark.parametrize(
    ("target", "more", "files", "live"),
    [
        (
            "realtime-inference",
            """
            export SMAI_ENDPOINT_NAME="demo-endpoint-1795649010" ENDPOINT_NAME="demo-endpoint-1700000000"
            export ENDPOINT_CONFIG_NAME="demo-epc-1795649010"
            export INSTANCE_POOLS='[{"InstanceType":"ml.g6.xlarge","Priority":1},{"InstanceType":"ml.g5.xlarge"}]'
            """,
            {"do/ic/default.conf": 'export IC_DEPLOYED_NAME="demo-default-1795649013"', "do/ic/idle.conf": ""},
            {
                "endpointName": "demo-endpoint-1795649010",
                "endpointConfigName": "demo-epc-1795649010",
                "components": {"default": "demo-default-1795649013"},
                "instancePools": [{"instanceType": "ml.g6.xlarge", "priority": 1}, {"instanceType": "ml.g5.xlarge"}],
            },
        ),
        (
            "realtime-inference",
            "export ENDPOINT_NAME=shared ENDPOINT_EXTERNAL=true",
            {},
            {"endpointName": "shared", "endpointExternal": True},
        ),
        ("realtime-inference", "export SMAI_ENDPOINT_NAME=demo-ep", {}, None),
        (
            "async-inference",
            "export ASYNC_ENDPOINT_NAME=demo-async-ep-1795649018 SAGEMAKER_MODEL_NAME=demo-async-model-1795649018",
            {"do/lib/profile.sh": PROFILE},
            {
                "accountId": "123456789012",
                "endpointName": "demo-async-ep-1795649018",
                "modelName": "demo-async-model-1795649018",
            },
        ),
        (
            "batch-transform",
            "export TRANSFORM_JOB_NAME=demo-batch-job-1795649026 ENDPOINT_NAME=demo-endpoint-1795649010",
            {},
            {"transformJobName": "demo-batch-job-1795649026"},
        ),
        (
            "hyperpod-eks",
            'export HP_CLUSTER_NAME="hp1" HP_NAMESPACE="default" HP_REPLICAS=9',
            {"hyperpod/deployment.yaml": MANIFEST},
            {
                "cluster": "hp1",
                "namespace": "serving",
                "deployment": "demo",
                "replicas": 3,
                "gpuCount": 2,
                "nodeType": "ml.g5.12xlarge",
            },
        ),
    ],
)
@pytest.mark.parametrize("ambient", [{}, AMBIENT], ids=["clean", "another deployment's shell"])
def test_live_holds_what_the_project_was_deployed_as(  # noqa: PLR0913, PLR0917  each is a part of one project
    make_project: MakeProject,
    environment: dict[str, str],
    target: str,
    more: str,
    files: dict[str, str],
    live: Json,
    ambient: dict[str, str],
) -> None:
    folder = make_project(more, files=files, DEPLOYMENT_TARGET=target)

    document = capture(folder, environment={**environment, **ambient}).document

    assert document.get("live") == live
