"""Pull requests to review: each a function that commits on the branch `change` of a registry that `base` made."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json
from registry_tool.record.layout import MARKER, record_path
from registry_tool.rules.validate import derive_config_id
from registry_tool.store.reading import Store
from registry_tool.store.writing import Change, Writer
from tests.programs import git
from tests.trail.registries import DAY, NOON, commit, new_registry, put

LATER = NOON + DAY
EVIL = "![x](http://a.example) <img src=x onerror=alert(1)> @ada #1 GH-1 www.a.example :tada: `a` ``b`` |c| **d** &lt;"


def deployment(**fields: Json) -> Document:
    """A valid record of the project `chat` with `fields` replaced; one that is None is left out."""
    document: Document = {
        "schemaVersion": 1,
        "configId": "",
        "projectName": "chat",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": "realtime-inference",
        "buildStrategy": "codebuild-submit",
        "baseImage": "vllm/vllm-openai:v0.8.5",
        "icList": [component("default")],
        "parameters": {"VLLM_MAX_MODEL_LEN": "8192", "VLLM_DTYPE": "bfloat16"},
        "status": "success",
        "notes": "First deployment",
        "registeredAt": "2026-03-01T12:00:00Z",
    }
    document |= fields
    kept = {name: value for name, value in document.items() if value is not None}
    return {**kept, "configId": derive_config_id(kept)}


def component(name: str, gpus: int = 1, image: str = "chat-latest") -> Json:
    """An inference component."""
    return {"name": name, "image": image, "gpuCount": gpus, "copyCount": 1}


def adapter(name: str, url: str) -> Json:
    """An adapter on the component `default`."""
    entry: Document = {"name": name, "isAdapter": True, "baseIcName": "default", "artifactUrl": url}
    return {**entry, "gpuCount": 0, "copyCount": 1}


CHAT = deployment()
CHAT_EU = deployment(awsRegion="eu-west-1")
SEARCH = deployment(
    projectName="search",
    modelName="BAAI/bge-m3",
    icList=[component("default"), component("draft"), adapter("german", "s3://models/german/1/")],
)
GONE = deployment(projectName="forecast", modelName="amazon/chronos-2", status="partial")
CHAT_FILE = record_path(str(CHAT["configId"]))


def base(folder: Path) -> Path:
    """A registry with `CHAT`, `CHAT_EU` and `SEARCH`; `GONE` was removed. The branch `change` is checked out."""
    root = new_registry(folder)
    changes = [
        Change(files={record_path(str(document["configId"])): to_yaml(document)}, message="First deployment\n", at=NOON)
        for document in (CHAT, CHAT_EU, SEARCH, GONE)
    ]
    removal = Change(files={record_path(str(GONE["configId"])): None}, message="Out of budget\n", at=LATER)
    write(root, [*changes, removal])
    git("switch", "--quiet", "--create", "change", cwd=root)
    return root


def write(root: Path, changes: Sequence[Change]) -> None:
    """A commit for each change, in one stream."""
    with Store(root, os.environ) as store, Writer(store) as writer:
        writer.write(changes, on_wait=pytest.fail)


def register(root: Path, document: Document, notes: str, *, author: str = "Grace Hopper") -> None:
    """Commit a registration a day after those of `base`, with its notes in the record as well."""
    registered = {**document, "notes": notes, "registeredAt": "2026-03-02T12:00:00Z"}
    put(root, registered, notes=notes, at=LATER, author=author)


def edit(root: Path, before: bytes, after: bytes, *, path: str = CHAT_FILE, message: str = "Edit by hand\n") -> None:
    """Commit a record's file with a text in it replaced."""
    content = (root / path).read_bytes()
    assert before in content
    commit(root, {path: content.replace(before, after)}, message=message, at=LATER)


def take_out(root: Path, document: Document, notes: str) -> None:
    """Commit a removal."""
    key = str(document["configId"])
    message = f"{notes}\n\nConfig-Id: {key}\nRegistry-Format: 1\n"
    commit(root, {record_path(key): None}, message=message, at=LATER)


def new_record(root: Path) -> None:
    register(root, deployment(projectName="summarise", modelName="google/gemma-3-4b-it"), "Summaries, first try")


def upgrade(root: Path) -> None:
    register(root, {**CHAT, "baseImage": "vllm/vllm-openai:v0.10.0"}, "vLLM 0.10.0\n\nTwice the throughput.")


def downgrade(root: Path) -> None:
    for document in (CHAT, CHAT_EU):
        register(root, {**document, "baseImage": "vllm/vllm-openai:v0.8.4"}, "Back to 0.8.4: 0.8.5 leaks memory")


def other_images(root: Path) -> None:
    register(root, {**CHAT, "baseImage": "vllm/vllm-openai:nightly"}, "Try the nightly build")
    register(root, {**CHAT_EU, "baseImage": "vllm/vllm-openai:v0.8.5@sha256:0f" + "0" * 62}, "Pin it")
    register(root, {**SEARCH, "baseImage": "example.org/search:v0.9.0"}, "Our own image")


def parameters(root: Path) -> None:
    changed: dict[str, Json] = {"VLLM_MAX_MODEL_LEN": "16384", "VLLM_ENABLE_PREFIX_CACHING": "true"}
    register(root, {**CHAT, "parameters": changed}, "Longer context")


def component_swapped(root: Path) -> None:
    kept = adapter("german", "s3://models/german/1/")
    register(root, {**SEARCH, "icList": [component("default", gpus=2), component("rerank"), kept]}, "Rerank, no draft")


def component_added(root: Path) -> None:
    register(root, deployment(icList=[component("default"), component("draft")]), "A draft model beside it")
    take_out(root, CHAT, "One more component makes it another record")


def adapter_changed(root: Path) -> None:
    entries = [component("default"), component("draft"), adapter("german", "s3://models/german/2/")]
    register(root, {**SEARCH, "icList": entries}, "German adapter, second training")


def moved(root: Path) -> None:
    register(root, deployment(awsRegion="eu-west-1", instanceType="ml.g6.xlarge"), "Newer instances")
    take_out(root, CHAT_EU, "Moved to g6")


def status_edited(root: Path) -> None:
    edit(root, b"status: success", b"status: failed")


def notes_edited(root: Path) -> None:
    edit(root, b"notes: First deployment", b"notes: First deployment of the chat")


def removed(root: Path) -> None:
    take_out(root, SEARCH, "Nobody searches")


def restored(root: Path) -> None:
    put(root, GONE, notes="The budget is back", at=LATER)


def forged_id(root: Path) -> None:
    edit(root, b"instanceType: ml.g5.xlarge", b"instanceType: ml.g6.xlarge")


def invalid(root: Path) -> None:
    edit(root, b"status: success", b"status: succes\ncolour: blue")
    edit(root, b"projectName", b"<<<<<<< ours\nprojectName", path=record_path(str(CHAT_EU["configId"])))
    commit(root, {"registry-data/records/README.md": b"Records.\n"}, at=LATER)


def settings_changed(root: Path) -> None:
    commit(root, {MARKER: b"registryFormat: 1\nredaction:\n  allow: [HF_TOKEN]\n"}, message="Allow\n", at=LATER)


def nothing(root: Path) -> None:
    commit(root, {"README.md": b"Registry\n"}, message="Explain\n", at=LATER)


def many(root: Path) -> None:
    documents = [
        deployment(projectName=f"project-{number:03}", modelName=f"example/model-{number}") for number in range(120)
    ]
    changes = [
        Change(files={record_path(str(document["configId"])): to_yaml(document)}, message="Measure\n", at=LATER)
        for document in documents
    ]
    write(root, changes)


def hostile(root: Path) -> None:
    evil: Document = {
        "projectName": f"</summary></details><script>alert(1)</script> {EVIL}",
        "modelName": EVIL,
        "baseImage": "a:`1` <b>",
        "icList": [component(f"x](javascript:alert(1)) {EVIL}", image=EVIL)],
        "parameters": {"VLLM_A": "a\n\n</details>\n\n# Heading\n\n```\n@ada", "a|b/config.pbtxt": f"<!-- {EVIL}\n-->"},
    }
    register(
        root, deployment(**evil), f"{EVIL}\n\n````\n```\n# Heading\n</details> {EVIL}", author=f"<@ada> [x]({EVIL})"
    )
    edit(root, b"status: success", f"status: '{EVIL}'".encode())


PULL_REQUESTS: Mapping[str, Callable[[Path], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        new_record, upgrade, downgrade, other_images, parameters, component_swapped, component_added, adapter_changed,
        moved, status_edited, notes_edited, removed, restored, forged_id, invalid, settings_changed, nothing, many,
        hostile,
    )
}  # fmt: skip
"""Each pull request, by the name of its golden file."""
