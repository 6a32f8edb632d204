"""What the deployment is called in the cloud, as the do scripts wrote it back into the project.

Only what a file of the project says counts, never the caller's environment: a shell that was used for another
deployment has names of its own.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from registry_tool.capture.draft import Source
from registry_tool.capture.scope import FoundValue
from registry_tool.record.identity import REALTIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope
    from registry_tool.capture.tree import Tree
    from registry_tool.record.identity import Json

HYPERPOD = ("hyperpod-eks", "eks")
DEPLOYMENT = "hyperpod/deployment.yaml"
"""The manifest that do/deploy applies. Replicas and GPUs were written into it when the project was made."""

# Every name that do/deploy makes ends in a Unix time. Any other is an answer to its questions, not the name of a thing.
_MADE = re.compile(r".+-[0-9]{10}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    REALTIME: ("SMAI_ENDPOINT_NAME", "ENDPOINT_NAME"),
    "async-inference": ("ASYNC_ENDPOINT_NAME", "ENDPOINT_NAME"),
}
"""By target, the variables in which do/deploy looks for the endpoint, in its order."""


def read_live(project: Project, shared: Scope, apart: Mapping[str, Scope], target: str) -> dict[str, Tree]:
    """The field `live`."""
    external = shared.set_by_file("ENDPOINT_EXTERNAL")
    is_external = external is not None and external.value == "true"
    tree: dict[str, Tree] = {"accountId": _account(shared)}
    if target in _ENDPOINTS:
        names = (shared.set_by_file(name) for name in _ENDPOINTS[target])
        tree["endpointName"] = next((found for found in names if found and (is_external or _is_made(found))), None)
        tree["endpointExternal"] = FoundValue(value=True, source=external.source) if external and is_external else None
        tree["endpointConfigName"] = _made(shared, "ENDPOINT_CONFIG_NAME")
        tree["instancePools"] = _pools(shared.set_by_file("INSTANCE_POOLS"))
    tree["modelName"] = _made(shared, "SAGEMAKER_MODEL_NAME")
    if target == REALTIME:
        tree["components"] = _components(project, shared, apart)
    if target == "batch-transform":
        tree["transformJobName"] = _made(shared, "TRANSFORM_JOB_NAME")
    if target in HYPERPOD:
        tree |= {"cluster": shared.set_by_file("HP_CLUSTER_NAME"), "namespace": shared.set_by_file("HP_NAMESPACE")}
        tree |= _manifest(project)
    return tree


def _account(shared: Scope) -> FoundValue | None:
    """The account of the generator's profile, which do/lib/profile.sh leaves in a shell variable."""
    name = "_PROFILE_accountId"
    value = shared.variables.get(name, "")
    if shared.environment.get(name) == value or not _ACCOUNT.fullmatch(value):
        return None
    return FoundValue(value, Source("file", "do/lib/profile.sh", detail=name))


def _components(project: Project, shared: Scope, apart: Mapping[str, Scope]) -> dict[str, Tree]:
    if project.components is None:
        return {"default": _made(shared, "INFERENCE_COMPONENT_NAME")}
    return {PurePosixPath(file).stem: apart[file].set_by_file("IC_DEPLOYED_NAME") for file in project.components}


def _made(shared: Scope, name: str) -> FoundValue | None:
    found = shared.set_by_file(name)
    return found if found and _is_made(found) else None


def _is_made(found: FoundValue) -> bool:
    return _MADE.fullmatch(str(found.value)) is not None


def _pools(found: FoundValue | None) -> list[Tree]:
    """INSTANCE_POOLS as far as it is what do/deploy reads: JSON, a list of instance types with their priorities."""
    if found is None:
        return []
    import json  # few projects have pools

    try:
        pools: Json = json.loads(str(found.value))
    except (ValueError, RecursionError):
        return []
    if not isinstance(pools, list):
        return []
    entries = [pool for pool in pools if isinstance(pool, dict) and pool.get("InstanceType")]
    return [
        {
            "instanceType": FoundValue(str(entry["InstanceType"]), found.source),
            "priority": FoundValue(priority, found.source)
            if isinstance(priority := entry.get("Priority"), int)
            else None,
        }
        for entry in entries
    ]


def _manifest(project: Project) -> dict[str, Tree]:
    """Name, namespace, replicas, GPUs and nodes of the Deployment; nothing of what cannot be read.

    Lines are read, not YAML: the file holds placeholders that are no YAML, and PyYAML costs 19 ms.
    """
    text = project.read_if_there(DEPLOYMENT)
    found: dict[str, Tree] = {}
    for field, pattern in _MANIFEST.items() if text else ():
        if match := re.search(pattern, text):
            value: Json = int(match[1]) if field in {"replicas", "gpuCount"} else match[1]
            line = text.count("\n", 0, match.start(1)) + 1
            found[field] = FoundValue(value, Source("file", DEPLOYMENT, line, detail="the manifest"))
    return found


_WORD = r"[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)[\"']?[ \t]*$"
_COUNT = r"[\"']?([0-9]{1,6})[\"']?[ \t]*$"
_MANIFEST: Mapping[str, str] = {
    "deployment": rf"(?m)^  name:[ \t]*{_WORD}",
    "namespace": rf"(?m)^  namespace:[ \t]*{_WORD}",
    "replicas": rf"(?m)^  replicas:[ \t]*{_COUNT}",
    "gpuCount": rf"(?ms)^ +limits:.*?^ +nvidia\.com/gpu:[ \t]*{_COUNT}",
    "nodeType": rf"(?m)^ +node\.kubernetes\.io/instance-type:[ \t]*{_WORD}",
}
"""Each field of the manifest, by the pattern of where the generator writes it. Few projects have one to look in."""
