"""The projects in examples/: what they are there to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_tool.problems import field_path
from registry_tool.record.identity import ARCHITECTURES, TARGETS, Json
from tests.capture.capturing import capture

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/example-*"))


def leaves(value: Json, *path: str | int) -> Iterator[str]:
    """The paths of all values in a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, *path, name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, *path, index)
    else:
        yield field_path(path)


def test_there_is_an_example_of_everything(environment: dict[str, str]) -> None:
    documents = [capture(folder, environment=environment).document for folder in EXAMPLES]

    assert (
        {document["architecture"] for document in documents},
        {document["deploymentTarget"] for document in documents},
    ) == (set(ARCHITECTURES), set(TARGETS))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_is_named_after_its_folder_and_depends_on_no_environment(
    folder: Path, environment: dict[str, str]
) -> None:
    draft = capture(folder, environment=environment)

    assert (draft.document["projectName"], draft.warnings) == (folder.name, ())


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_every_value_of_an_example_has_a_source(folder: Path, environment: dict[str, str]) -> None:
    draft = capture(folder, environment=environment)

    assert list(leaves(draft.document)) == list(draft.sources)


def test_the_example_with_several_ics_lists_three_and_two_adapters(environment: dict[str, str]) -> None:
    folder = next(folder for folder in EXAMPLES if folder.name == "example-multi-ic")

    document = capture(folder, environment=environment).document

    assert isinstance(document["icList"], list)
    assert [entry["name"] for entry in document["icList"] if isinstance(entry, dict)] == [
        "draft",
        "large",
        "small",
        "legal",
        "support-de",
    ]
