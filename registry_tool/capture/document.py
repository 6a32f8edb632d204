"""Which variable or file becomes which field of the record."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from registry_tool.capture.draft import CaptureError, Source, place
from registry_tool.capture.parameters import component_environment_names, left_out, parameter_names
from registry_tool.capture.project import find_model_configs
from registry_tool.capture.scope import Found
from registry_tool.printable import one_line
from registry_tool.problems import field_path
from registry_tool.record.identity import ARCHITECTURES, REALTIME, split_deployment_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.draft import LeftOut
    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope
    from registry_tool.record.identity import Json

Tree: TypeAlias = "Found | dict[str, Tree] | list[Tree] | None"
"""A record in the making: values with their sources, under the record's field names. None: not set."""

_INSTANCE_TYPES = ("INSTANCE_TYPE", "DEPLOYED_INSTANCE_TYPE", "BENCHMARK_INSTANCE_TYPE")
"""In the order in which the do scripts fall back on them: a pool of instances has a type only once it is deployed."""


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
    architecture, backend = _known_architecture(str(deployment_config.value))
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
    tree: dict[str, Tree] = {
        "projectName": project_name,
        "deploymentConfig": deployment_config,
        "architecture": Found(architecture, split),
        "backend": Found(backend, split) if backend else None,
        "modelName": shared.text("MODEL_NAME"),
        "modelFormat": shared.text("MODEL_FORMAT"),
        "instanceType": _instance_type(shared, str(target.value)),
        "awsRegion": shared.required("AWS_REGION", hint='export AWS_REGION="us-east-1", or whichever region it is in'),
        "deploymentTarget": target,
        "buildTarget": shared.text("BUILD_TARGET"),
        "baseImage": shared.text("BASE_IMAGE"),
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
        "icList": _ic_list(project, shared, apart, str(project_name.value)) if target.value == REALTIME else [],
        "parameters": parameters,
        "icEnvironment": {
            name.removeprefix("IC_ENV_"): shared.text(name) for name in component_environment_names(shared, exported)
        },
    }
    return Reading(tree, tuple(left_out(shared, names, exported)))


def plant(tree: Tree, sources: dict[str, Source], *path: str | int) -> Json:
    """The values of a tree as plain data, without empty branches; None if nothing is left. Notes each one's source."""
    if isinstance(tree, Found):
        sources[field_path(path)] = tree.source
        return tree.value
    if isinstance(tree, dict):
        grown = {name: plant(branch, sources, *path, name) for name, branch in tree.items()}
        return {name: value for name, value in grown.items() if value is not None} or None
    return [plant(branch, sources, *path, index) for index, branch in enumerate(tree or ())] or None


def _known_architecture(deployment_config: str) -> tuple[str, str]:
    architecture, backend = split_deployment_config(deployment_config)
    if architecture not in ARCHITECTURES:
        raise CaptureError(
            f"DEPLOYMENT_CONFIG '{one_line(deployment_config)}' begins with no known architecture",
            hint=f"it is ARCHITECTURE-BACKEND, and the architectures are {', '.join(ARCHITECTURES)}",
        )
    if not backend and architecture != "marketplace":
        raise CaptureError(
            f"DEPLOYMENT_CONFIG '{one_line(deployment_config)}' names no backend",
            hint="it is ARCHITECTURE-BACKEND, such as transformers-vllm",
        )
    return architecture, backend


def _instance_type(shared: Scope, target: str) -> Found | None:
    for name in _INSTANCE_TYPES:
        if found := shared.text(name):
            return found
    if target == "hyperpod-eks":  # a cluster chooses its own
        return None
    return shared.required("INSTANCE_TYPE", hint="set it in do/config, or run do/deploy first if a pool decides it")


def _is_own_default(shared: Scope, name: str) -> bool:
    """Whether do/config only repeats what the do scripts assume anyway: `export NAME="${NAME:-1}"`."""
    made = shared.assignments.get(name, ())
    return bool(made) and all(one.default == "1" for one in made) and shared.variables.get(name) == "1"


def _ic_list(project: Project, shared: Scope, apart: Mapping[str, Scope], project_name: str) -> list[Tree]:
    default_image = Found(f"{project_name}-latest", Source("default", detail="PROJECT_NAME-latest"))
    if project.components is None:
        name = Found("default", Source("derived", detail="no do/ic folder"))
        components = [_component(shared, name, default_image)]
    else:
        components = [
            _component(apart[file], _file_name(file), apart[file].text("IC_IMAGE_TAG") or default_image)
            for file in project.components
        ]
    adapters = [(apart[file].text("ADAPTER_NAME") or _file_name(file), apart[file]) for file in project.adapters]
    adapters.sort(key=lambda adapter: str(adapter[0].value))
    for (name, _), (again, _) in pairwise(adapters):
        if name.value == again.value:
            raise CaptureError(
                f"two adapters have the name '{one_line(str(name.value))}' ({place(name.source)} and "
                f"{place(again.source)})",
                hint="give one of them another ADAPTER_NAME",
            )
    return [*components, *(_adapter(scope, name) for name, scope in adapters)]


def _component(scope: Scope, name: Found, image: Found) -> Tree:
    one = Found(1, Source("default"))
    return {
        "name": name,
        "image": image,
        "gpuCount": scope.gpu_count("IC_GPU_COUNT") or one,
        "copyCount": scope.count("IC_COPY_COUNT") or one,
    }


def _adapter(scope: Scope, name: Found) -> Tree:
    fixed = Source("derived", detail="an adapter runs on its IC")
    return {
        "name": name,
        "isAdapter": Found(value=True, source=fixed),
        "baseIcName": scope.text("ADAPTER_IC_NAME"),
        "artifactUrl": scope.text("ADAPTER_WEIGHTS_URI"),
        "gpuCount": Found(0, fixed),
        "copyCount": Found(1, fixed),
    }


def _file_name(file: str) -> Found:
    return Found(PurePosixPath(file).stem, Source("file", file, detail="the file's name"))


def _model_configs(project: Project) -> dict[str, Tree]:
    """The text of every config.pbtxt: named so if it is the only one, by its path in the repository otherwise."""
    files = find_model_configs(project.folder)
    return {
        "config.pbtxt" if len(files) == 1 else file.removeprefix("model_repository/"): _model_config(project, file)
        for file in files
    }


def _model_config(project: Project, file: str) -> Found | None:
    try:
        text = project.read(file).decode().strip()
    except UnicodeDecodeError as err:
        raise CaptureError(f"{one_line(file)} is not valid UTF-8", hint="save the file as UTF-8") from err
    return Found(text, Source("file", file, detail="the file's text")) if text else None
