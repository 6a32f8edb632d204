"""What looks like a slip in a project that can be recorded all the same: warnings, which refuse nothing.

Each names the variable, where it is set, and its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from registry_tool.capture.draft import place
from registry_tool.printable import one_line
from registry_tool.record.identity import KEY_FIELDS, REALTIME, TARGETS
from registry_tool.rules.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from registry_tool.capture.draft import Source
    from registry_tool.record.identity import Document, Json

_SHOWN = 60


def find_doubts(document: Document, sources: Mapping[str, Source]) -> Iterator[str]:
    """One line for each slip that shows in what was captured."""
    doubts = _Doubts(document, sources)
    for name in KEY_FIELDS:
        source = sources.get(name)
        if source and source.kind == "environment":
            yield (
                f"{name} is '{_shown(document[name])}' because {source.detail} is set in your environment; it decides "
                "the configId"
            )
    yield from doubts.about_the_place()
    yield from doubts.about_images()
    yield from doubts.about_adapters()
    yield from doubts.about_blanks()


def nearest(value: str, known: Iterable[str]) -> str:
    """The one of `known` that is written much like `value`; empty if none is."""
    from difflib import get_close_matches  # only for what is not as expected

    names = sorted(known)
    swapped = [name for name in names if sorted(name) == sorted(value)]  # two letters, most likely
    close = swapped or get_close_matches(value[:_SHOWN], names, n=1)
    return close[0] if close else ""


class _Doubts:
    """The document, and the words for where its values came from."""

    def __init__(self, document: Document, sources: Mapping[str, Source]) -> None:
        self._document, self._sources = document, sources

    def about_the_place(self) -> Iterator[str]:
        """Region, instance type, target, model and engine: what decides the configId."""
        document = self._document
        region, target = document.get("awsRegion"), document.get("deploymentTarget")
        if isinstance(region, str) and region not in REGIONS:
            yield f"{self._said('awsRegion')}: AWS has no such region{_did_you_mean(region, REGIONS)}"
        if isinstance(target, str) and target not in TARGETS:
            near = _did_you_mean(target, TARGETS)
            yield f"{self._said('deploymentTarget')}: not a known target{near}; recorded as it is"
        instance = document.get("instanceType")
        if instance is None and target == REALTIME:
            yield "INSTANCE_TYPE is not set: recorded without, because the endpoint is external (ENDPOINT_EXTERNAL)"
        if isinstance(instance, str) and not instance.startswith("ml."):
            yield f"{self._said('instanceType')}: SageMaker's instance types begin with 'ml.'"
        if document["architecture"] != "marketplace" and "backend" not in document:
            yield f"{self._said('deploymentConfig')}: names no backend, such as -vllm or -python"
        parameters = cast("Mapping[str, Json]", document.get("parameters", {}))
        if "modelName" not in document and "HF_MODEL_ID" in parameters:
            yield f"MODEL_NAME is not set, but {self._said('parameters.HF_MODEL_ID')}: the record names no model"

    def about_images(self) -> Iterator[str]:
        """Images whose tag is missing behind its colon."""
        for path in ("baseImage", *(f"icList[{at}].image" for at, _ in self._entries())):
            if path in self._sources and str(self._value(path)).endswith(":"):
                yield f"{self._said(path)}: the image ends in ':', without a tag"

    def about_adapters(self) -> Iterator[str]:
        """Adapters that lack a field, whose weights are not in S3, or whose component is misspelt."""
        components = [str(entry["name"]) for _, entry in self._entries() if not entry.get("isAdapter")]
        project = str(self._document.get("projectName", ""))
        for at, entry in self._entries():
            if not entry.get("isAdapter"):
                continue
            file = self._sources[f"icList[{at}].name"].file
            for name, variable in (("baseIcName", "ADAPTER_IC_NAME"), ("artifactUrl", "ADAPTER_WEIGHTS_URI")):
                if name not in entry:
                    yield f"{variable} is not set in {one_line(file)}: the adapter is recorded without {name}"
            url, base = entry.get("artifactUrl"), entry.get("baseIcName")
            if isinstance(url, str) and not url.startswith("s3://"):
                yield f"{self._said(f'icList[{at}].artifactUrl')}: not an s3:// URI"
            if isinstance(base, str) and base not in components and not base.startswith(f"{project}-"):
                near = nearest(base, components)
                if near:
                    yield f"{self._said(f'icList[{at}].baseIcName')}: no such component here (did you mean {near}?)"

    def about_blanks(self) -> Iterator[str]:
        """Values with white space at an end."""
        for path, source in self._sources.items():
            if source.kind not in {"file", "environment"} or not source.detail.isidentifier():
                continue
            value = self._value(path)
            if isinstance(value, str) and "\n" not in value and value != value.strip():
                # Any variable can be a secret, so its value is not shown.
                yield f"{source.detail} ({place(source)}) begins or ends with white space"

    def _entries(self) -> Iterator[tuple[int, Mapping[str, Json]]]:
        return enumerate(cast("list[Mapping[str, Json]]", self._document.get("icList", [])))

    def _value(self, path: str) -> Json:
        node: Json = self._document
        for step in path.replace("]", "").replace("[", ".").split("."):
            if isinstance(node, list):
                node = node[int(step)]
            elif isinstance(node, dict):
                node = node.get(step)
        return node

    def _said(self, path: str) -> str:
        """The variable, its place and its value: `AWS_REGION (do/config:6) is 'us-eats-1'`."""
        source = self._sources[path]
        return f"{source.detail} ({place(source)}) is '{_shown(self._value(path))}'"


def _did_you_mean(value: str, known: Iterable[str]) -> str:
    near = nearest(value, known)
    return f" (did you mean {near}?)" if near else ""


def _shown(value: Json) -> str:
    text = one_line(str(value))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
