"""Reading a project: what it deploys, as a record's fields, and where each of them came from.

Bash evaluates the project's files (`evaluation`), variables become fields (`document`), and each field keeps its source
(`provenance`). No other package runs a project's code.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Self, cast

from registry_tool.capture.document import read_fields
from registry_tool.capture.doubts import find_doubts
from registry_tool.capture.draft import CaptureError, Draft, LeftOut, Source, in_users_words, place
from registry_tool.capture.evaluation import Running
from registry_tool.capture.generator import find_version
from registry_tool.capture.project import CONFIG, find_project, read_texts, windows_line_ends
from registry_tool.capture.provenance import find_assignments
from registry_tool.capture.scope import Scope
from registry_tool.capture.tree import plant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from registry_tool.capture.provenance import Assignment
    from registry_tool.record.identity import Document

__all__ = ["Capture", "CaptureError", "Draft", "LeftOut", "Source", "in_users_words", "place"]

_NO_PREFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Capture:
    """A capture under way: bash reads the project while the caller does other things. A context manager."""

    def __init__(self, project_dir: Path, environment: Mapping[str, str]) -> None:
        """Begin to read the project in `project_dir` as its own scripts would, run from `environment`."""
        self._project = find_project(project_dir)
        self._environment = environment
        self._apart = (*(self._project.components or ()), *self._project.adapters)
        files = (*self._project.libraries, CONFIG, *self._apart)
        self._texts = read_texts(self._project, files)
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
        # While bash reads them too.
        assignments = {file: find_assignments(text, file) for file, text in self._texts.items()}
        try:
            evaluation = self._bash.result()
        except CaptureError as err:
            if broken := [file for file, text in self._texts.items() if "\r\n" in text]:
                raise windows_line_ends(broken) from err
            raise
        # The last assignment counts most, and the libraries only complete what do/config has left open.
        shared_made = [made for file in (*project.libraries, CONFIG) for made in assignments[file]]
        shared = Scope(
            file=CONFIG,
            variables=evaluation.variables,
            exported=evaluation.exported,
            assignments=_by_name(shared_made),
            environment=environment,
        )
        inherited = {
            name: value for name, value in evaluation.variables.items() if not name.startswith(("IC_", "ADAPTER_"))
        }
        apart = {
            file: Scope(
                file=file,
                exported=evaluation.apart_exported[file],
                variables={**inherited, **evaluation.apart[file]},
                assignments=_by_name([*shared_made, *assignments[file]]),
                environment=environment,
            )
            for file in self._apart
        }
        reading = read_fields(project, shared, apart, exported=evaluation.exported, extra_prefixes=engine_prefixes)
        sources: dict[str, Source] = {}
        version = find_version(project, shared)
        document = cast("Document", plant({**reading.tree, "generatorVersion": version}, sources))
        return Draft(
            document=document,
            sources=sources,
            warnings=tuple(find_doubts(document, sources)),
            left_out=reading.left_out,
            variables={name: value.encode("utf-8", "replace").decode() for name, value in evaluation.variables.items()},
            source=shared.source,
        )


def _by_name(assignments: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    by_name: dict[str, list[Assignment]] = {}
    for made in assignments:
        by_name.setdefault(made.name, []).append(made)
    return by_name
