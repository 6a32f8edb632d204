"""The least rights that a look needs: of AWS as an IAM policy, of a Kubernetes cluster as a role."""

from __future__ import annotations

from registry_tool.live.client import DESCRIBES, LISTS
from registry_tool.live.images import ACTION as IMAGES
from registry_tool.record.identity import Document, Json

_RESOURCES = {
    "DescribeEndpoint": "endpoint",
    "DescribeEndpointConfig": "endpoint-config",
    "DescribeInferenceComponent": "inference-component",
    "DescribeModel": "model",
    "DescribeTransformJob": "transform-job",
}
"""The kind of object in the ARN that each describe call is about."""


CLUSTER_ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: registry-live
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [list]
"""
"""What a HyperPod cluster has to allow; a Role in each namespace is enough, too."""


def iam_policy(*, account: str = "", quick: bool = False, images: bool = False) -> Document:
    """An IAM policy with exactly the actions that a look calls; a `quick` one calls lists alone.

    With `images`, also what `--images` calls. AWS narrows no list to some objects. Describe calls are narrowed to
    objects of the `account`, if one is named.
    """
    lists: Json = {"Effect": "Allow", "Action": [f"sagemaker:{name}" for name in LISTS], "Resource": "*"}
    describes: Json = {
        "Effect": "Allow",
        "Action": [f"sagemaker:{name}" for name in DESCRIBES],
        "Resource": [f"arn:*:sagemaker:*:{account or '*'}:{_RESOURCES[name]}/*" for name in DESCRIBES],
    }
    tags: Json = {
        "Effect": "Allow",
        "Action": [IMAGES],
        "Resource": f"arn:*:ecr:*:{account or '*'}:repository/*",
    }
    statements = [lists] if quick else [lists, describes]
    return {"Version": "2012-10-17", "Statement": [*statements, tags] if images else statements}
