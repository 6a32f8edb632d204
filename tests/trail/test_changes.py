"""The change feed's law, on generated histories in real git: snapshot(A) + changes(A..B) = snapshot(B)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_tool.index import Index
from registry_tool.record.canonical import public_document, to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.record.load import load_record
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from registry_tool.trail.changes import RecordChange, read_changes
from registry_tool.views.trail import change_feed
from tests.record.strategies import read_document
from tests.trail.registries import EVERY_FIELD, MINIMAL, NOON, commit, minimal, new_registry, opened, put

IDS = ["0a00000000000000", "0a00000000000001", "ff00000000000000", "ff00000000000001"]
RECORDS = st.builds(
    lambda base, config_id, fields: {**base, **fields, "configId": config_id},
    st.sampled_from([read_document(MINIMAL), read_document(EVERY_FIELD)]),
    st.sampled_from(IDS),
    st.fixed_dictionaries(
        {"status": st.sampled_from(["success", "failed"])},
        optional={
            "notes": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5),
            "baseImage": st.sampled_from(["vllm/vllm-openai:v1", "vllm/vllm-openai:v2"]),
            "parameters": st.dictionaries(st.sampled_from(["VLLM_A", "VLLM_B"]), st.just("1"), max_size=2),
        },
    ),
)
STEPS = st.one_of(
    RECORDS.map(lambda document: (record_path(document["configId"]), to_yaml(document))),
    RECORDS.map(lambda document: (record_path(document["configId"]), b"# by hand\n" + to_yaml(document))),
    st.sampled_from(IDS).map(lambda config_id: (record_path(config_id), None)),
    st.sampled_from(IDS).map(lambda config_id: (record_path(config_id), b"<<<<<<< ours\n")),
    st.sampled_from(IDS).map(lambda config_id: (record_path(config_id), to_yaml(minimal()))),  # another's content
    st.just(("registry-data/records/README.md", b"read me\n")),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=6), data=st.data())
def test_a_snapshot_and_its_changes_are_the_other_snapshot(
    steps: list[list[tuple[str, bytes | None]]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        root = new_registry(Path(folder) / "registry")
        revisions = ["HEAD", *write(root, [dict(step) for step in steps])]
        revisions[0] = f"{revisions[1]}^"
        before, after = data.draw(st.sampled_from(revisions)), data.draw(st.sampled_from(revisions))

        applied: dict[str, object] = {**snapshot(root, before)}
        for line in "".join(change_feed(changes(root, before, after))).splitlines():
            apply(json.loads(line), applied)

        assert applied == snapshot(root, after)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    root = new_registry(tmp_path / "registry")
    path = record_path(IDS[0])
    commit(root, {path: b"<<<<<<< ours\n"})
    told: list[str] = []

    found = list(read_changes(opened(root), "HEAD^", "HEAD", on_unreadable=told.append))

    assert (found, len(told), told[0].startswith(f"{path} cannot be read: line 1: ")) == ([], 1, True)


def test_another_spelling_of_the_same_record_is_no_change(tmp_path: Path) -> None:
    root = new_registry(tmp_path / "registry")
    put(root, minimal())
    commit(root, {record_path(str(minimal()["configId"])): b"# by hand\n" + to_yaml(minimal())})

    assert list(changes(root, "HEAD^", "HEAD")) == []


def test_a_registry_in_a_folder_of_a_repository_has_its_own_changes(tmp_path: Path) -> None:
    root = new_registry(tmp_path / "repository")
    inner = root / "team"
    inner.mkdir()
    put(inner, minimal())

    assert [change.kind for change in changes(inner, "HEAD^", "HEAD")] == ["added"]
    assert list(changes(root, "HEAD^", "HEAD")) == []


def write(root: Path, steps: list[dict[str, bytes | None]]) -> tuple[str, ...]:
    """A commit for each step, in one stream."""
    with Store(root, os.environ) as store, Writer(store) as writer:
        done = writer.write([Change(files=step, message="x\n", at=NOON) for step in steps], on_wait=pytest.fail)
    return done.revisions


def changes(root: Path, before: str, after: str) -> Iterator[RecordChange]:
    return read_changes(opened(root), before, after, on_unreadable=lambda _: None)


def snapshot(root: Path, revision: str) -> dict[str, Document]:
    """Every record that `list` shows at a revision."""
    with Store(root, os.environ) as store, Index(store.repository, store.reader, revision) as index:
        ids = [row[0] for row in index.select(["configId"], "1", (), "config_id", -1)]
        contents = {config_id: store.read(config_id, revision) or b"" for config_id in ids}
    documents = {key: load_record(content, path=record_path(key))[0] for key, content in contents.items()}
    return {key: public_document(document) for key, document in documents.items() if document is not None}


def apply(change: dict[str, object], records: dict[str, object]) -> None:
    config_id = str(change["configId"])
    assert (config_id in records) == (change["change"] != "added")
    if change["record"] is None:
        del records[config_id]
    else:
        records[config_id] = change["record"]
