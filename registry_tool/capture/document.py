"""Which variable or file becomes which field of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from registry_tool.capture.components import read_components
from registry_tool.capture.doubts import nearest
from registry_tool.capture.draft import CaptureError, Source, place
from registry_tool.capture.labels import read_labels
from registry_tool.capture.live import read_live
from registry_tool.capture.parameters import (
    COMPONENT_PREFIX,
    component_environment_names,
    left_out,
    parameter_names,
)
from registry_tool.capture.project import find_model_configs
from registry_tool.capture.scope import FoundValue
from registry_tool.printable import one_line
from registry_tool.record.identity import ARCHITECTURES, REALTIME, split_deployment_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.draft import LeftOut
    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope
    from registry_tool.capture.tree import Tree

_INSTANCE_TYPES = ("INSTANCE_TYPE", "DEPLOYED_INSTANCE_TYPE", "BENCHMARK_INSTANCE_TYPE")
"""In the order in which the do scripts fall back on them: a pool of instances has a type only once it is deployed."""
_ON_INSTANCES = frozenset({"realtime-inference", "async-inference", "batch-transform"})
"""The targets that run on instances of a type that the project says."""


class Reading(NamedTuple):
    """The fields as the project has them, and the variables that the record does not have."""

    tree: dict[str, Tree]
    left_out: tuple[LeftOut, ...]


def read_fields(
    project: Project,
    shared: Scope,
    apart: Mapping[str, Scope],
    *,
    exported: frozenset[str],
    extra_prefixes: Mapping[str, tuple[str, ...]],
) -> Reading:
    """The record's fields as the project has them; a `CaptureError` where one that it needs is missing or broken.

    `shared` holds the variables of do/config, `apart` those of each IC's and adapter's own file.
    """
    project_name = shared.required("PROJECT_NAME", hint='name the project: export PROJECT_NAME="my-model"')
    deployment_config = shared.required(
        "DEPLOYMENT_CONFIG", hint='name architecture and backend: export DEPLOYMENT_CONFIG="transformers-vllm"'
    )
    architecture, backend = _known_architecture(deployment_config)
    split = Source("derived", detail="DEPLOYMENT_CONFIG, split at its first '-'")
    target = shared.required(
        "DEPLOYMENT_TARGET", hint='say where the model runs: export DEPLOYMENT_TARGET="realtime-inference"'
    )
    names = parameter_names(
        shared, architecture=architecture, backend=backend, exported=exported, extra_prefixes=extra_prefixes
    )
    parameters: dict[str, Tree] = {name: shared.text(name) for name in names}
    if architecture == "triton":
        parameters |= _model_configs(project)
    image = _stock_image(shared)
    tree: dict[str, Tree] = {
        "projectName": project_name,
        "deploymentConfig": deployment_config,
        "architecture": FoundValue(architecture, split),
        "backend": FoundValue(backend, split) if backend else None,
        "modelName": shared.text("MODEL_NAME"),
        "modelFormat": shared.text("MODEL_FORMAT"),
        "instanceType": _instance_type(shared, str(target.value)),
        "awsRegion": shared.required("AWS_REGION", hint='export AWS_REGION="us-east-1", or whichever region it is in'),
        "deploymentTarget": target,
        "buildTarget": shared.text("BUILD_TARGET"),
        "baseImage": image or shared.text("BASE_IMAGE"),
        "endpointConfig": {
            "initialInstanceCount": shared.count("ENDPOINT_INITIAL_INSTANCE_COUNT"),
            "dataCapturePercent": shared.number("ENDPOINT_DATA_CAPTURE_PERCENT"),
            "variantName": shared.text("ENDPOINT_VARIANT_NAME"),
            "volumeSize": shared.count("ENDPOINT_VOLUME_SIZE"),
        },
        "icConfig": {
            "cpuCount": shared.number("IC_CPU_COUNT"),
            "memorySize": shared.count("IC_MEMORY_SIZE"),
            "gpuCount": None if _is_own_default(shared, "IC_GPU_COUNT") else shared.gpu_count("IC_GPU_COUNT"),
            "copyCount": shared.count("IC_COPY_COUNT"),
            "modelWeight": shared.number("IC_MODEL_WEIGHT"),
        },
        "icList": _components(project, shared, apart, image) if target.value == REALTIME else [],
        "parameters": parameters,
        "icEnvironment": {
            name.removeprefix(COMPONENT_PREFIX): shared.text(name)
            for name in component_environment_names(shared, exported)
        },
        "labels": read_labels(project, shared),
        "live": read_live(project, shared, apart, str(target.value)),
    }
    return Reading(tree, tuple(left_out(shared, names, exported)))


def _known_architecture(deployment_config: FoundValue) -> tuple[str, str]:
    said = str(deployment_config.value)
    architecture, backend = split_deployment_config(said)
    if architecture not in ARCHITECTURES:
        near = nearest(architecture, ARCHITECTURES)
        where = place(deployment_config.source)
        raise CaptureError(
            f"DEPLOYMENT_CONFIG ({where}) begins with no known architecture: '{one_line(said)}'"
            + (f" (did you mean {near}?)" if near else ""),
            hint=f"it is ARCHITECTURE-BACKEND, and the architectures are {', '.join(ARCHITECTURES)}",
        )
    return architecture, backend


def _instance_type(shared: Scope, target: str) -> FoundValue | None:
    for name in _INSTANCE_TYPES:
        if found := shared.text(name):
            return found
    external = shared.set_by_file("ENDPOINT_EXTERNAL")
    if target not in _ON_INSTANCES or (external and external.value == "true"):
        return None  # a cluster chooses its own, and somebody else's endpoint has its own
    return shared.required("INSTANCE_TYPE", hint="set it in do/config, or run do/deploy first if a pool decides it")


def _stock_image(shared: Scope) -> FoundValue | None:
    """The image that runs as it is, without one of the project's own around it."""
    mode = shared.set_by_file("DEPLOY_MODE")
    return shared.text("CONTAINER_IMAGE_URI") if mode and mode.value == "dlc-direct" else None


def _components(project: Project, shared: Scope, apart: Mapping[str, Scope], stock: FoundValue | None) -> list[Tree]:
    built = FoundValue(f"{shared.variables['PROJECT_NAME']}-latest", Source("default", detail="PROJECT_NAME-latest"))
    return read_components(project, shared, apart, stock or built)


def _is_own_default(shared: Scope, name: str) -> bool:
    """Whether do/config only repeats what the do scripts assume anyway: `export NAME="${NAME:-1}"`."""
    made = shared.assignments.get(name, ())
    return bool(made) and all(one.default == "1" for one in made) and shared.variables.get(name) == "1"


def _model_configs(project: Project) -> dict[str, Tree]:
    """The text of every config.pbtxt: named so if it is the only one, by its path in the repository otherwise."""
    files = find_model_configs(project.folder)
    return {
        "config.pbtxt" if len(files) == 1 else file.removeprefix("model_repository/"): _model_config(project, file)
        for file in files
    }


def _model_config(project: Project, file: str) -> FoundValue | None:
    try:
        text = project.read(file).decode().strip()
    except UnicodeDecodeError as err:
        raise CaptureError(f"{one_line(file)} is not valid UTF-8", hint="save the file as UTF-8") from err
    return FoundValue(text, Source("file", file, detail="the file's text")) if text else None
