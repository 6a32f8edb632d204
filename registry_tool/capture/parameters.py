"""Which variables are parameters of the deployment: by architecture, engine, and who set them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.scope import Scope

ENGINE_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "vllm": ("VLLM_",),
    "vllm-omni": ("VLLM_",),
    "sglang": ("SGLANG_",),
    "tensorrt-llm": ("TRTLLM_",),
    "lmi": ("LMI_", "OPTION_"),
    "djl": ("DJL_", "OPTION_"),
}
"""What the names of an engine's variables begin with, by backend. DJL Serving, below LMI too, reads OPTION_."""

_HUGGING_FACE = frozenset({"HF_MODEL_ID", "HF_TOKEN"})

# What a http project sets that is no parameter of the deployment: a pattern of whole names.
_NO_PARAMETER = (
    # fields of the record itself
    "PROJECT_NAME|DEPLOYMENT_CONFIG|DEPLOYMENT_TARGET|MODEL_NAME|MODEL_FORMAT|INSTANCE_TYPE|AWS_REGION"
    "|BUILD_TARGET|BASE_IMAGE|ENDPOINT_.*|IC_.*"
    # said by DEPLOYMENT_CONFIG already
    "|FRAMEWORK|MODEL_SERVER"
    # written back by the do scripts: what became of this deployment, different on every run
    "|DEPLOYMENT_TARGET_.*_STATUS|DEPLOYED_.*|.*_(?:ENDPOINT|JOB|COMPONENT)_NAME|(?:SMAI|ASYNC|BENCHMARK)_INSTANCE_TYPE"
    "|SAGEMAKER_MODEL_NAME|STAGED_MODEL_PATH|ADAPTER_.*|TUNE_.*|TRAIN_.*"
    # of the machine it is registered from
    "|AWS_PROFILE|KUBECONFIG|HOME|LANG|OLDPWD|PATH|PWD|PYTHONPATH|SHLVL|_"
)


def parameter_names(
    scope: Scope,
    *,
    architecture: str,
    backend: str,
    exported: frozenset[str],
    extra_prefixes: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """The names of the variables that are parameters, sorted; `extra_prefixes` is by backend."""
    prefixes = extra_prefixes.get(backend, ())
    names: set[str] = set()
    if architecture in {"transformers", "diffusors"}:
        prefixes += ENGINE_PREFIXES.get(backend, ())
        names = {name for name in exported if name in _HUGGING_FACE}
    elif architecture == "http":
        names = {name for name in exported if scope.is_set_by_project(name) and not re.fullmatch(_NO_PARAMETER, name)}
    elif architecture == "triton":
        names = {"TRITON_MODEL_REPOSITORY"}
    elif architecture == "marketplace":
        names = {"MODEL_PACKAGE_ARN"}  # a marketplace model has no engine of ours to set: this is all that runs
    return sorted(names.union(name for name in exported if name.startswith(prefixes)))


def component_environment_names(scope: Scope, exported: frozenset[str]) -> list[str]:
    """The names, sorted, of the `IC_ENV_` variables that the project itself sets for its ICs at deploy time."""
    prefix = "IC_ENV_"
    return sorted(
        name for name in exported if name.startswith(prefix) and name != prefix and scope.is_set_by_project(name)
    )
