"""Reading a project: what it deploys, said as a record's fields, and where each of them came from.

Bash evaluates the project's files (`evaluation`), variables become fields (`document`), and each field keeps its source
(`provenance`). No other package runs a project's code.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Self, cast

from registry_tool.capture.document import plant, read_fields
from registry_tool.capture.draft import CaptureError, Draft, Source
from registry_tool.capture.evaluation import Running
from registry_tool.capture.generator import find_generator_version
from registry_tool.capture.project import CONFIG, find_project
from registry_tool.capture.provenance import find_assignments
from registry_tool.capture.scope import Scope
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from registry_tool.capture.project import Project
    from registry_tool.capture.provenance import Assignment
    from registry_tool.record.identity import Document

__all__ = ["Capture", "CaptureError", "Draft", "Source", "capture"]

_NO_PREFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_DECIDES_THE_CONFIG_ID = ("deploymentConfig", "modelName", "instanceType", "awsRegion", "deploymentTarget")


def capture(
    project_dir: Path,
    *,
    environment: Mapping[str, str],
    engine_prefixes: Mapping[str, tuple[str, ...]] = _NO_PREFIXES,
) -> Draft:
    """Read the project in `project_dir` as its own scripts would, run from `environment`. Raises `CaptureError`."""
    with Capture(project_dir, environment) as running:
        return running.draft(engine_prefixes)


class Capture:
    """A capture under way: bash reads the project while the caller does other things. A context manager."""

    def __init__(self, project_dir: Path, environment: Mapping[str, str]) -> None:
        """Begin to read the project in `project_dir` as its own scripts would, run from `environment`."""
        self._project = find_project(project_dir)
        self._environment = environment
        self._apart = (*(self._project.components or ()), *self._project.adapters)
        self._bash = Running(
            self._project.folder,
            shared=(CONFIG, *self._project.libraries),
            apart=self._apart,
            environment=environment,
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End bash, if it has not ended."""
        self._bash.__exit__(*error)

    def draft(self, engine_prefixes: Mapping[str, tuple[str, ...]] = _NO_PREFIXES) -> Draft:
        """What the project says. Raises `CaptureError`.

        `engine_prefixes` adds, by backend, to what the names of an engine's parameters begin with.
        """
        project, environment = self._project, self._environment
        evaluation = self._bash.result()
        # The last assignment counts most, and the libraries only complete what do/config has left open.
        shared_made = [made for file in (*project.libraries, CONFIG) for made in _assignments(project, file)]
        shared = Scope(variables=evaluation.variables, assignments=_by_name(shared_made), environment=environment)
        apart = {
            file: Scope(
                variables={**evaluation.variables, **evaluation.apart[file]},
                assignments=_by_name([*shared_made, *_assignments(project, file)]),
                environment=environment,
            )
            for file in self._apart
        }
        tree = read_fields(project, shared, apart, exported=evaluation.exported, extra_prefixes=engine_prefixes)
        sources: dict[str, Source] = {}
        document = plant({**tree, "generatorVersion": find_generator_version(environment)}, sources)
        return Draft(
            document=cast("Document", document),
            sources=sources,
            warnings=tuple(_warnings(cast("Document", document), sources)),
            variables={name: value.encode("utf-8", "replace").decode() for name, value in evaluation.variables.items()},
        )


def _assignments(project: Project, file: str) -> tuple[Assignment, ...]:
    return find_assignments(project.read(file).decode("utf-8", "surrogateescape"), file)


def _by_name(assignments: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    by_name: dict[str, list[Assignment]] = {}
    for made in assignments:
        by_name.setdefault(made.name, []).append(made)
    return by_name


def _warnings(document: Document, sources: Mapping[str, Source]) -> Iterator[str]:
    for name in _DECIDES_THE_CONFIG_ID:
        source = sources.get(name)
        if source and source.kind == "environment":
            value = one_line(str(document[name]))
            yield f"{name} is '{value}' because {source.detail} is set in your environment; it decides the configId"
