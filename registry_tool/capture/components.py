"""What runs on a realtime endpoint: the inference components of do/ic, and the adapters of do/adapters."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from registry_tool.capture.draft import CaptureError, Source, place
from registry_tool.capture.parameters import COMPONENT_PREFIX, component_environment_names
from registry_tool.capture.scope import FoundValue
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry_tool.capture.project import Project
    from registry_tool.capture.scope import Scope
    from registry_tool.capture.tree import Tree

_DEFAULT = "default"
"""The component that the generator makes, and that do/adapter puts every adapter on."""


def read_components(project: Project, shared: Scope, apart: Mapping[str, Scope], image: FoundValue) -> list[Tree]:
    """The record's icList: components by their files' names, then adapters by name.

    Without do/ic there is one component, which runs `image`. `apart` holds the variables of each file.
    """
    if project.components is None:
        name = FoundValue(_DEFAULT, Source("derived", detail="no do/ic folder"))
        components: list[Tree] = [{"name": name, "image": image, **_counts(shared)}]
        names = [_DEFAULT]
    else:
        components = [_component(file, shared, apart[file]) for file in project.components]
        names = [PurePosixPath(file).stem for file in project.components]
    deployed = {
        str(found.value): PurePosixPath(file).stem
        for file in project.components or ()
        if (found := apart[file].set_by_file("IC_DEPLOYED_NAME"))
    }
    adapters = [(apart[file].text("ADAPTER_NAME") or _file_name(file), apart[file]) for file in project.adapters]
    adapters.sort(key=lambda adapter: str(adapter[0].value))
    for (name, _), (again, _) in pairwise(adapters):
        if name.value == again.value:
            raise CaptureError(
                f"two adapters have the name '{one_line(str(name.value))}' ({place(name.source)} and "
                f"{place(again.source)})",
                hint="give one of them another ADAPTER_NAME",
            )
    return [*components, *(_adapter(scope, name, names, deployed) for name, scope in adapters)]


def _component(file: str, shared: Scope, scope: Scope) -> dict[str, Tree]:
    return {
        "name": _file_name(file),
        "image": scope.text("IC_IMAGE_TAG"),
        "modelData": scope.text("IC_MODEL_DATA"),
        **_counts(scope),
        "minMemorySize": scope.count("IC_MIN_MEMORY_MB"),
        "environment": _environment(shared, scope),
    }


def _counts(scope: Scope) -> dict[str, Tree]:
    one = FoundValue(1, Source("default"))
    return {
        "gpuCount": scope.gpu_count("IC_GPU_COUNT") or one,
        "copyCount": scope.count("IC_COPY_COUNT") or one,
    }


def _environment(shared: Scope, scope: Scope) -> dict[str, Tree]:
    """What this component alone gets: do/deploy puts the file's IC_ENV_ variables over IC_CONTAINER_ENV_EXTRA."""
    own = [
        name
        for name in component_environment_names(scope, scope.exported)
        if scope.set_by_file(name) or scope.variables[name] != shared.variables.get(name)
    ]
    return {**_extra(scope), **{name.removeprefix(COMPONENT_PREFIX): scope.text(name) for name in own}}


def _extra(scope: Scope) -> dict[str, Tree]:
    """IC_CONTAINER_ENV_EXTRA: the inside of a JSON object, as do/deploy pastes it into one."""
    name = "IC_CONTAINER_ENV_EXTRA"
    found = scope.text(name) if scope.is_set_by_project(name) else None
    if found is None:
        return {}
    import json  # few projects have one

    try:
        said = json.loads(f"{{{found.value}}}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise CaptureError(
            f"{name} is not a list of texts by name ({place(found.source)})",
            hint='write it as do/deploy reads it: \'"NAME":"value","OTHER":"value"\'',
        )
    over = component_environment_names(scope, scope.exported)
    return {
        key: FoundValue(value, found.source)
        for key, value in said.items()
        if value and f"{COMPONENT_PREFIX}{key}" not in over
    }


def _adapter(scope: Scope, name: FoundValue, components: list[str], deployed: Mapping[str, str]) -> Tree:
    fixed = Source("derived", detail="an adapter runs on its IC")
    own_name = scope.text("ADAPTER_IC_NAME")
    return {
        "name": name,
        "isAdapter": FoundValue(value=True, source=fixed),
        "baseIcName": own_name,
        "baseComponent": _base(own_name, components, deployed),
        "artifactUrl": scope.text("ADAPTER_WEIGHTS_URI"),
        "gpuCount": FoundValue(0, fixed),
        "copyCount": FoundValue(1, fixed),
    }


def _base(own_name: FoundValue | None, components: list[str], deployed: Mapping[str, str]) -> FoundValue | None:
    """The component that serves the adapter, as far as the project says.

    By its name, ADAPTER_IC_NAME is the adapter's own component, but some people write the base there: then that counts.
    do/adapter itself uses the component of do/ic/default.conf, and no other.
    """
    said = "" if own_name is None else str(own_name.value)
    if own_name and (base := said if said in components else deployed.get(said)):
        return FoundValue(base, own_name.source)
    if _DEFAULT in components:
        return FoundValue(_DEFAULT, Source("derived", detail="do/adapter uses do/ic/default.conf"))
    return None


def _file_name(file: str) -> FoundValue:
    return FoundValue(PurePosixPath(file).stem, Source("file", file, detail="the file's name"))
