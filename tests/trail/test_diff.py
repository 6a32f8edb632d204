"""Differences are of fields, and nothing of either document is lost in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.diff import FieldChange, Scalar, diff, flatten
from registry_tool.record.identity import Document, Json
from registry_tool.record.image import image_parts


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("vllm:1", "vllm:2", [FieldChange("baseImage.tag", "1", "2")]),
        ("host:5000/vllm", "host:5000/vllm:2", [FieldChange("baseImage.tag", None, "2")]),
        ("a/vllm:1", "b/vllm:1", [FieldChange("baseImage.name", "a/vllm", "b/vllm")]),
        ("vllm:1@sha256:0f", "vllm:1@sha256:1f", [FieldChange("baseImage.digest", "sha256:0f", "sha256:1f")]),
        ("one", "other", [FieldChange("baseImage", "one", "other")]),
        ("vllm:", "vllm", [FieldChange("baseImage", "vllm:", "vllm")]),
    ],
)
def test_an_image_changes_by_name_tag_and_digest(before: str, after: str, changes: list[FieldChange]) -> None:
    assert list(diff({"baseImage": before}, {"baseImage": after})) == changes


def test_an_adapter_with_the_name_of_a_component_hides_neither() -> None:
    component: dict[str, Json] = {"name": "a", "gpuCount": 1}
    adapter: Json = {"name": "a", "isAdapter": True, "gpuCount": 0}

    changes = diff({"icList": [component, adapter]}, {"icList": [{**component, "gpuCount": 2}, adapter]})

    assert changes == (FieldChange("icList.a.gpuCount", 1, 2),)


def test_a_name_that_comes_twice_hides_nothing() -> None:
    twice: list[Json] = [{"name": "a", "gpuCount": 1}, {"name": "a", "gpuCount": 2}]

    assert dict(flatten({"icList": twice})) == {
        "icList.a.gpuCount": 1,
        "icList[1].name": "a",
        "icList[1].gpuCount": 2,
    }


NAMES = st.sampled_from(["a", "b", "a b", "adapters", "gpuCount", 'x"y', "config.pbtxt"])
TEXTS = st.text(max_size=5)
IMAGES = st.builds("".join, st.lists(st.sampled_from(["a", "b", ":", "/", "@"]), min_size=1, max_size=7))
ENTRIES = st.fixed_dictionaries(
    {"name": NAMES, "gpuCount": st.integers(0, 2)}, optional={"isAdapter": st.just(value=True), "image": IMAGES}
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "baseImage": IMAGES,
        "notes": TEXTS,
        "icConfig": st.dictionaries(NAMES, st.integers(0, 2), max_size=2),
        "icList": st.lists(ENTRIES, max_size=4),
        "parameters": st.dictionaries(NAMES, TEXTS, max_size=3),
    },
)


@given(before=DOCUMENTS, after=DOCUMENTS)
def test_a_document_and_its_changes_make_the_other(before: Document, after: Document) -> None:
    fields = dict(flatten(before))
    for change in diff(before, after):
        apply(change, fields)

    assert fields == dict(flatten(after))


def apply(change: FieldChange, fields: dict[str, Scalar]) -> None:
    """Make one change; of an image, its part."""
    whole, _, part = change.path.rpartition(".")
    if whole in fields and part in {"name", "tag", "digest"}:
        parts = dict(image_parts(str(fields[whole]))) | {part: str(change.after or "")}
        tag, digest = parts.get("tag"), parts.get("digest")
        fields[whole] = parts["name"] + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
        return
    assert fields.get(change.path) == change.before
    if change.after is None:
        del fields[change.path]
    else:
        fields[change.path] = change.after
