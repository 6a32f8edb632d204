"""Which variables are parameters of the deployment: by who set them, and by engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_tool.capture.draft import LeftOut
from registry_tool.capture.framework import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry_tool.capture.scope import Scope

ENGINE_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "vllm": ("VLLM_",),
    "vllm-omni": ("VLLM_",),
    "sglang": ("SGLANG_",),
    "tensorrt-llm": ("TRTLLM_",),
    "lmi": ("LMI_", "OPTION_"),
    "djl": ("DJL_", "OPTION_"),
}
"""The prefixes of an engine's variables, by backend. DJL Serving, below LMI too, reads OPTION_."""

COMPONENT_PREFIX = "IC_ENV_"
"""The prefix of the variables that do/deploy gives to inference components."""

_WITH_ENGINE = frozenset({"transformers", "diffusors"})
_HUGGING_FACE = frozenset({"HF_MODEL_ID", "HF_TOKEN"})
_ALWAYS: Mapping[str, str] = {"triton": "TRITON_MODEL_REPOSITORY", "marketplace": "MODEL_PACKAGE_ARN"}
"""By architecture: what the do scripts themselves read, so that nobody has to export it."""


def parameter_names(
    scope: Scope,
    *,
    architecture: str,
    backend: str,
    exported: frozenset[str],
    extra_prefixes: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """The names of the variables that are parameters, sorted; `extra_prefixes` is by backend.

    They are those that the project itself sets and exports, less what is known to be something else (`framework`), and
    those that an engine finds by its prefix, no matter who set them.
    """
    names = {name for name in exported if scope.is_set_by_project(name) and not known(name)}
    prefixes = extra_prefixes.get(backend, ())
    if architecture in _WITH_ENGINE:
        prefixes += ENGINE_PREFIXES.get(backend, ())
        names |= exported & _HUGGING_FACE
    if architecture in _ALWAYS:
        names.add(_ALWAYS[architecture])
    return sorted(names.union(name for name in exported if name.startswith(prefixes)))


def component_environment_names(scope: Scope, exported: frozenset[str]) -> list[str]:
    """The names, sorted, of the `IC_ENV_` variables that the project itself sets for its ICs at deploy time."""
    return sorted(
        name
        for name in exported
        if name.startswith(COMPONENT_PREFIX) and name != COMPONENT_PREFIX and scope.is_set_by_project(name)
    )


def left_out(scope: Scope, parameters: list[str], exported: frozenset[str]) -> Iterator[LeftOut]:
    """What the project sets to some value and the record does not have, by name, each with the reason."""
    for name in sorted(scope.set_in_config()):
        if name in parameters or not scope.variables.get(name):
            continue
        entry = known(name)
        if entry is None and name not in exported:
            yield LeftOut(name, "not exported, so that no engine sees it")
        elif entry is not None and entry.reason:
            yield LeftOut(name, f"{entry.reason} ({entry.source})")
