"""Pull requests to review: each a function that commits on the branch `change` of a registry that `base` made."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json
from registry_tool.record.layout import MARKER, POLICY, record_path
from registry_tool.rules.validate import derive_config_id
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
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
GERMAN = [adapter("german", "s3://models/german/1/")]
SEARCH = deployment(
    projectName="search",
    modelName="BAAI/bge-m3",
    icList=[component("default"), component("draft"), *GERMAN],
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


def by_hand(root: Path, message: str, *command: str) -> None:
    """Commit, or merge, with git alone, at a time that is always the same."""
    when = f"{int(LATER.timestamp())} +0000"
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    words = [*(command or ("commit",)), "--quiet", "-m", message]
    subprocess.run(["git", *words], cwd=root, env=os.environ | dates, check=True, stdin=subprocess.DEVNULL)


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


def with_policy(root: Path, **properties: Json) -> None:
    """Give the base, and the branch, a policy before the branch begins."""
    policy = json.dumps({"title": "Ours", "properties": properties}).encode()
    git("switch", "--quiet", "main", cwd=root)
    commit(root, {POLICY: policy}, message="A policy\n", at=LATER)
    git("switch", "--quiet", "change", cwd=root)
    git("reset", "--quiet", "--hard", "main", cwd=root)


def rules_loosened_and_used(root: Path) -> None:
    with_policy(root, awsRegion={"enum": ["us-east-1", "eu-west-1"]})
    secret = "correct-horse-battery-staple-99"  # noqa: S105  of nobody
    commit(root, {MARKER: b"registryFormat: 1\nredaction:\n  allow: [VLLM_API_KEY]\n"}, message="Allow\n", at=LATER)
    commit(root, {POLICY: None}, message="No policy\n", at=LATER)
    register(root, {**CHAT, "parameters": {"VLLM_API_KEY": secret}}, f"Serve with {secret}")
    register(root, deployment(awsRegion="ap-south-1"), "India")


def rules_tightened(root: Path) -> None:
    with_policy(root, awsRegion={"enum": ["us-east-1", "eu-west-1"]})
    narrower = {"title": "Ours", "properties": {"awsRegion": {"enum": ["us-east-1"]}}, "required": ["notes"]}
    commit(root, {POLICY: json.dumps(narrower).encode()}, message="One region\n", at=LATER)


def rules_freed(root: Path) -> None:
    with_policy(root, status={"const": "success"}, awsRegion={"enum": ["us-east-1"]})
    wider = {"title": "Ours", "properties": {"status": {"const": "success"}}}
    commit(root, {POLICY: json.dumps(wider).encode()}, message="Any region\n", at=LATER)


def rules_broken(root: Path) -> None:
    commit(root, {POLICY: b"{", MARKER: b"registryFormat: [\n"}, message="Typing\n", at=LATER)


def guards_changed(root: Path) -> None:
    files = {
        ".github/workflows/registry.yml": "on: push\n",
        ".github/CODEOWNERS": "* @evil\n",
        ".pre-commit-config.yaml": "repos: []\n",
        "registry-data/.gitattributes": "* merge=union\n",
        "README.md": "Hello\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    git("add", "--all", cwd=root)
    by_hand(root, "Tidy up")


def registry_deleted(root: Path) -> None:
    git("rm", "--quiet", "-r", "registry-data", cwd=root)
    by_hand(root, "Delete it")


def registry_replaced(root: Path) -> None:
    git("rm", "--quiet", "-r", "registry-data", cwd=root)
    (root / "registry-data").symlink_to("/etc")
    git("add", "registry-data", cwd=root)
    by_hand(root, "Somewhere else")


def registry_unmarked(root: Path) -> None:
    git("rm", "--quiet", MARKER, cwd=root)
    by_hand(root, "No settings")


def same_change_in_many(root: Path) -> None:
    regions = [f"ap-east-{number}" for number in range(1, 6)]
    git("switch", "--quiet", "main", cwd=root)
    write(root, [_change(deployment(awsRegion=region)) for region in regions])
    git("switch", "--quiet", "change", cwd=root)
    git("reset", "--quiet", "--hard", "main", cwd=root)
    newer = [deployment(awsRegion=region, baseImage="vllm/vllm-openai:v0.9.0") for region in regions]
    failed: list[Document] = [{**newer[0], "status": "failed"}, {**newer[1], "status": "failed"}]
    write(root, [_change(document) for document in (*failed, *newer[2:])])


def failing(root: Path) -> None:
    register(root, {**CHAT, "status": "failed"}, "It does not start any more")
    register(root, deployment(awsRegion="ap-south-1", status="failed"), "It never started")


def working_again(root: Path) -> None:
    git("switch", "--quiet", "main", cwd=root)
    put(root, {**CHAT, "status": "failed"}, at=LATER)
    git("switch", "--quiet", "change", cwd=root)
    git("reset", "--quiet", "--hard", "main", cwd=root)
    register(root, CHAT, "The driver was too old")


def commit_id_as_tag(root: Path) -> None:
    register(root, {**CHAT, "baseImage": "vllm/vllm-openai:4225332"}, "Built from source")
    register(root, {**CHAT_EU, "baseImage": "vllm/vllm-openai:20260301"}, "The build of the day")


def more_instances(root: Path) -> None:
    register(root, {**CHAT, "endpointConfig": {"initialInstanceCount": 4}}, "Four of them")
    register(root, {**SEARCH, "icList": [component("default", gpus=2), component("draft"), *GERMAN]}, "Two GPUs")


def commands_in_notes(root: Path) -> None:
    lines = [
        "Upgrade",
        "",
        "```",
        "/approve",
        "/merge",
        "````",
        "/label ~x",
        "\t/lgtm",
        "@dependabot merge",
        "<!--",
        "/hold",
    ]
    register(root, {**CHAT, "status": "failed"}, "\n".join(lines))


def crosswise(root: Path) -> None:
    register(root, {**CHAT, "status": "failed"}, "Failed")
    git("branch", "change-before", cwd=root)
    git("switch", "--quiet", "main", cwd=root)
    put(root, {**SEARCH, "status": "failed"}, at=LATER)
    git("switch", "--quiet", "change", cwd=root)
    by_hand(root, "Merge", "merge", "--no-ff", "main")
    git("switch", "--quiet", "main", cwd=root)
    by_hand(root, "Merge", "merge", "--no-ff", "change-before")
    git("switch", "--quiet", "change", cwd=root)


def _change(document: Document) -> Change:
    return Change(files={record_path(str(document["configId"])): to_yaml(document)}, message="Measure\n", at=LATER)


def nothing(root: Path) -> None:
    commit(root, {"README.md": b"Registry\n"}, message="Explain\n", at=LATER)


def many(root: Path) -> None:
    documents = [
        deployment(projectName=f"project-{number:03}", modelName=f"example/model-{number}") for number in range(120)
    ]
    write(root, [_change(document) for document in documents])


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
        hostile, rules_loosened_and_used, rules_tightened, rules_freed, rules_broken, guards_changed, registry_deleted,
        registry_replaced, registry_unmarked, same_change_in_many, failing, working_again, commit_id_as_tag,
        more_instances, commands_in_notes, crosswise,
    )
}  # fmt: skip
"""Each pull request, by the name of its golden file."""
